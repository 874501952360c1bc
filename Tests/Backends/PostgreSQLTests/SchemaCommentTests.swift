import Domain
import Foundation
import Testing

@testable import PostgreSQL
@testable import Schema

/// Tables, their columns and those of views carry their line of the data dictionary. `REELHOUSE_WRITE=1` writes the migration with them anew;
/// once that is released, what differs goes into a migration of its own.
@Suite struct SchemaCommentTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "schema/postgres/0007_comments.sql")

    /// The statements, by what they are about.
    private static var declared: [(object: String, meaning: String)] {
        SchemaMigrationTests.tables.flatMap { table in
            [("TABLE \(table.name)", table.meaning)]
                + table.columns.map { ("COLUMN \(table.name).\($0.name)", $0.meaning) }
        } + views
    }

    /// The views and their columns. A column has the meaning of that of the same name in the view's table.
    private static var views: [(object: String, meaning: String)] {
        var meanings: [String: String] = [:]
        for table in SchemaMigrationTests.tables {
            for column in table.columns { meanings["\(table.name).\(column.name)"] = column.meaning }
        }
        meanings["movie_title"] = "The movie's title; null while the movie is not in movies."
        meanings["primary_genre"] = "The name of that genre."
        return PostgreSQLViews.all.flatMap { view -> [(object: String, meaning: String)] in
            let isOfEvents = view.name == "rejected_event_readable"
            let tables = isOfEvents ? ["rejected_record", "fact_user_event"] : [String(view.name.dropLast(9))]
            let what =
                isOfEvents
                ? "The event lines in quarantine, with what could be read of them" : "The rows of \(tables[0])"
            let hasBoolean =
                !isOfEvents
                && SchemaMigrationTests.tables.contains { table in
                    table.name == tables[0]
                        && table.columns.contains { $0.type == .boolean && view.columns.contains($0.name) }
                }
            let columns = view.columns.map { column -> (object: String, meaning: String) in
                let names = tables.map { "\($0).\(column)" } + [column]
                return ("COLUMN \(view.name).\(column)", names.lazy.compactMap { meanings[$0] }.first ?? "")
            }
            return [
                (
                    "VIEW \(view.name)",
                    "\(what), with times in UTC and ids as text\(hasBoolean ? ", and booleans as 0 and 1" : "")."
                )
            ]
                + columns
        }
    }

    @Test func everyColumnOfAViewHasAMeaning() {
        #expect(Self.views.count > 100)
        #expect(Self.views.filter { $0.meaning.isEmpty }.map(\.object) == [])
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["REELHOUSE_WRITE"] == "1", "REELHOUSE_WRITE=1 writes"))
    func theMigrationIsWritten() throws {
        var page =
            "-- What tables and columns mean: the data dictionary (../README.md), which a test holds these against.\n"
        for (object, meaning) in Self.declared {
            if object.hasPrefix("TABLE") || object.hasPrefix("VIEW") { page += "\n" }
            page += "COMMENT ON \(object) IS \(SQLText.literal(meaning));\n"
        }
        try page.write(to: Self.file, atomically: true, encoding: .utf8)
    }

    @Test(.enabled(if: SchemaServer.shared != nil, Comment(rawValue: SchemaServer.isMissing)))
    func everyTableAndColumnSaysWhatItMeans() throws {
        let session = try SchemaFixture().session()
        let stored = session.run(
            """
            SELECT format('COMMENT ON %s IS %L;', CASE WHEN d.objsubid = 0
                THEN CASE c.relkind WHEN 'v' THEN 'VIEW ' ELSE 'TABLE ' END || c.relname ELSE 'COLUMN ' || c.relname || '.' || a.attname END, d.description)
            FROM pg_class AS c JOIN pg_description AS d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND a.attnum > 0
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema) AND c.relkind IN ('r', 'p', 'v')
            AND c.relname NOT IN ('load_lease', 'load_month')
            """)
        let wanted = Self.declared.map { "COMMENT ON \($0.object) IS \(SQLText.literal($0.meaning));" }
        let missing = wanted.filter { !stored.contains($0) }
        #expect(missing.isEmpty, "the next migration needs:\n\(missing.joined(separator: "\n"))")
        #expect(stored.count == wanted.count)
        let own = session.run(
            """
            SELECT count(*) FROM pg_class AS c, pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0
            AND c.relname IN ('load_lease', 'load_month') AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema)
            AND col_description(c.oid, a.attnum) IS NULL
            """)
        #expect(own == ["0"])
    }
}

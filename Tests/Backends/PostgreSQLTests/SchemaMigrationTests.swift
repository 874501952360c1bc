import Domain
import Foundation
import Testing

@testable import PostgreSQL
@testable import Schema

/// The migrations for PostgreSQL make what is declared, in a schema of any name.
@Suite(.enabled(if: SchemaServer.shared != nil, Comment(rawValue: SchemaServer.isMissing)))
struct SchemaMigrationTests {
    static let tables =
        MovieTables.all + BehaviourTables.all + BehaviourTables.withdrawals + MartTables.all + OperationTables.all
    /// What PostgreSQL has beside.
    static let own = ["load_lease", "load_month"]

    /// The type of a column, as the server spells it.
    static func storedType(_ column: Column) -> String {
        switch StoredTypes.type(name: column.name, column.type) {
        case "numeric(19)": "numeric(19,0)"
        case "timestamptz": "timestamp with time zone"
        case let type: type
        }
    }

    /// Columns whose texts decide something, so that their order has to be that of their bytes.
    private static func deciding(_ table: Table) -> Set<String> {
        var names = Set(table.key + table.indexes.flatMap(\.columns))
        for rule in table.merge {
            switch rule {
            case .greatest(let rank, _), .least(let rank, _): names.formUnion(rank)
            case .minimum(let name), .maximum(let name): names.insert(name)
            case .sum: break
            }
        }
        return names
    }

    @Test(arguments: ["plain", "Reel \"House\" $1", "it's \\ back", "Фильмы %s ; --"])
    func aSchemaOfAnyNameHasTheDeclaredTables(start: String) throws {
        let fixture = try SchemaFixture(start)
        let session = try fixture.session()
        #expect(fixture.migrate(session) == 0)
        let stored = session.run(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                coalesce((SELECT collname FROM pg_collation WHERE oid = a.attcollation), '')
            FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema)
            AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            """
        ).map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
        #expect(Set(stored.map { $0[0] }) == Set(Self.tables.map(\.name) + Self.own))
        for table in Self.tables {
            let rows = stored.filter { $0[0] == table.name }
            #expect(Set(rows.map { $0[1] }) == Set(table.columns.map(\.name)), "\(table.name)")
            for column in table.columns {
                let row = try #require(rows.first { $0[1] == column.name })
                #expect(row[2] == Self.storedType(column), "\(table.name).\(column.name)")
                #expect((row[3] == "t") == !column.isNullable, "\(table.name).\(column.name): NOT NULL")
                if column.type == .text, Self.deciding(table).contains(column.name) {
                    #expect(row[4] == "C", "\(table.name).\(column.name): COLLATE")
                }
            }
        }
        // Nothing went elsewhere.
        #expect(session.run("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == ["0"])
    }

    @Test func migrationsAreNumberedInOrder() {
        for (index, migration) in Schema.postgres.enumerated() {
            #expect(migration.version == index + 1)
            #expect(migration.name.hasPrefix("000\(index + 1)_"))
        }
    }

    /// A key that an index row may have no room for stands in it by its hash; all others are the primary key.
    @Test func keysAreAsTheyAreDeclared() throws {
        let session = try SchemaFixture().session()
        for table in Self.tables {
            let keys = session.run(
                """
                SELECT pg_get_indexdef(indexrelid) FROM pg_index
                WHERE indrelid = '\(table.name)'::regclass AND indisunique ORDER BY indisprimary
                """)
            let list = keys.map { String($0.drop { $0 != "(" }.dropFirst().dropLast()).replacing("\"", with: "") }
            let hashed = table.key.map { name in
                ["source", "video_id"].contains(name)
                    ? "sha256(decode(replace(\(name), '\\'::text, '\\\\'::text), 'escape'::text))" : name
            }
            #expect(list.contains(hashed.joined(separator: ", ")), "\(table.name): \(list)")
        }
    }

    @Test func keysOfAnyLengthAreTaken() throws {
        let session = try SchemaFixture().session()
        // Random, so that no compression makes it fit.
        let long = "(SELECT 'C:\\x' || string_agg(md5(n::text), '') FROM generate_series(1, 2000) AS n)"
        let statements = [
            "INSERT INTO load_run (run_id, started_at, outcome) VALUES (1, now(), 'running')",
            """
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id)
            VALUES (\(long), 1, 0, 'r', 'm', '', 'events', sha256(''), 1)
            """,
            "INSERT INTO load_dropped VALUES (1, 1, \(long), 'r', false, now(), 1, 1)",
            """
            INSERT INTO movies (movie_id, title, snapshot_date, has_title, content_hash)
            VALUES (1, 'T', '2026-01-01', true, '')
            """,
            "INSERT INTO trailers (movie_id, video_id, position) VALUES (1, \(long), 0)",
            "INSERT INTO comments SELECT repeat('k', 512), repeat('p', 512), 1, 1, '', false, now(), u, NULL, now(), u "
                + "FROM gen_random_uuid() AS u",
        ]
        for statement in statements { #expect(session.run(statement) == []) }
        // The same again is found, and another of the same start is another.
        let again = """
            INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id)
            VALUES (\(long) || '%', 1, 0, 'r', 'm', '', 'events', sha256(''), 1)
            ON CONFLICT (sha256(decode(replace(source, E'\\\\', E'\\\\\\\\'), 'escape')), line, rule, raw_hash)
            DO UPDATE SET message = 'again'
            """
        for (suffix, rows) in [("", "1"), ("x", "2")] {
            #expect(session.run(again.replacing("%", with: suffix)) == [])
            #expect(session.run("SELECT count(*) FROM rejected_record") == [rows])
        }
        #expect(
            session.run("INSERT INTO trailers (movie_id, video_id, position) VALUES (1, \(long), 1)") == [
                "ERROR:  23505"
            ])
    }

    @Test func countsHaveToAddUp() throws {
        let session = try SchemaFixture().session()
        let insert = "INSERT INTO load_run (run_id, started_at, outcome, read) VALUES (1, now(), 'running', 1)"
        #expect(session.run(insert) == ["ERROR:  23514"])
    }

    /// What is referred to may come later in a transaction, and has to be there at its end.
    @Test func foreignKeysAreCheckedAtCommit() throws {
        let session = try SchemaFixture().session()
        let link = "INSERT INTO movie_genres VALUES (5, 7, 0)"
        #expect(session.run("BEGIN; \(link); COMMIT") == ["ERROR:  23503"])
        let movie =
            "INSERT INTO movies (movie_id, title, snapshot_date, has_title, content_hash) VALUES "
            + "(5, 't', '2026-01-01', true, '')"
        #expect(session.run("BEGIN; \(link); \(movie); INSERT INTO genres VALUES (7, 'g', '2026-01-01'); COMMIT") == [])
        let others = session.run(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT (condeferrable AND condeferred) "
                + "AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema)")
        #expect(others == [])
    }
}

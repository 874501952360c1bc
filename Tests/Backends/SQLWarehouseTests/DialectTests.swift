import Domain
import Testing

@testable import SQLWarehouse
@testable import SQLite

/// Statements are written once, and their differences between databases come from the dialect.
@Suite struct DialectTests {
    private let standard = SQLDialect.standard(
        tablePrefix: "movies.", stagePrefix: "new_", parameter: { "$\($0)" })

    @Test func leastAndGreatest() {
        #expect(
            MergeStatements(BehaviourTables.users, standard).upsert
                == "INSERT INTO movies.users (user_id, first_seen, last_seen) "
                + "SELECT user_id, first_seen, last_seen FROM new_users AS new WHERE TRUE "
                + "ON CONFLICT (user_id) DO UPDATE SET first_seen = least(users.first_seen, excluded.first_seen), "
                + "last_seen = greatest(users.last_seen, excluded.last_seen)")
        #expect(
            MergeStatements(BehaviourTables.users, .sqlite).upsert.hasSuffix(
                "first_seen = min(users.first_seen, excluded.first_seen), "
                    + "last_seen = max(users.last_seen, excluded.last_seen)"))
    }

    @Test func ranksAndNulls() {
        let upsert = MergeStatements(MovieTables.moviePopularity, standard).upsert
        #expect(
            upsert.hasSuffix(
                " WHERE (excluded.has_title, (excluded.vote_count IS NOT NULL), coalesce(excluded.vote_count, 0), "
                    + "excluded.content_hash) > (movie_popularity.has_title, (movie_popularity.vote_count IS NOT NULL), "
                    + "coalesce(movie_popularity.vote_count, 0), movie_popularity.content_hash)"))
    }

    @Test func withdrawals() throws {
        let statements = MergeStatements(BehaviourTables.ratings, standard)
        let withdrawals = try #require(statements.withdrawals)
        #expect(
            withdrawals.delete
                == "DELETE FROM movies.ratings WHERE (user_id, movie_id) IN "
                + "(SELECT user_id, movie_id FROM new_ratings AS new) AND EXISTS (SELECT 1 FROM movies.withdrawn_ratings AS w WHERE w.user_id = ratings.user_id "
                + "AND w.movie_id = ratings.movie_id AND (w.event_time, w.event_id) > "
                + "(ratings.event_time, ratings.event_id))")
        #expect(MergeStatements(BehaviourTables.users, standard).withdrawals == nil)
    }

    @Test(arguments: [
        (["a"], "(a < x)"), (["a", "b"], "(a < x OR a = x AND b < y)"),
        (["a", "b", "c"], "(a < x OR a = x AND b < y OR a = x AND b = y AND c < z)"),
    ])
    func comparisonsWithoutRows(left: [String], sql: String) {
        var dialect = standard
        dialect.comparesRows = false
        #expect(dialect.comparison(left, "<", Array(["x", "y", "z"].prefix(left.count))) == sql)
    }

    /// The placeholder for a null must have the type of its column.
    @Test(arguments: [
        (ColumnType.text, "''", "''"), (.date, "DATE '1970-01-01'", "''"), (.boolean, "FALSE", "0"),
        (.timestamp, "TIMESTAMPTZ '1970-01-01 00:00:00Z'", "0"), (.blob, "''::bytea", "x''"),
    ])
    func placeholders(type: ColumnType, inStandard: String, inSQLite: String) {
        #expect(standard.placeholder(type) == inStandard)
        #expect(SQLDialect.sqlite.placeholder(type) == inSQLite)
    }

    /// No statement of the rules contains syntax that only SQLite knows.
    @Test func noStatementIsSQLites() {
        var texts: [String] = []
        let enrichment = Enrichment(standard)
        let parts: [Any] =
            [
                enrichment, FactStatements(standard, enrichment), MovieStatements(standard), LedgerStatements(standard),
                QuarantineStatements(standard), MartStatements(standard),
            ] + StageAndMergeTests.tables.map { MergeStatements($0, standard) }
        func collect(_ part: Any) {
            if let text = part as? String { texts.append(text) }
            for child in Mirror(reflecting: part).children { collect(child.value) }
        }
        for part in parts { collect(part) }
        #expect(texts.count > 100)
        let words = [
            "main.", "temp.", "OR ROLLBACK", "OR IGNORE", "OR REPLACE", "INDEXED", "rowid", "julianday", "group_concat",
            "?", "CROSS JOIN movies", " min(", "LIMIT -1", "date(", "AS INTEGER", "AS REAL",
        ]
        for text in texts { for word in words { #expect(!text.contains(word), "\(word): \(text)") } }
    }
}

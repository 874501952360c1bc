import Domain
import Fixtures
import PostgreSQL
import Servers
import TestSupport
import Testing

@testable import Pipeline

/// Lines whose rows in merged tables or movies a constraint or trigger of the user refuses, on a real server.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.whatToSet)"))
struct RefusedLineTests {
    /// A constraint or trigger, and the lines that it refuses.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sql: String
        var movies: Set<Int> = []
        var events: Set<Int> = []
        /// What the message of each line has to say.
        var words: String
    }

    static let cases = [
        Case(
            testDescription: "a CHECK on ratings", sql: "ALTER TABLE ratings ADD CONSTRAINT mine CHECK (score <> 9.5)",
            events: [0, 40], words: "mine"),
        Case(
            testDescription: "a CHECK on reactions, of several entries of one key",
            sql: "ALTER TABLE reactions ADD CONSTRAINT mine CHECK (user_id <> 7)", events: [2, 6], words: "mine"),
        Case(
            testDescription: "a trigger on comments",
            sql: """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN IF NEW.body = 'bad' THEN RAISE EXCEPTION 'no such words'; END IF; RETURN NEW; END$$;
                CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION refuse()
                """, events: [5], words: "no such words"),
        Case(
            testDescription: "a CHECK on dim_session: the event that brings the device",
            sql: "ALTER TABLE dim_session ADD CONSTRAINT mine CHECK (device <> 'odd')", events: [3], words: "mine"),
        Case(
            testDescription: "a CHECK on users: all events of a user",
            sql: "ALTER TABLE users ADD CONSTRAINT mine CHECK (user_id <> 7)", events: [2, 6, 10], words: "mine"),
        Case(
            testDescription: "a CHECK on movies", sql: "ALTER TABLE movies ADD CONSTRAINT mine CHECK (runtime <> 100)",
            movies: [1, 6], words: "mine"),
        Case(
            testDescription: "a CHECK on a table that belongs to a movie",
            sql: "ALTER TABLE movie_genres ADD CONSTRAINT mine CHECK (genre_id <> 3)", movies: [3], words: "mine"),
        Case(
            testDescription: "a CHECK on a table that movies share",
            sql: "ALTER TABLE genres ADD CONSTRAINT mine CHECK (name <> 'genre 5')", movies: [5], words: "mine"),
    ]

    /// Eight movies with genres of their own, and events of users and sessions of their own but for user 7.
    private static let input: LawInput = {
        let movies = (0..<8).map { index in
            let runtime = index == 1 || index == 6 ? 100 : 90 + index
            return
                #"{"id":\#(index + 1),"title":"t","runtime":\#(runtime),"genres":[{"id":\#(index),"name":"genre \#(index)"},{"id":99,"name":"all"}]}"#
        }
        let kinds = ["rate", "comment", "like", "view"]
        let events = (0..<60).map { index -> String in
            let user = [2, 6, 10].contains(index) ? 7 : 100 + index
            let metadata =
                switch index % 4 {
                case 0: #"{"score":\#(index == 0 || index == 40 ? 9.5 : 4)}"#
                case 1: #"{"comment_id":"c\#(index)","body":"\#(index == 5 ? "bad" : "good")"}"#
                default: "{}"
                }
            // Events 2 and 6 are about the same movie, event 10 withdraws nothing.
            let kind = index == 10 ? "view" : kinds[index % 4]
            let movie = index == 6 ? 3 : index % 8 + 1
            return
                #"{"event_type":"\#(kind)","event_time":\#(1_790_000_000_000 + index * 1000),"user_id":\#(user),"session_id":"s\#(index)","movie_id":\#(movie),"session":{"device":"\#(index == 3 ? "odd" : "tv")"},"metadata":\#(metadata)}"#
        }
        return LawInput(
            movies: movies.map { .init(day: LawClock.day, bytes: Array($0.utf8)) },
            events: events.map { Array($0.utf8) })
    }()

    private static func input(_ input: LawInput, without refused: Case) -> LawInput {
        var input = input
        input.movies = input.movies.enumerated().filter { !refused.movies.contains($0.offset) }.map(\.element)
        input.events = input.events.enumerated().filter { !refused.events.contains($0.offset) }.map(\.element)
        return input
    }

    private func database(_ warehouse: LawWarehouse) throws -> PostgresDatabase {
        try #require(try warehouse.fixture.database() as? PostgresDatabase)
    }

    private func load(
        _ input: LawInput, into warehouse: LawWarehouse, lines: Int64 = 2_000_000,
        through wrap: (any Warehouse) -> any Warehouse = { $0 }
    ) throws -> LoadReport {
        let sources = try PublishedInput(input, .memory, eventParts: 1)
        return try warehouse.run(
            movies: sources.movies, events: sources.events,
            sizes: .init(chunkBytes: 1 << 10, groupRows: 10, transactionLines: lines), through: wrap)
    }

    private func digest(of warehouse: LawWarehouse) throws -> [String] {
        try warehouse.digest().map { "\($0.key) \($0.value)" }.sorted()
    }

    /// The lines of a case are in quarantine, and the warehouse is that of the other lines.
    private func differences(
        _ refused: Case, of input: LawInput = Self.input, lines: Int64 = 2_000_000,
        through wrap: (any Warehouse) -> any Warehouse = { $0 }
    ) throws -> [String] {
        let expected = try LawWarehouse(.postgreSQL)
        _ = try load(Self.input(input, without: refused), into: expected)
        let warehouse = try LawWarehouse(.postgreSQL)
        _ = try warehouse.fixture.writer().migrate(at: 0)
        try database(warehouse).execute(refused.sql)
        let counts = try load(input, into: warehouse, lines: lines, through: wrap).run.counts
        var differences: [String] = []
        let count = Int64(refused.movies.count + refused.events.count)
        if !counts.areConserved || counts.rejected != count { differences.append("\(counts), not \(count) rejected") }
        let messages = try warehouse.rows("SELECT message FROM rejected_record WHERE rule = 'refused_by_warehouse'")
        if messages.count != Int(count) || !messages.allSatisfy({ $0.contains(refused.words) }) {
            differences.append("\(messages)")
        }
        let (found, other) = try (digest(of: warehouse), digest(of: expected))
        differences += zip(found, other).filter { $0 != $1 }.map { "\($0), not \($1)" }
        // The same lines again change nothing.
        let again = try load(input, into: warehouse, lines: lines).run.counts
        if again.accepted != 0 || again.rejected % max(1, count) != 0 { differences.append("again \(again)") }
        if try digest(of: warehouse) != found { differences.append("another digest after the same lines again") }
        return differences
    }

    @Test(arguments: cases) func aRefusedRowCostsItsLine(_ refused: Case) throws {
        #expect(try differences(refused) == [])
    }

    @Test(arguments: [cases[0], cases[2], cases[5]])
    func inSmallTransactionsToo(_ refused: Case) throws {
        #expect(try differences(refused, lines: 9) == [])
    }

    /// Many ratings and withdrawals of several keys, of which those of every eleventh and seventh user are refused.
    @Test(arguments: [2_000_000, 300] as [Int64]) func manyRefusedRowsCostTheirLines(lines: Int64) throws {
        var chance = Chance(seed: 7)
        var refused = Case(
            testDescription: "many",
            sql: """
                ALTER TABLE ratings ADD CONSTRAINT mine CHECK (user_id % 11 <> 5);
                ALTER TABLE withdrawn_ratings ADD CONSTRAINT mine CHECK (user_id % 7 <> 2)
                """, words: "mine")
        let events = (0..<900).map { index -> [UInt8] in
            let user = Int(chance.next() % 120)
            let isWithdrawal = user % 11 != 5 && (user % 7 == 2 || chance.isLucky(oneIn: 4))
            if user % 11 == 5 || user % 7 == 2 { refused.events.insert(index) }
            let score = isWithdrawal ? "null" : chance.pick(["0.5", "3", "7.5", "10"])
            let time = 1_790_000_000_000 + Int(chance.next() % 1_000_000)
            let text =
                #"{"event_type":"rate","event_time":\#(time),"user_id":\#(user + 1100 * 7),"session_id":"s\#(index)","movie_id":\#(chance.next() % 5 + 1),"metadata":{"score":\#(score)}}"#
            return Array(text.utf8)
        }
        let input = LawInput(movies: [], events: events)
        #expect(try differences(refused, of: input, lines: lines) == [])
    }

    /// A loader that goes on without rolling back keeps the facts of refused lines; the check finds that.
    @Test func aRefusalThatIsPassedOverIsCaught() throws {
        let found = try differences(Self.cases[0]) {
            let faulty = FaultyWarehouse($0)
            faulty.passesOverRefusals = true
            return faulty
        }
        #expect(!found.isEmpty)
    }

    @Test func aDeferredTriggerEndsTheRunAndLosesNothing() throws {
        let warehouse = try LawWarehouse(.postgreSQL)
        _ = try warehouse.fixture.writer().migrate(at: 0)
        let database = try database(warehouse)
        try database.execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN IF NEW.score = 9.5 THEN RAISE EXCEPTION 'too good'; END IF; RETURN NEW; END$$;
            CREATE CONSTRAINT TRIGGER late AFTER INSERT ON ratings DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION refuse()
            """)
        do {
            _ = try load(Self.input, into: warehouse)
            Issue.record("the deferred trigger was not told of")
        } catch let error as any ReportedError {
            #expect(error.message.contains("too good") && error.kind == .failed, "\(error)")
            #expect(error.hint.contains("late on ratings") && error.hint.contains("deferred"), "\(error.hint)")
        }
        #expect(try warehouse.integer("SELECT count(*) FROM ratings") == 0)
        try database.execute("DROP TRIGGER late ON ratings")
        #expect(try load(Self.input, into: warehouse).run.counts.areConserved)
        #expect(try warehouse.integer("SELECT count(*) FROM fact_user_event") == 60)
    }
}

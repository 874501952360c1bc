import Domain
import Fixtures
import TestSupport
import Testing

@testable import Pipeline

/// How checks are made, whatever they are about.
@Suite struct WarehouseChecksTests {
    private func set(_ texts: String...) throws -> CheckSet {
        try CheckSet(texts.enumerated().map { try CheckFile(name: "own\($0).sql", text: $1) })
    }

    private func query(_ sql: String, head: String = "") -> String { "-- check: a\n\(head)-- M.\n\n\(sql)" }

    @Test(arguments: Warehouses.present)
    func aFewRowsAreKeptAndAllCounted(_ kind: WarehouseKind) throws {
        let set = try set(
            query(
                """
                WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)
                SELECT n, 'x' AS t FROM numbers ORDER BY n
                """))
        let warehouse = try LawWarehouse(kind)
        let report = try WarehouseCheckTests.report(set, warehouse) { $0.rows = 2 }
        let result = try #require(report.results.first)
        #expect(result.count == 5000 && result.columns == ["n", "t"])
        #expect(result.rows == [[.integer(1), .text("x")], [.integer(2), .text("x")]])
        #expect(report.failure?.names == ["a"] && report.failure?.kind == .failed)
        #expect(try WarehouseCheckTests.report(set, warehouse) { $0.rows = 0 }.results.first?.rows.isEmpty == true)
    }

    /// The spelling of each database: times, ids, days and durations.
    @Test(arguments: Warehouses.present)
    func valuesArePutInAsTheDatabaseSpellsThem(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        let database = try warehouse.fixture.database()
        let id = database.literal([
            0x0b, 0x54, 0xf0, 0xc6, 0x0d, 0x1c, 0x4d, 0x3b, 0x9a, 0x57, 0x1f, 0x6b, 0x1a, 0x3c, 0x9e, 0x11,
        ])
        let time = database.literal(time: LawClock.clock.now + 517)
        try database.execute(
            """
            INSERT INTO users (user_id, first_seen, last_seen) VALUES (1, \(time), \(time));
            INSERT INTO ratings (user_id, movie_id, score, event_time, event_id)
            VALUES (1, 1, 5, \(time), \(warehouse.fixture.file == nil ? "encode(\(id), 'hex')::uuid" : id))
            """)
        let set = try set(
            "-- parameter half = 50%: H.\n-- parameter long = 1d2h: L.\n-- parameter first = 2026-11-01: F.\n"
                + query(
                    """
                    SELECT :time(event_time) AS event_time, :id(event_id) AS event_id, :day(event_time) AS day,
                        :time(event_time + :long) AS later, :time(:now) AS now, :day(:first) AS first
                    FROM ratings
                    WHERE event_time > :now AND event_time < :now + :long AND event_time > :first AND score * :half = 2.5
                    """))
        let result = try #require(WarehouseCheckTests.report(set, warehouse).results.first)
        #expect(
            result.rows == [
                [
                    "2026-11-21T00:00:00.517Z", "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11", "2026-11-21",
                    "2026-11-22T02:00:00.517Z", "2026-11-21T00:00:00.000Z", "2026-11-01",
                ].map { .text($0) }
            ])
    }

    @Test(arguments: Warehouses.present)
    func aQueryThatCannotRunIsNamed(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        for (sql, words) in [
            ("SELECT * FROM lacking", "no such table or view: lacking"), ("SELECT lacking FROM users", "lacking"),
            ("SELEC 1", "SELEC"), ("SELECT 1; SELECT 2", "more than one statement"),
            ("DELETE FROM users", "would change something"),
        ] {
            let error = try #require(throws: CheckError.self) {
                _ = try WarehouseCheckTests.report(set(query(sql)), warehouse)
            }
            #expect(error.message.hasPrefix("the check a (own0.sql, line 4) cannot be made: "), "\(error)")
            #expect(
                error.message.contains(words) && error.kind == .failed && error.hint.contains("--skip a"), "\(error)")
        }
        // Not before it meets the value.
        let overflow =
            kind.name == "SQLite" ? "SELECT abs(-9223372036854775807 - 1)" : "SELECT 1 / (SELECT 0)"
        let error = #expect(throws: CheckError.self) {
            _ = try WarehouseCheckTests.report(set(query(overflow)), warehouse)
        }
        #expect(error?.message.hasPrefix("the check a (own0.sql, line 4)") == true, "\(String(describing: error))")
    }

    @Test(arguments: Warehouses.present)
    func whatIsNotMadeIsSkippedWithItsReason(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        func outcome(_ head: String, isQuick: Bool = false) throws -> CheckOutcome? {
            try WarehouseCheckTests.report(set(query("SELECT 1", head: head)), warehouse) { $0.isQuick = isQuick }
                .results.first?.outcome
        }
        #expect(try outcome("-- needs: users, site_monthly\n") == .skipped("there is no table site_monthly"))
        #expect(try outcome("-- needs: users.shoe_size\n") == .skipped("there is no column users.shoe_size"))
        #expect(try outcome("-- needs: users.user_id, fact_user_event_readable\n") == .found)
        #expect(try outcome("-- cost: slow\n") == .found)
        #expect(try outcome("-- cost: slow\n", isQuick: true) == .skipped("it is slow, and --quick leaves it out"))
        let other = query("-- on oracle:\nSELECT 1")
        let error = #expect(throws: CheckError.self) { _ = try WarehouseCheckTests.report(set(other), warehouse) }
        #expect(error?.message.contains("has no query for \(kind.name.lowercased())") == true)
    }

    @Test func aWarningFailsOnlyWhereItIsStrict() throws {
        let warehouse = try LawWarehouse(Warehouses.all[0])
        let set = try set(query("SELECT 1", head: "-- level: warn\n"))
        let report = try WarehouseCheckTests.report(set, warehouse)
        #expect(report.failure == nil && report.warned.count == 1)
        #expect(try WarehouseCheckTests.report(set, warehouse) { $0.isStrict = true }.failure?.names == ["a"])
    }

    @Test(arguments: Warehouses.present)
    func anOlderWarehouseIsToBeMigrated(_ kind: WarehouseKind) throws {
        let fixture = try kind.make()
        try kind.migrate(fixture, to: kind.migrations.count - 1)
        let set = try set(query("SELECT 1"))
        let error = #expect(throws: CheckError.self) {
            _ = try WarehouseChecks(
                set, of: fixture.reader(), .init(clock: LawClock.clock), wallClock: { 0 }
            ).run()
        }
        #expect(error?.hint.contains("reelhouse migrate") == true && error?.kind == .failed)
    }

    /// What is committed between two checks is not seen by the second one.
    @Test(arguments: Warehouses.present)
    func allChecksSeeOneCommit(_ kind: WarehouseKind) throws {
        let warehouse = try LawWarehouse(kind)
        // A second run leaves SQLite's write-ahead log on, with which nobody waits.
        for _ in 0..<2 { try warehouse.run(events: PublishedInput(LawInput.generated(seed: 3), Sources.all[0]).events) }
        let set = try set(
            query("SELECT max(user_id) AS n FROM users") + "\n-- check: b\n-- M.\nSELECT max(user_id) AS n FROM users")
        var isWritten = false
        let checks = try WarehouseChecks(
            set, of: warehouse.fixture.reader(), .init(clock: LawClock.clock), wallClock: { 0 }
        ) { check in
            guard check.name == "b", !isWritten else { return }
            isWritten = true
            let added: Result<Void, any Error> = Result {
                let database = try warehouse.fixture.database()
                let time = database.literal(time: 0)
                try database.execute(
                    "INSERT INTO users (user_id, first_seen, last_seen) VALUES (1000000, \(time), \(time))")
            }
            if case .failure(let error) = added { Issue.record("\(error)") }
        }
        let rows = try checks.run().results.map(\.rows)
        #expect(isWritten && rows.count == 2 && rows[0] == rows[1])
        #expect(try warehouse.integer("SELECT max(user_id) FROM users") == 1_000_000)
    }
}

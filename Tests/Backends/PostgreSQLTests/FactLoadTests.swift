import Domain
import Foundation
import Schema
import Servers
import Testing

@testable import PostgreSQL

/// The load of facts: months, stored identities, and rows that the server refuses.
@Suite(.needsServer) struct FactLoadTests {
    private typealias Outcomes = FactBench.Outcomes

    private static let now = FactBench.now

    @Test func theTypesOfACopyAreThoseOfTheTables() throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        for (table, types) in [
            (BehaviourTables.facts, FactCopy.factTypes), (BehaviourTables.watchHistory, FactCopy.watchTypes),
        ] {
            let columns = try bench.other.columns(of: bench.location.qualified(table.name))
            #expect(columns.map(\.name) == table.columns.map(\.name))
            #expect(columns.map(\.type) == types)
        }
    }

    /// 30 months and 3 months: made on a connection of their own, and in the load's transaction.
    @Test(arguments: [30, 3], [RunKind.bounded, .dryRun])
    func anEventThatComesAgainIsFoundWhereverItIs(months: Int, _ kind: RunKind) throws {
        let bench = try FactBench()
        let times = (0..<months).flatMap { month in (0..<20).map { Self.now - Int64(month) * 30 * FactBench.day + $0 } }
        let lines = times.enumerated().map { number, time in
            FactBench.event(number, at: time, type: number % 2 == 0 ? "rate" : "watch")
        }.shuffled()
        let changed = times.enumerated().map { FactBench.event($0, at: $1, type: "rate", user: 8) }
        try bench.beginRun(kind)
        if kind != .dryRun { try bench.warehouse.begin() }
        // In the group itself, in the transaction, and after the months are attached.
        #expect(try bench.insert(lines + lines) == Outcomes(accepted: times.count, duplicates: times.count))
        #expect(try bench.insert(lines) == Outcomes(duplicates: times.count))
        #expect(try bench.insert(changed) == Outcomes(conflicts: times.count))
        _ = try bench.warehouse.cureArrived(run: 1, isLast: true)
        #expect(try bench.insert(lines) == Outcomes(duplicates: times.count))
        #expect(
            try bench.insert([FactBench.event(9_999, at: Self.now - 900 * FactBench.day)]) == Outcomes(accepted: 1))
        guard kind != .dryRun else {
            try bench.warehouse.rollback()
            #expect(try bench.value("SELECT count(*) FROM pg_namespace WHERE '\"' || nspname || '\"' = '#'") == "0")
            return
        }
        try bench.warehouse.commit()
        // In later transactions, on this connection and on another one.
        #expect(try bench.load(lines) == Outcomes(duplicates: times.count))
        bench.warehouse.endRun()
        try bench.beginRun()
        #expect(try bench.load(changed) == Outcomes(conflicts: times.count))
        #expect(try bench.value("SELECT count(*) FROM #.fact_user_event") == "\(times.count + 1)")
        #expect(try bench.value("SELECT count(*) FROM #.watch_history") == "\(times.count / 2)")
    }

    @Test func aTransactionThatIsRolledBackLeavesNothingKnown() throws {
        let bench = try FactBench()
        let lines = (0..<50).map { FactBench.event($0, at: Self.now - Int64($0)) }
        try bench.beginRun()
        for _ in 0..<2 {
            try bench.warehouse.begin()
            #expect(try bench.insert(lines) == Outcomes(accepted: 50))
            try bench.warehouse.rollback()
        }
        #expect(try bench.load(lines) == Outcomes(accepted: 50))
        #expect(try bench.value("SELECT count(*) FROM #.load_month") == "1")
    }

    @Test func aLongReaderStopsNobodyAndIsNotStopped() throws {
        let bench = try FactBench()
        try bench.beginRun()
        #expect(try bench.load([FactBench.event(1, at: Self.now)]) == Outcomes(accepted: 1))
        try bench.execute("BEGIN; SELECT count(*) FROM #.fact_user_event; SELECT count(*) FROM #.watch_history")
        let second = try PostgresConnection(bench.location, PostgresOptions(.reading))
        let count = "SELECT count(*) FROM \(bench.location.qualified("fact_user_event"))"
        for months in [2, 30] {
            try bench.warehouse.begin()
            let lines = (1...months).map {
                FactBench.event($0 + months * 1_000, at: Self.now - Int64($0 + months * 3) * 31 * FactBench.day)
            }
            #expect(try bench.insert(lines) == Outcomes(accepted: months))
            try second.begin()
            try second.execute("SET LOCAL lock_timeout = '2s'")
            #expect(try second.text(count) != nil)
            try bench.warehouse.session.willUseFacts()
            #expect(try second.text(count) != nil)
            try second.commit()
            try bench.warehouse.commit()
            #expect(try bench.value("SELECT count(*) FROM #.fact_user_event") != nil)
        }
        try bench.execute("COMMIT")
        #expect(try bench.value("SELECT count(*) FROM #.fact_user_event") == "33")
    }

    @Test func theEventsOfADetachedMonthAreRefusedUntilItIsAttachedAgain() throws {
        let bench = try FactBench()
        let there = FactBench.event(1, at: Self.now)
        let late = FactBench.event(2, at: Self.now + 1)
        let others = [FactBench.event(3, at: Self.now - 40 * FactBench.day)]
        try bench.beginRun()
        try bench.load([there])
        for table in MonthPartitions.tables {
            try bench.execute("ALTER TABLE #.\(table) DETACH PARTITION #.\(table)_y2026m11")
        }
        for _ in 0..<2 {
            let outcomes = try bench.load([there, late, late] + others)
            #expect(outcomes.refused == 3)
            let message = try #require(outcomes.messages.first)
            #expect(message.hasPrefix("The month 2026-11 is detached"))
            #expect(message.contains("ATTACH PARTITION") && message.contains("reelhouse quarantine retry"))
        }
        #expect(try bench.value("SELECT count(*) FROM #.fact_user_event") == "1")
        // What the message says attaches it again.
        let november = MonthOnServer(
            month: Month(year: 2026, number: 11), state: .detached, tables: MonthPartitions.tables, relation: "")
        let message = november.message(in: PostgresLocation.quoted(bench.location.schema))
        let statements = try #require(message.split(separator: "again (").last?.split(separator: "), then run").first)
        try bench.execute(String(statements))
        #expect(try bench.load([there, late, late]) == Outcomes(accepted: 1, duplicates: 2))
    }

    /// The tables that a user makes before the first event of a month comes, whether the events are loaded, and a word
    /// of the message when they are not.
    private static let madeByHand: [(tables: String, isLoaded: Bool, words: String)] = [
        ("CREATE TABLE #.fact_user_event_y2026m11 PARTITION OF #.fact_user_event \(november)", true, ""),
        ("CREATE TABLE #.watch_history_y2026m11 PARTITION OF #.watch_history \(november)", true, ""),
        ("CREATE TABLE #.other_name PARTITION OF #.fact_user_event \(november)", true, ""),
        (
            "CREATE TABLE #.y2026 PARTITION OF #.fact_user_event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
            true, ""
        ),
        (
            """
            CREATE TABLE #.first_half PARTITION OF #.fact_user_event
            FOR VALUES FROM ('2026-11-01 00:00+00') TO ('2026-11-15 00:00+00');
            CREATE TABLE #.second_half PARTITION OF #.fact_user_event
            FOR VALUES FROM ('2026-11-15 00:00+00') TO ('2026-12-01 00:00+00')
            """, true, ""
        ),
        (
            """
            CREATE TABLE #.first_half PARTITION OF #.fact_user_event
            FOR VALUES FROM ('2026-11-01 00:00+00') TO ('2026-11-15 00:00+00')
            """, false, "covers only a part of it. Detach it"
        ),
        ("CREATE TABLE #.fact_user_event_y2026m11 (x integer)", false, "belongs to something else. Rename it"),
        ("CREATE VIEW #.watch_history_y2026m11 AS SELECT 1", false, "belongs to something else. Rename it"),
    ]
    private static let november = "FOR VALUES FROM ('2026-11-01 00:00+00') TO ('2026-12-01 00:00+00')"

    @Test(arguments: madeByHand.indices)
    func partitionsThatAUserMadeAreUsedWhereTheyCoverTheMonth(index: Int) throws {
        let (tables, isLoaded, words) = Self.madeByHand[index]
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.execute(tables)
        try bench.beginRun()
        // A month beside it is loaded in any case.
        let events = [
            FactBench.event(1, at: Self.now, type: "watch"), FactBench.event(2, at: Self.now - 90 * FactBench.day),
        ]
        let outcomes = try bench.load(events)
        #expect(outcomes.accepted == (isLoaded ? 2 : 1))
        #expect(outcomes.refused == (isLoaded ? 0 : 1))
        #expect(outcomes.messages.allSatisfy { $0.contains(words) && $0.contains("2026-11") })
        #expect(try bench.value("SELECT count(*) FROM #.watch_history") == (isLoaded ? "1" : "0"))
        if isLoaded { #expect(try bench.load(events).duplicates == 2) }
    }

    @Test(arguments: [false, true])
    func aRowThatTheServerRefusesCostsItsOwnLine(isThereBefore: Bool) throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.beginRun()
        if isThereBefore { try bench.load([FactBench.event(100_000, at: Self.now)]) }
        try bench.execute(
            """
            ALTER TABLE #.fact_user_event ADD CONSTRAINT no_fives CHECK (score IS DISTINCT FROM 4);
            ALTER TABLE #.watch_history ADD CONSTRAINT no_nines CHECK (user_id <> 9)
            """)
        let lines = (0..<2_000).map { number in
            FactBench.event(
                number, at: Self.now - Int64(number), score: number % 10 == 0 ? 4 : 5,
                type: number % 100 == 1 ? "watch" : "rate", user: number % 200 == 1 ? 9 : 7)
        }
        let outcomes = try bench.load(lines)
        #expect(outcomes == Outcomes(accepted: 1_790, refused: 210))
        #expect(outcomes.messages.contains { $0.contains("no_fives") && $0.contains("SQLSTATE 23514") })
        #expect(outcomes.messages.contains { $0.contains("no_nines") })
        let count = "SELECT count(*) FROM #.fact_user_event"
        #expect(try bench.value(count) == "\(isThereBefore ? 1_791 : 1_790)")
        #expect(try bench.value("SELECT count(*) FROM #.watch_history") == "10")
        // Without the constraints they are loaded, and the others are duplicates.
        try bench.execute(
            """
            ALTER TABLE #.fact_user_event DROP CONSTRAINT no_fives;
            ALTER TABLE #.watch_history DROP CONSTRAINT no_nines
            """)
        try bench.execute("ALTER TABLE #.fact_user_event_y2026m11 DROP CONSTRAINT IF EXISTS no_fives")
        try bench.execute("ALTER TABLE #.watch_history_y2026m11 DROP CONSTRAINT IF EXISTS no_nines")
        #expect(try bench.load(lines) == Outcomes(accepted: 210, duplicates: 1_790))
    }

    @Test func aTriggerRefusesEventsOfANewMonthToo() throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.execute(
            """
            CREATE FUNCTION #.refuse() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF NEW.user_id = 9 THEN RAISE EXCEPTION ''user 9 is gone''; END IF; RETURN NEW; END';
            CREATE TRIGGER refuse AFTER INSERT ON #.fact_user_event FOR EACH ROW EXECUTE FUNCTION #.refuse()
            """)
        try bench.beginRun()
        let lines = (0..<20).map { FactBench.event($0, at: Self.now - Int64($0), user: $0 == 11 ? 9 : 7) }
        let outcomes = try bench.load(lines)
        #expect(outcomes == Outcomes(accepted: 19, refused: 1))
        #expect(outcomes.messages.first?.contains("user 9 is gone (SQLSTATE P0001)") == true)
    }

    @Test func manyTransactionsDoNotBloatTheCatalog() throws {
        let name = "facts_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let admin = try PostgresConnection(
            PostgresLocation(PostgresServer.sharedURL()), PostgresOptions(.writing))
        try admin.execute("CREATE DATABASE \(name) ENCODING 'UTF8' TEMPLATE template0")
        defer { _ = try? admin.execute("DROP DATABASE \(name) WITH (FORCE)") }
        let bench = try FactBench(url: PostgresServer.sharedURL(database: name))
        try bench.beginRun()
        let sizes = """
            SELECT pg_relation_size('pg_class') || ' ' || pg_relation_size('pg_attribute') || ' '
            || (SELECT count(*) FROM pg_class) || ' ' || (SELECT count(*) FROM pg_attribute)
            """
        try bench.load([FactBench.event(1, at: Self.now)])
        let before = try bench.value(sizes)
        for number in 2..<200 { try bench.load([FactBench.event(number, at: Self.now + Int64(number))]) }
        #expect(try bench.value(sizes) == before)
    }

    @Test func onlyWhatGrewIsAnalysed() throws {
        let bench = try FactBench()
        try bench.beginRun()
        let analysed = "SELECT coalesce(last_analyze::text, '-') FROM pg_stat_all_tables WHERE relid = '#.%'::regclass"
        // Before version 15 a server shows such times some half a second later.
        let isLate = try bench.value("SELECT (current_setting('server_version_num')::bigint < 150000)::text") == "true"
        let time = { (table: String) in
            if isLate { Thread.sleep(forTimeInterval: 1) }
            return try bench.value(
                analysed.split(separator: "%", omittingEmptySubsequences: false).joined(separator: table))
        }
        let load = { (numbers: Range<Int>, start: Int64) in
            try bench.warehouse.begin()
            try bench.insert(numbers.map { FactBench.event($0, at: start + Int64($0)) })
            try bench.warehouse.prepareForQuestions()
            try bench.warehouse.commit()
        }
        try load(0..<5_000, Self.now)
        let rows = """
            SELECT count(*) FROM pg_stats WHERE '"' || schemaname || '"' = '#' AND attname = 'event_time'
            AND tablename IN ('fact_user_event', 'fact_user_event_y2026m11')
            """
        #expect(try bench.value(rows) == "2")
        let before = try (time("fact_user_event"), time("fact_user_event_y2026m11"))
        try load(5_000..<5_100, Self.now - 60 * FactBench.day)
        #expect(try time("fact_user_event_y2026m11") == before.1)
        #expect(try time("fact_user_event") == before.0)
        #expect(try time("fact_user_event_y2026m09") != "-")
        try load(6_000..<8_000, Self.now)
        #expect(try time("fact_user_event_y2026m11") != before.1)
    }
}

/// What a role's settings and rights do to a load.
@Suite(.needsOwnServer) struct LoadingRoleTests {
    /// A role of the test's own, with the URL of a database of its own.
    private func withRole(_ attributes: String, _ body: (String, PostgresConnection, String) throws -> Void) throws {
        let name = "loader_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let server = try PostgresServer.shared()
        let admin = try PostgresConnection(PostgresLocation(server.url()), PostgresOptions(.writing))
        try admin.execute("CREATE ROLE \(name) LOGIN \(attributes)")
        try admin.execute("CREATE DATABASE \(name) ENCODING 'UTF8' TEMPLATE template0")
        defer {
            _ = try? admin.execute("DROP DATABASE \(name) WITH (FORCE)")
            _ = try? admin.execute("DROP ROLE \(name)")
        }
        try body(server.url(user: name, database: name), admin, name)
    }

    @Test func theBoundsOfMonthsAreInUTC() throws {
        try withRole("SUPERUSER") { url, admin, name in
            try admin.execute("ALTER ROLE \(name) SET TimeZone = 'America/St_Johns'")
            try admin.execute("ALTER ROLE \(name) SET DateStyle = 'German'")
            let bench = try FactBench(url: url)
            #expect(try bench.value("SHOW TimeZone") == "America/St_Johns")
            // 2026-10-31T23:59:59.999Z and the millisecond after it.
            let start = Month(year: 2026, number: 11).firstMillisecond
            try bench.beginRun()
            let lines = [FactBench.event(1, at: start - 1), FactBench.event(2, at: start)]
            #expect(try bench.load(lines) == FactBench.Outcomes(accepted: 2))
            #expect(try bench.load(lines) == FactBench.Outcomes(duplicates: 2))
            for month in ["y2026m10", "y2026m11"] {
                #expect(try bench.value("SELECT count(*) FROM #.fact_user_event_\(month)") == "1")
            }
        }
    }

    @Test func aRoleWithoutTemporaryTablesIsToldWhatToGrant() throws {
        try withRole("") { url, admin, name in
            try admin.execute(
                "REVOKE ALL ON DATABASE \(name) FROM PUBLIC; GRANT CONNECT, CREATE ON DATABASE \(name) TO \(name)")
            let bench = try FactBench(url: url)
            let error = try postgresError { try bench.beginRun() }
            #expect(error.problem == .permission)
            #expect(error.hint.contains("GRANT TEMPORARY ON DATABASE \"\(name)\" TO \"\(name)\""))
        }
    }
}

/// The table of identities in memory.
@Suite struct RecentIdentityTests {
    @Test func itKnowsWhatWasAddedAndNothingElse() {
        var random = SystemRandomNumberGenerator()
        var known: [[UInt64]: UInt64] = [:]
        var recent = RecentIdentities()
        #expect(recent.contentHash(time: 1, idHigh: 2, idLow: 3) == nil)
        for number in 0..<20_000 {
            // Few different words, so that identities differ in a single one.
            let key = (0..<3).map { _ in UInt64.random(in: 0..<40, using: &random) }
            let found = recent.contentHash(time: Int64(key[0]), idHigh: key[1], idLow: key[2])
            #expect(found == known[key])
            if found == nil {
                known[key] = UInt64(number)
                recent.add(time: Int64(key[0]), idHigh: key[1], idLow: key[2], contentHash: UInt64(number))
            }
        }
        #expect(recent.count == known.count)
        recent.removeAll()
        #expect(recent.contentHash(time: 0, idHigh: 0, idLow: 0) == nil)
    }
}

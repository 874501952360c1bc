import Foundation
import Testing

@testable import Schema

/// Partitions by month.
@Suite(.enabled(if: SchemaServer.shared != nil, Comment(rawValue: SchemaServer.isMissing)))
struct SchemaMonthTests {
    private static let november = Month(year: 2026, number: 11)
    private static let december = Month(year: 2026, number: 12)

    private func states(_ months: [Month], _ fixture: SchemaFixture, _ session: SchemaSession) -> [String] {
        session.run(
            "SELECT month, state FROM (\(MonthPartitions.states(of: months, in: fixture.quoted))) AS states ORDER BY month"
        )
    }

    private func make(_ months: [Month], _ fixture: SchemaFixture, _ session: SchemaSession) -> [String] {
        let statements = ["BEGIN", "SET LOCAL lock_timeout = '5s'"] + MonthPartitions.make(months, in: fixture.quoted)
        return session.run((statements + ["COMMIT"]).joined(separator: ";\n"))
    }

    private static func insert(_ time: String) -> String {
        """
        INSERT INTO fact_user_event (event_time, event_id, event_type, user_id, movie_known, content_hash)
        VALUES ('\(time)', gen_random_uuid(), 'view', 1, false, 0)
        """
    }

    @Test(arguments: [
        (2026, 1, "y2026m01", "2026-01-01 00:00:00+00", "2026-02-01 00:00:00+00"),
        (1999, 12, "y1999m12", "1999-12-01 00:00:00+00", "2000-01-01 00:00:00+00"),
    ])
    func aMonthHasBoundsInUTC(year: Int, number: Int, name: String, start: String, end: String) {
        let month = Month(year: year, number: number)
        #expect(month.name == name)
        #expect(month.start == start)
        #expect(month.next.start == end)
        #expect(month < month.next)
    }

    @Test func aMonthIsMadeOnceAndItsBoundsAreInUTC() throws {
        let fixture = try SchemaFixture("Mon\"ths'\\")
        let session = try fixture.session()
        session.run("SET TimeZone = 'America/St_Johns'")
        #expect(
            states([Self.december, Self.november], fixture, session) == ["2026-11-01|absent", "2026-12-01|absent"])
        #expect(session.run(Self.insert("2026-11-05T00:00:00Z")) == ["ERROR:  23514"])
        #expect(make([Self.november], fixture, session) == [])
        #expect(
            states([Self.november, Self.december], fixture, session) == ["2026-11-01|attached", "2026-12-01|absent"])
        #expect(session.run(Self.insert("2026-11-01T00:00:00Z")) == [])
        #expect(session.run(Self.insert("2026-11-30T23:59:59.999Z")) == [])
        #expect(session.run(Self.insert("2026-10-31T23:59:59.999Z")) == ["ERROR:  23514"])
        #expect(session.run(Self.insert("2026-12-01T00:00:00Z")) == ["ERROR:  23514"])
        // A second loader that comes too late is told so, and changes nothing.
        #expect(make([Self.november], fixture, session).first == "ERROR:  42P07")
        session.run("ROLLBACK")
        #expect(session.run("SELECT count(*) FROM fact_user_event") == ["2"])
    }

    @Test func aMonthThatWasTakenOutIsNoticed() throws {
        let fixture = try SchemaFixture()
        let session = try fixture.session()
        let months = [Self.november, Self.december]
        #expect(make(months, fixture, session) == [])
        let both = ["2026-11-01|attached", "2026-12-01|attached"]
        let one = ["2026-11-01|detached", "2026-12-01|attached"]
        #expect(states(months, fixture, session) == both)
        for table in MonthPartitions.tables {
            let partition = MonthPartitions.name(of: Self.november, table: table)
            #expect(session.run("ALTER TABLE \(table) DETACH PARTITION \(partition)") == [])
            #expect(states(months, fixture, session) == one)
            // Its CHECK proves the bounds: attached again without a look at its rows, under any name.
            #expect(session.run("ALTER TABLE \(partition) RENAME TO \"kept %\"") == [])
            #expect(states(months, fixture, session) == one)
            #expect(
                session.run(
                    """
                    ALTER TABLE \(table) ATTACH PARTITION "kept %"
                    FOR VALUES FROM ('\(Self.november.start)') TO ('\(Self.november.next.start)')
                    """) == [])
            #expect(states(months, fixture, session) == both)
            session.run("ALTER TABLE \"kept %\" RENAME TO \(partition)")
        }
        #expect(session.run("DROP TABLE \(MonthPartitions.name(of: Self.november, table: "watch_history"))") == [])
        #expect(states(months, fixture, session) == one)
    }

    /// A partition that somebody made for a whole year counts.
    @Test func aYearIsTwelveMonths() throws {
        let fixture = try SchemaFixture()
        let session = try fixture.session()
        for table in MonthPartitions.tables {
            let bounds = "FROM ('2026-01-01Z') TO ('2027-01-01Z')"
            session.run("CREATE TABLE \(table)_all PARTITION OF \(table) FOR VALUES \(bounds)")
        }
        let session2 = try fixture.session()
        session2.run("SET DateStyle = 'ISO, DMY'; SET TimeZone = 'Asia/Kathmandu'")
        #expect(
            states([Self.november, Self.december, Self.december.next], fixture, session2)
                == ["2026-11-01|attached", "2026-12-01|attached", "2027-01-01|absent"])
    }

    /// Neither readers nor a load keep a month from being made, nor does making one keep them waiting.
    @Test func makingAMonthWaitsForNobody() throws {
        let fixture = try SchemaFixture()
        let session = try fixture.session()
        #expect(make([Self.november], fixture, session) == [])
        let (reader, loader) = (try fixture.session(), try fixture.session())
        #expect(reader.run("BEGIN; SELECT count(*) FROM fact_user_event_readable") == ["0"])
        #expect(loader.run("BEGIN; \(Self.insert("2026-11-05T00:00:00Z"))") == [])
        let statements =
            ["BEGIN", "SET LOCAL lock_timeout = '2s'"] + MonthPartitions.make([Self.december], in: fixture.quoted)
        #expect(session.run(statements.joined(separator: ";\n")) == [])
        #expect(reader.run("SELECT count(*) FROM fact_user_event_readable; COMMIT") == ["0"])
        #expect(loader.run("\(Self.insert("2026-11-06T00:00:00Z")); COMMIT") == [])
        #expect(session.run("COMMIT") == [])
        #expect(session.run("SELECT count(*) FROM fact_user_event") == ["2"])
        // Who has the table for itself is not waited for, for ever.
        #expect(reader.run("BEGIN; LOCK TABLE fact_user_event") == [])
        let next =
            ["BEGIN", "SET LOCAL lock_timeout = '100ms'"]
            + MonthPartitions.make([Self.december.next], in: fixture.quoted)
        #expect(session.run(next.joined(separator: ";\n")).contains("ERROR:  55P03"))
        session.run("ROLLBACK")
        reader.run("ROLLBACK")
        #expect(make([Self.december.next], fixture, session) == [])
    }

    /// A month may be filled before it is attached, and has its key all the same.
    @Test func aMonthIsFilledBeforeItIsAttached() throws {
        let fixture = try SchemaFixture()
        let session = try fixture.session()
        let table = MonthPartitions.name(of: Self.november, table: "fact_user_event")
        for isTwice in [true, false] {
            session.run("BEGIN")
            for name in MonthPartitions.tables {
                let create = MonthPartitions.create(Self.november, of: name, in: fixture.quoted, isIndexed: false)
                #expect(session.run(create) == [])
            }
            let row = """
                INSERT INTO \(table) (event_time, event_id, event_type, user_id, movie_known, content_hash)
                VALUES ('2026-11-02Z', '00000000-0000-0000-0000-000000000001', 'view', 1, false, 0)
                """
            #expect(session.run(row) == [])
            if isTwice { #expect(session.run(row) == []) }
            let attached = MonthPartitions.tables.flatMap {
                session.run(MonthPartitions.attach(Self.november, to: $0, in: fixture.quoted))
            }
            #expect(attached.contains("ERROR:  23505") == isTwice)
            session.run(isTwice ? "ROLLBACK" : "\(MonthPartitions.note(Self.november, in: fixture.quoted)); COMMIT")
        }
        #expect(states([Self.november], fixture, session) == ["2026-11-01|attached"])
        #expect(
            session.run("SELECT count(*) FROM pg_index WHERE indrelid = '\(table)'::regclass AND indisprimary") == ["1"]
        )
        #expect(session.run("SELECT count(*) FROM fact_user_event") == ["1"])
    }

    /// A partition has the indexes of its table, and those that are made later.
    @Test func aMonthHasTheIndexesOfItsTable() throws {
        let fixture = try SchemaFixture()
        let session = try fixture.session()
        #expect(make([Self.november], fixture, session) == [])
        session.run("CREATE INDEX fact_user_event_by_user_id ON fact_user_event (user_id)")
        #expect(make([Self.december], fixture, session) == [])
        let count = """
            SELECT inhrelid::regclass, (SELECT count(*) FROM pg_index WHERE indrelid = inhrelid) FROM pg_inherits
            WHERE inhparent = 'fact_user_event'::regclass ORDER BY 1
            """
        #expect(session.run(count) == ["fact_user_event_y2026m11|2", "fact_user_event_y2026m12|2"])
        // The loader's lookups find their months when they are planned.
        let plan = session.run(
            "EXPLAIN SELECT * FROM fact_user_event WHERE event_time >= '2026-12-02Z' AND event_time < '2026-12-03Z'")
        #expect(!plan.contains { $0.contains("m11") })
    }
}

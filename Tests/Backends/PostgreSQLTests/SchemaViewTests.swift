import Domain
import Foundation
import PostgreSQL
import SQLite
import Testing

@testable import Schema

/// The readable views are those of SQLite.
@Suite(.enabled(if: SchemaServer.shared != nil, Comment(rawValue: SchemaServer.isMissing)))
struct SchemaViewTests {
    @Test func viewsHaveTheColumnsThatTheyHaveOnSQLite() throws {
        let session = try SchemaFixture().session()
        let stored = session.run(
            """
            SELECT c.relname, string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_class AS c, pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND c.relkind = 'v'
            AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema) GROUP BY 1
            """)
        for backend in [WarehouseBackend.sqlite, .postgreSQL] {
            let views = try backend.queryHelp.views()
            #expect(Set(stored) == Set(views.map { "\($0.name)|\($0.columns.joined(separator: ","))" }))
        }
    }

    @Test func timesAndIDsAreText() throws {
        let session = try SchemaFixture().session()
        session.run("SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'")
        session.run(
            """
            INSERT INTO dim_session (session_id, user_id, started_at, ended_at, first_event_id) VALUES
            ('s', 1, '1969-12-31 23:59:59.999Z', '9999-12-31 23:59:59Z', '0B54F0C6-0D1C-4D3B-9A57-1F6B1A3C9E11')
            """)
        #expect(
            session.run("SELECT started_at, ended_at, first_event_id, device_event_time FROM dim_session_readable") == [
                "1969-12-31T23:59:59.999Z|9999-12-31T23:59:59.000Z|0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11|-"
            ])
    }

    private func quarantine(_ lines: [[UInt8]], _ session: SchemaSession) {
        session.run("INSERT INTO load_run (run_id, started_at, outcome) VALUES (1, now(), 'running')")
        for (number, line) in lines.enumerated() {
            let hex = line.map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
            session.run(
                """
                INSERT INTO rejected_record (source, line, byte_offset, rule, message, raw, port, raw_hash, run_id)
                VALUES ('s', \(number + 1), 0, 'r', 'm', decode('\(hex)', 'hex'), 'events', '', 1)
                """)
        }
    }

    private static let id = "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"

    @Test func whatCouldBeParsedOfALineIsShown() throws {
        let session = try SchemaFixture().session()
        let cases: [(line: String, columns: String, shown: String)] = [
            (
                #"{"event_id":"0B54F0C6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rate","event_time":"2026-11-20T18:03:22.5179Z","user_id":4711,"session_id":"s-é","movie_id":603,"metadata":{"score":11}}"#,
                "event_time, event_id, event_type, user_id, session_id, movie_id, score",
                "2026-11-20T18:03:22.517Z|\(Self.id)|rate|4711|s-é|603|11"
            ),
            (
                #"{"action_type":"rating","timestamp":1763661802517,"user_id":"7","session_id":9,"movie_id":603.0,"rating":"8.5","event_id":"x"}"#,
                "event_time, event_id, event_type, user_id, session_id, movie_id, score",
                "2025-11-20T18:03:22.517Z|-|rate|7|9|603|8.5"
            ),
            (
                #"{"event_type":"dwelltime","event_time":null,"timestamp":"2026-11-20t20:03:22+02:00","dwell_time":12,"query":" q\u0000\u0000\\u0000 "}"#,
                "event_time, event_type, seconds, query", "2026-11-20T18:03:22.000Z|dwell|12|q\u{FFFD}\u{FFFD}\\u0000"
            ),
            (
                #"{"event_type":true,"event_time":"2026-02-30T10:00:00Z","user_id":1e400,"session_id":{},"movie_id":603.5,"metadata":[1]}"#,
                "event_time, event_type, user_id, session_id, movie_id, seconds", "-|-|-|-|-|-"
            ),
            (
                #"{"event_time":99999999999999999,"user_id":9223372036854775808,"metadata":{"seconds":1e-400,"score":1e999}}"#,
                "event_time, user_id, seconds, score", "-|-|-|-"
            ),
        ]
        quarantine(cases.map { Array($0.line.utf8) }, session)
        for (number, test) in cases.enumerated() {
            let shown = session.run("SELECT \(test.columns) FROM rejected_event_readable WHERE line = \(number + 1)")
            #expect(shown == [test.shown])
        }
    }

    @Test func noLineMakesTheViewFail() throws {
        let session = try SchemaFixture().session()
        let whole = Array(
            #"{"event_id":"\#(Self.id)","event_type":"rate","event_time":"2026-11-20T18:03:22Z","user_id":"4\u0000","metadata":{"score":8e0,"seconds":"1.5E-3"}}"#
                .utf8)
        var lines: [[UInt8]] = [
            [], Array("[1]".utf8), Array("null".utf8), Array(repeating: UInt8(ascii: "["), count: 100_000), [0, 0xff],
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            var line = whole
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0x20...0x7e, using: &random)
            }
            lines.append(line)
        }
        quarantine(lines, session)
        #expect(
            session.run("SELECT count(*) FROM (SELECT * FROM rejected_event_readable OFFSET 0) AS r") == [
                "\(lines.count)"
            ])
        // OFFSET 0 keeps the columns from being left out; to be sure, each of them is looked at.
        let shown = session.run("SELECT count(r::text) FROM rejected_event_readable AS r")
        #expect(shown == ["\(lines.count)"])
    }
}

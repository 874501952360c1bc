import Domain
import TableTesting
import Testing

@testable import SQLite

/// `rejected_event_readable` shows the parts of a line that can be parsed, and never fails.
@Suite struct QuarantineViewTests {
    private func warehouse(_ folder: TemporaryFolder, _ lines: [(rule: CleaningRule, raw: [UInt8])]) throws
        -> SQLiteWarehouse
    {
        let warehouse = try folder.warehouse()
        try warehouse.begin()
        try warehouse.quarantine(
            lines.enumerated().map { index, line in
                Rejection(
                    source: "s", port: .events, line: Int64(index + 1), byteOffset: 0, rule: line.rule, message: "m",
                    raw: line.raw, snapshotDay: nil)
            }, run: 1)
        try warehouse.commit()
        return warehouse
    }

    private static let id = "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"

    @Test(arguments: [
        (
            #"{"event_id":"0B54F0C6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rate","event_time":"2026-11-20T18:03:22.517Z","user_id":4711,"session_id":"s-é","movie_id":603,"metadata":{"score":11}}"#,
            "event_time,event_id,event_type,user_id,session_id,movie_id,score",
            ["2026-11-20T18:03:22.517Z", id, "rate", "4711", "s-é", "603", "11.0"]
        ),
        (
            #"{"action_type":"rating","timestamp":1763661802517,"user_id":"7","session_id":9,"movie_id":603.0,"rating":"8.5","event_id":"x"}"#,
            "event_time,event_id,event_type,user_id,session_id,movie_id,score",
            ["2025-11-20T18:03:22.517Z", "-", "rate", "7", "9", "603", "8.5"]
        ),
        (
            #"{"event_type":"dwelltime","event_time":null,"timestamp":"2026-11-20t20:03:22+02:00","dwell_time":12,"query":" q "}"#,
            "event_time,event_type,seconds,query", ["2026-11-20T18:03:22.000Z", "dwell", "12.0", "q"]
        ),
        (
            #"{"event_type":true,"event_time":"2026-02-30T10:00:00Z","user_id":true,"session_id":{},"movie_id":603.5,"metadata":[1]}"#,
            "event_time,event_type,user_id,session_id,movie_id,seconds",
            ["-", "-", "-", "-", "-", "-"]
        ),
        (
            #"{"event_time":"2026-11-20T24:00:00Z","user_id":1e400,"metadata":{"watched_seconds":"0x10","query":""}}"#,
            "event_time,user_id,seconds,query", ["-", "-", "-", "-"]
        ),
    ])
    func aLineInTheColumnsOfAFact(line: String, columns: String, expected: [String]) throws {
        let folder = try TemporaryFolder()
        let warehouse = try warehouse(folder, [(.invalidScore, Array(line.utf8))])
        #expect(try rows(warehouse.connection, "SELECT \(columns) FROM rejected_event_readable") == [expected])
    }

    @Test func ofALineThatMayNotBeUTF8OnlyPlainTextIsShown() throws {
        let folder = try TemporaryFolder()
        let bad = Array(#"{"user_id":5,"event_type":"view","session_id":""#.utf8) + [0xff, 0xc3] + Array(#""}"#.utf8)
        let surrogate = Array(#"{"user_id":6,"event_type":"view","session_id":"\ud83c"}"#.utf8)
        let warehouse = try warehouse(folder, [(.malformedJSON, bad), (.malformedJSON, surrogate)])
        #expect(
            try rows(
                warehouse.connection,
                "SELECT user_id, event_type, session_id FROM rejected_event_readable ORDER BY line")
                == [["5", "view", "-"], ["6", "view", "-"]])
    }

    @Test func nothingMakesItFail() throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: 11)
        let whole = Array(
            #"{"event_id":"\#(Self.id)","event_type":"rate","event_time":"2026-11-20T18:03:22Z","user_id":"4\u0000","metadata":{"score":8e0}}"#
                .utf8)
        var lines: [(rule: CleaningRule, raw: [UInt8])] = [
            (.malformedJSON, []), (.malformedJSON, Array("[1]".utf8)), (.malformedJSON, Array("null".utf8)),
            (.malformedJSON, Array(repeating: UInt8(ascii: "["), count: 100_000)), (.damagedFile, [0, 0xff]),
        ]
        for _ in 0..<3000 {
            var line = whole
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            lines.append((.malformedJSON, Array(line.prefix(Int.random(in: 1...line.count, using: &random)))))
        }
        let warehouse = try warehouse(folder, lines)
        let shown = try warehouse.connection.prepare("SELECT * FROM rejected_event_readable")
        var count = 0
        while try shown.step() {
            count += 1
            for column in 0..<shown.columnCount where !shown.isNull(column) {
                #expect(String(validating: shown.bytes(column), as: UTF8.self) != nil)
            }
        }
        #expect(count == Int(try warehouse.connection.integer("SELECT count(*) FROM rejected_record") ?? 0))
        #expect(count > 2000)
    }
}

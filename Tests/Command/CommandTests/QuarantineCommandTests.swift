import Foundation
import Testing

@Suite struct QuarantineCommandTests {
    private static let good = """
        {"event_id":"00000000-0000-4000-8000-000000000001","event_type":"rate","event_time":"2026-11-20T10:00:00Z",\
        "user_id":1,"movie_id":603,"metadata":{"score":8}}
        """

    /// A line with a wrong score and a terminal's escapes, one that is not UTF-8, and one of the distant future.
    private static let bad: [[UInt8]] = [
        Array(good.replacing(":8}", with: #":11},"x":"\#u{9b}31m\#u{202e}é""#).utf8),
        Array(#"{"event_type":"view","x":""#.utf8) + [0xff, 0x1b, 0xc3] + Array(#""}"#.utf8),
        Array(
            good.replacing("2026-11-20", with: "2027-03-01").replacing("000000000001", with: "000000000002").utf8),
    ]

    private func loaded() throws -> QuarantineProcess {
        let process = try QuarantineProcess()
        try process.files.write("e.ndjson", Array(Self.bad.map { $0 + [10] }.joined()))
        let run = try process.run("run", "-w", "w.db", "--events", "e.ndjson", "--now", "2026-11-21", "--json")
        #expect(try run.json()["rejected"] as? Int == 3, "\(run.errors)")
        return process
    }

    @Test func listCountsByRuleAndByFile() throws {
        let process = try loaded()
        let json = try process.run("quarantine", "list", "-w", "w.db", "--json").json()
        #expect(json["lines"] as? Int == 3)
        #expect(
            json["by_rule"] as? [String: Int]
                == ["invalid_score": 1, "malformed_json": 1, "event_time_out_of_range": 1])
        let source = try #require((json["by_source"] as? [[String: Any]])?.first)
        #expect(source["source"] as? String == "e.ndjson")
        #expect(source["lines"] as? Int == 3)
        let text = try process.run("quarantine", "list", "-w", "w.db").output
        #expect(text.contains("invalid_score") && text.contains("e.ndjson"))
    }

    @Test func showTellsTheTerminalNothing() throws {
        let process = try loaded()
        let shown = try process.run("quarantine", "show", "-w", "w.db")
        #expect(shown.output.contains("#1  e.ndjson:1  byte 0  invalid_score\n    score is 11; expected"))
        #expect(shown.output.contains(#"\u{9b}31m\u{202e}é"#))
        #expect(shown.output.contains(#""x":"\xff\u{1b}\xc3"}"#))
        #expect(!shown.output.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{9b}" })
        #expect(try process.run("quarantine", "show", "-w", "w.db", "--rule", "invalid_score").lines.count == 3)
        #expect(try process.run("quarantine", "show", "-w", "w.db", "--id", "2", "--json").objects().count == 1)
        let limited = try process.run("quarantine", "show", "-w", "w.db", "--limit", "1")
        #expect(limited.lines.count == 3)
        #expect(limited.errors.contains("2 more"))
        #expect(try process.run("quarantine", "show", "-w", "w.db", "--source", "x").errors.contains("Nothing"))
    }

    @Test func aLongLineIsShownShortenedUnlessAskedFor() throws {
        let process = try QuarantineProcess()
        let line = #"{"event_type":""# + String(repeating: "é", count: 100_000) + #""}"#
        try process.files.write("e.ndjson", line)
        try process.run("run", "-w", "w.db", "--events", "e.ndjson")
        let short = try process.run("quarantine", "show", "-w", "w.db").lines
        #expect((short.last ?? "").count < 400 && (short.last ?? "").hasSuffix("… (200,017 bytes)"))
        #expect(try process.run("quarantine", "show", "-w", "w.db", "--full").lines.last == "    " + line)
    }

    @Test func exportGivesTheLinesAsTheyCame() throws {
        let process = try loaded()
        try process.run("quarantine", "export", "-w", "w.db", "--raw", "-o", "raw")
        #expect(process.files.read("raw") == Array(Self.bad.map { $0 + [10] }.joined()))
        let objects = try process.run("quarantine", "export", "-w", "w.db").objects()
        #expect(objects.map { $0["rejected_id"] as? Int } == [1, 2, 3])
        #expect(objects.map { $0["line"] as? Int } == [1, 2, 3])
        #expect(objects[0]["raw"] as? String == String(decoding: Self.bad[0], as: UTF8.self))
        #expect(objects[1]["raw"] == nil)
        #expect(Data(base64Encoded: objects[1]["raw_base64"] as? String ?? "") == Data(Self.bad[1]))
        #expect(
            objects.allSatisfy { $0["port"] as? String == "events" && $0["source"] as? String == "e.ndjson" })
    }

    @Test func exportReplacesAFileAndKeepsItsMode() throws {
        let process = try loaded()
        try process.files.write("out.ndjson", "old")
        let file = process.files.path("out.ndjson")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        let refused = try process.run("quarantine", "export", "-w", "w.db", "--raw", "-o", "out.ndjson")
        #expect(refused.status == 2 && refused.errors.contains("out.ndjson exists already"), "\(refused.errors)")
        #expect(process.files.read("out.ndjson") == Array("old".utf8))
        #expect(
            try process.run("quarantine", "export", "-w", "w.db", "--raw", "-o", "out.ndjson", "--force").status == 0)
        #expect(process.files.read("out.ndjson") == Array(Self.bad.map { $0 + [10] }.joined()))
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
        #expect(
            process.files.names().allSatisfy { !$0.hasPrefix(".") })
        let failed = try process.run("quarantine", "export", "-w", "w.db", "-o", "no/where.ndjson")
        #expect(failed.status == 1 && failed.errors.contains("no/where.ndjson"))
    }

    @Test func anEditedExportIsLoaded() throws {
        let process = try loaded()
        let exported = try process.run("quarantine", "export", "-w", "w.db").output
        let again = try process.run(
            "quarantine", "retry", "-w", "w.db", "--raw", "raw", "--now", "2026-11-21", "--from", "-", "--json",
            input: Array(exported.utf8))
        #expect(try again.json()["rejected"] as? Int == 3)
        #expect(try process.run("quarantine", "export", "-w", "w.db").output == exported)

        let edited = exported.replacing(#"\"score\":11"#, with: #"\"score\":9"#)
        #expect(edited != exported)
        try process.files.write("edited.ndjson", edited)
        let dry = try process.run(
            "quarantine", "retry", "-w", "w.db", "--now", "2026-11-21", "--from", "edited.ndjson", "--dry-run")
        #expect(dry.output.hasPrefix("3 lines, 1 would be accepted, 2 would stay\n"), "\(dry.output)")
        #expect(try process.run("quarantine", "export", "-w", "w.db").output == exported)
        let real = try process.run(
            "quarantine", "retry", "-w", "w.db", "--raw", "raw", "--now", "2026-11-21", "--from", "edited.ndjson",
            "--json"
        ).json()
        #expect(real["accepted"] as? Int == 1)
        #expect(real["rejected_by_rule"] as? [String: Int] == ["malformed_json": 1, "event_time_out_of_range": 1])
        #expect(try process.query("SELECT score FROM ratings") == [#"{"score":9.0}"#])
        let twice = try process.run(
            "quarantine", "retry", "-w", "w.db", "--raw", "raw", "--now", "2026-11-21", "--from", "edited.ndjson",
            "--json"
        ).json()
        #expect(twice["accepted"] as? Int == 0 && twice["missing"] as? Int == 1)
    }

    @Test(arguments: [
        (#"{"raw":"{}"}"#, "it has no rejected_id"), (#"{"rejected_id":1}"#, "neither raw"),
        (#"{"rejected_id":1,"raw":{"score":1}}"#, "neither raw"),
        (#"{"rejected_id":1,"raw_base64":"a"}"#, "neither raw"),
        ("7", "not one JSON object"),
    ])
    func whatIsNoExportIsRefused(line: String, why: String) throws {
        let process = try loaded()
        try process.files.write("edited.ndjson", "\n\(line)\n")
        let result = try process.run("quarantine", "retry", "-w", "w.db", "--raw", "raw", "--from", "edited.ndjson")
        #expect(result.status == 1)
        #expect(result.errors.contains("line 2 of edited.ndjson") && result.errors.contains(why), "\(result.errors)")
    }

    @Test func wrongUseIsSaid() throws {
        let process = try loaded()
        #expect(try process.run("quarantine", "retry", "--from", "x", "--rule", "invalid_score").status == 2)
        #expect(try process.run("quarantine", "show", "--rule", "no_such_rule").status == 2)
        #expect(try process.run("quarantine").status == 2)
        for command in ["list", "show", "export", "retry"] {
            let result = try process.run("quarantine", command, "-w", "none.db")
            #expect(result.status == 1 && result.errors.contains("there is no warehouse at none.db"))
        }
        #expect(!process.files.has("none.db"))
    }
}

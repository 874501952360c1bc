import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// Messages in quarantine are listed, shown, exported, tried again and dropped as the lines of a file are.
@Suite(.waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)")) struct KafkaQuarantineTests {
    private static let score = #""metadata":{"score":"#

    private static func rating(_ number: Int, score: Int) -> String {
        let time = 1_795_000_000_000 + number
        return "{\"event_type\":\"rate\",\"event_time\":\(time),\"user_id\":1,\"movie_id\":1,\(Self.score)\(score)}}"
    }

    /// Good messages, one that is cut off, one with a wrong score, and one of 20 MB.
    private static let lines: [[UInt8]] = [
        Array(rating(0, score: 5).utf8), Array(#"{"event_type":"cl"#.utf8), Array(rating(1, score: 11).utf8),
        Array("{\"x\":\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 20_000_000) + Array("\"}".utf8),
        Array(rating(2, score: 6).utf8),
    ]

    /// What a command says of a source, with another name for it, and without its place and the time.
    private static func withoutPlace(_ objects: [[String: Any]], _ source: String) -> [[String: String]] {
        objects.map { object in
            object.filter { !["line", "byte_offset", "seconds"].contains($0.key) }
                .mapValues { value in
                    let data = try? JSONSerialization.data(
                        withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes])
                    return String(decoding: data ?? Data(), as: UTF8.self).replacing(source, with: "SOURCE")
                }
        }
    }

    @Test func messagesAreHandledAsTheLinesOfAFile() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["max.message.bytes": "30000000"])
        try topic.send(Self.lines.map { TestRecord($0) })
        let (kafka, file) = (try QuarantineProcess(), try QuarantineProcess())
        try file.files.write("e.ndjson", Array(Self.lines.map { $0 + [10] }.joined()))
        let sources = [
            (kafka, "\(topic.name)/0", "kafka://\(topic.address)/\(topic.name)"), (file, "e.ndjson", "e.ndjson"),
        ]
        for (process, _, input) in sources {
            let run = try process.run("run", "-w", "w.db", "--events", input, "--now", "2026-11-21", "--json")
            #expect(try run.json()["rejected"] as? Int == 3, "\(run.errors)")
        }
        /// What both print has to be the same but for the place; says what it is for the topic.
        func both(_ arguments: String..., retrying edited: (String) -> String? = { _ in nil }) throws -> [[String: Any]]
        {
            let answers = try sources.map { process, source, _ in
                var words = ["quarantine"] + arguments
                if let text = edited(try process.run("quarantine", "export", "-w", "w.db").output) {
                    try process.files.write("edited.ndjson", text)
                    words += ["--from", "edited.ndjson"]
                }
                let source = source
                let result = try Program.start(
                    words.map { $0 == "SOURCE" ? source : $0 } + ["-w", "w.db"], in: process.files
                ).wait()
                #expect(result.status == 0, "\(words): \(result.errors)")
                return try (result.objects(), Self.withoutPlace(result.objects(), source))
            }
            #expect(answers[0].1 == answers[1].1, "\(arguments)")
            return answers[0].0
        }

        let listed = try #require(try both("list", "--json").first)
        #expect(listed["lines"] as? Int == 3)
        #expect((listed["by_source"] as? [[String: Any]])?.first?["source"] as? String == sources[0].1)
        let exported = try both("export")
        #expect(exported.map { $0["line"] as? Int } == [1, 2, 3])
        #expect(exported.allSatisfy { $0["byte_offset"] as? Int == 0 && $0["source"] as? String == sources[0].1 })
        #expect(exported.map { $0["rule"] as? String } == ["malformed_json", "invalid_score", "malformed_json"])
        #expect((exported[2]["raw"] as? String)?.utf8.count == 64 << 10)
        #expect(
            (exported[2]["message"] as? String)?.contains("20000008 bytes") == true, "\(exported[2]["message"] ?? "")"
        )
        let raw = try kafka.run("quarantine", "export", "-w", "w.db", "--raw", "-o", "raw")
        #expect(raw.status == 0 && kafka.files.read("raw").starts(with: Self.lines[1] + [10] + Self.lines[2] + [10]))
        let shown = try kafka.run("quarantine", "show", "-w", "w.db", "--source", sources[0].1).output
        #expect(shown.contains("#2  \(sources[0].1):2  byte 0  invalid_score"), "\(shown)")

        // As they are they are rejected again, and nothing of them changes; what is not whole is left aside.
        let again = try #require(try both("retry", "--raw", "raw", "--now", "2026-11-21", "--json").first)
        #expect(again["rejected"] as? Int == 2 && again["accepted"] as? Int == 0, "\(again)")
        #expect(again["left_aside"] as? [String: Int] == ["malformed_json": 1], "\(again)")
        #expect(Self.withoutPlace(try both("export"), "") == Self.withoutPlace(exported, ""))
        // The message whose text is mended is loaded and cured.
        let mended = try #require(
            try both("retry", "--raw", "raw", "--now", "2026-11-21", "--json") {
                $0.replacing(#"\"score\":11"#, with: #"\"score\":9"#)
            }.first)
        #expect(mended["accepted"] as? Int == 1, "\(mended)")
        #expect(try both("export").map { $0["line"] as? Int } == [1, 3])
        // Reading the topic again finds all of them again.
        let reload = try kafka.run(
            "run", "-w", "w.db", "--events", sources[0].2, "--now", "2026-11-21", "--json", "--reload")
        #expect(try reload.json()["rejected"] as? Int == 3, "\(reload.errors)")
        _ = try file.run("run", "-w", "w.db", "--events", "e.ndjson", "--now", "2026-11-21", "--reload")
        #expect(try both("export").map { $0["line"] as? Int } == [1, 2, 3])
        // Dropped, they are gone.
        _ = try both("drop", "--source", "SOURCE", "--yes", "--json")
        #expect(try both("export").isEmpty)
    }
}

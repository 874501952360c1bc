import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `reelhouse restore` from a real broker.
@Suite(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"), .waits) struct RestoreCommandTests {
    private static func url(_ topic: TestTopic) -> String { "kafka://\(topic.address)/\(topic.name)" }

    /// Restores with `--json`, and gives what it printed.
    @discardableResult
    private static func restore(
        _ topic: TestTopic, _ arguments: String..., in folder: TemporaryFolder, status: Int32 = 0,
        location: SourceLocation = #_sourceLocation
    ) throws -> [String: Any] {
        let result = try Program.start(
            ["restore", "movies", "--from", url(topic), "--json"] + arguments, in: folder
        ).wait()
        #expect(result.status == status, "\(result.errors)", sourceLocation: location)
        return try Program.object(result.output)
    }

    private static func record(_ text: String, date: String?) -> TestRecord {
        TestRecord(Array(text.utf8), headers: date.map { [("snapshot_date", Array($0.utf8))] } ?? [])
    }

    /// The lines of a restored file.
    private static func lines(_ path: String, in folder: TemporaryFolder) throws -> [String] {
        String(decoding: try Compression.decode(folder.read(path)), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    @Test func whatWasPublishedGivesTheSameWarehouse() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 3)
        let folder = try TemporaryFolder()
        for (seed, date) in [("1", "2026-10-02"), ("2", "2026-11-20")] {
            try Program.run(
                "generate", "--movies", "60", "--events", "0", "--days", "1", "--seed", seed, "--dirt", "0.1",
                "--end-date", date, "--output", "in\(seed)", in: folder)
        }
        let original = try Program.load("--movies", "in1/movies", "in2/movies", in: folder)
        #expect(original.accepted > 100 && original.rejected > 0)
        func digest(_ warehouse: String) throws -> String {
            try Program.run("digest", "--warehouse", warehouse, in: folder).output
        }
        for round in 1...2 {
            for part in ["in1", "in2"] {
                let sent = try Program.run(
                    "publish", "movies", "--from", part + "/movies", "--to", Self.url(topic), "--again", in: folder)
                #expect(sent.status == 0, "\(sent.errors)")
            }
            let result = try Self.restore(topic, "--to", "back\(round)/movies", in: folder)
            #expect(result["documents"] as? Int == original.read * round && result["left_out"] as? Int == 0)
            #expect(result["first_date"] as? String == "2026-10-02" && result["last_date"] as? String == "2026-11-20")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("back\(round)/movies"))
            #expect(names.sorted() == ["2026-10-02.ndjson.zst", "2026-11-20.ndjson.zst"], "\(names)")
            let loaded = try Program.start(
                [
                    "run", "--warehouse", "r\(round).db", "--raw", "raw\(round)", "--now", Program.now, "--json",
                    "--movies", "back\(round)/movies",
                ], in: folder
            ).wait()
            let run = try RunResult(loaded.output)
            #expect(loaded.status == 0 && run.read == original.read * round, "\(loaded.errors)")
            #expect(run.rejected == original.rejected * round)
            #expect(try digest("r\(round).db") == digest("w.db"))
        }
    }

    @Test func eachDocumentIsALineOfItsDateAndWhatCannotBeOneIsNamed() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["max.message.bytes": "30000000"])
        let folder = try TemporaryFolder()
        let long = Array("{\"id\":9,\"overview\":\"".utf8) + [UInt8](repeating: 0x78, count: 17 << 20)
        try topic.send([
            Self.record("{\"id\":1}", date: "2026-11-20"), Self.record(" {\"id\" : 1 }\r\n", date: "2026-11-20"),
            TestRecord(nil, key: "1:2026-11-20"), Self.record("{\n  \"id\": 2\n}\n", date: "0001-01-01"),
            TestRecord("{\"id\":3}", timestamp: 1_700_000_000_000), Self.record("{\"a\":\"x\ny\"}", date: "2026-11-20"),
            TestRecord(long, headers: [("snapshot_date", Array("2026-11-20".utf8))]), Self.record("no JSON", date: "x"),
        ])
        let result = try Program.start(
            ["restore", "movies", "--from", Self.url(topic), "--to", "out/", "--json"], in: folder
        ).wait()
        #expect(result.status == 3, "\(result.errors)")
        let json = try Program.object(result.output)
        #expect(json["documents"] as? Int == 5 && json["left_out"] as? Int == 2, "\(result.output)")
        let leftOut = json["left_out_documents"] as? [[String: Any]] ?? []
        #expect(leftOut.compactMap { $0["offset"] as? Int } == [5, 6])
        #expect(leftOut.compactMap { $0["reason"] as? String } == ["not_one_line", "too_long"])
        #expect(result.errors.contains("offset 6 of \(topic.name)/0 was not restored: its 17,825,812 bytes"))
        #expect(try Self.lines("out/2026-11-20.ndjson.zst", in: folder) == ["{\"id\":1}", " {\"id\" : 1 }"])
        #expect(try Self.lines("out/0001-01-01.ndjson.zst", in: folder) == ["{   \"id\": 2 }"])
        #expect(try Self.lines("out/2023-11-14.ndjson.zst", in: folder) == ["{\"id\":3}"])
    }

    @Test func aFileThatIsThereStaysUnlessForced() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try topic.send([
            Self.record("{\"id\":1}", date: "2026-11-19"), Self.record("{\"id\":1}", date: "2026-11-20"),
        ])
        try folder.write("data/movies/2026-11-20.ndjson.zst", "mine")
        try folder.write("data/movies/other.ndjson", "mine too")
        let refused = try Program.run("restore", "movies", "--from", Self.url(topic), in: folder)
        #expect(refused.status == 2 && refused.errors.contains("2026-11-20.ndjson.zst: it exists already"))
        #expect(refused.errors.contains("--force"))
        let all = { try FileManager.default.contentsOfDirectory(atPath: folder.path("data/movies")).sorted() }
        #expect(try all() == ["2026-11-20.ndjson.zst", "other.ndjson"])
        try Self.restore(topic, "--force", in: folder)
        #expect(try all() == ["2026-11-19.ndjson.zst", "2026-11-20.ndjson.zst", "other.ndjson"])
        #expect(try Self.lines("data/movies/2026-11-20.ndjson.zst", in: folder) == ["{\"id\":1}"])
    }

    @Test func nothingIsThereAfterASignalOrAnError() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try topic.send((1...2000).map { Self.record("{\"id\":\($0),\"title\":\"T\"}", date: "2026-11-20") })
        // The end of the topic is never reached: nobody is behind the address of its broker.
        let mute = try TCPProxy(to: FreePort.find())
        mute.behaviour = .mute
        for signal in [SIGTERM, SIGINT] {
            let process = try Program.start(
                ["restore", "movies", "--from", "kafka://127.0.0.1:\(mute.port)/t", "--to", "new/movies"], in: folder)
            usleep(700_000)
            process.send(signal)
            let start = ContinuousClock.now
            _ = process.wait()
            #expect(ContinuousClock.now - start < .seconds(15) && !folder.has("new"))
        }
        let closed = try Program.run(
            "restore", "movies", "--from", "kafka://127.0.0.1:\(FreePort.find())/t", "--to", "new", in: folder)
        #expect(closed.status == 5 && closed.errors.contains("Nothing was written to new"), "\(closed.errors)")
        #expect(!folder.has("new"))
        // A kill leaves at most a folder that no run reads.
        for delay in [200_000, 300_000, 400_000] as [UInt32] {
            let process = try Program.start(
                ["restore", "movies", "--from", Self.url(topic), "--to", "data/movies"], in: folder)
            usleep(delay)
            process.send(SIGKILL)
            _ = process.wait()
            if folder.has("data/movies") {
                #expect(try Self.lines("data/movies/2026-11-20.ndjson.zst", in: folder).count == 2000)
                try FileManager.default.removeItem(atPath: folder.path("data/movies"))
            }
        }
        try Self.restore(topic, in: folder)
        #expect(try Program.load("--movies", "data", in: folder).read == 2000)
    }

    @Test func whatIsWrongIsTold() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        func run(_ arguments: String...) throws -> ChildProcess.Result {
            try Program.start(["restore"] + arguments, in: folder).wait()
        }
        #expect(try run("movies").errors.contains("restore needs --from"))
        #expect(try run("--from", Self.url(topic)).status == 2)
        #expect(try run("events", "--from", Self.url(topic)).status == 2)
        let files = try run("movies", "--from", "data/movies")
        #expect(files.status == 2 && files.errors.contains("restore reads a topic"), "\(files.errors)")
        #expect(try run("movies", "--from", Self.url(topic), "--to", "-").status == 2)
        #expect(try run("movies", "--from", Self.url(topic) + "?acks=1").status == 2)
        let empty = try run("movies", "--from", Self.url(topic), "--to", "new")
        #expect(empty.status == 0 && empty.output.contains("nothing was written"), "\(empty)")
        #expect(!folder.has("new"))
    }
}

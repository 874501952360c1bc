import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `reelhouse publish` to a real broker.
@Suite(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"), .waits) struct PublishCommandTests {
    private static func url(_ topic: TestTopic, _ parameters: String = "") -> String {
        "kafka://\(topic.address)/\(topic.name)\(parameters)"
    }

    /// Publishes with `--json`, and says what it printed.
    @discardableResult
    private static func publish(
        _ port: String, to url: String, _ arguments: String..., in folder: TemporaryFolder, status: Int32 = 0,
        location: SourceLocation = #_sourceLocation
    ) throws -> PublishJSON {
        let result = try Program.start(
            ["publish", port, "--to", url, "--now", Program.now, "--json"] + arguments, in: folder
        ).wait()
        #expect(result.status == status, "\(result.errors)", sourceLocation: location)
        return try PublishJSON(result)
    }

    static func event(_ number: Int, user: Int) -> String {
        "{\"event_type\":\"click\",\"event_time\":\(1_795_000_000_000 + number),\"user_id\":\(user),\"movie_id\":1}"
    }

    private static func events(_ count: Int, users: Int = 20) -> [String] {
        (0..<count).map { event($0, user: $0 % users + 1) }
    }

    private static func file(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    @Test func eachLineArrivesOnceAndInOrderOfItsUser() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 3)
        let folder = try TemporaryFolder()
        let lines = Self.events(5000)
        let odd = ["no JSON", "{\"user_id\":0}", "{\"user_id\":\"21\"}", "[1]"]
        try folder.write("data/events/a.ndjson", "\u{FEFF}" + Self.file(Array(lines[..<3000])) + "\r\n \n")
        try folder.write("data/events/b.ndjson", Self.file(Array(lines[3000...]) + odd))
        let before = Int64(Date().timeIntervalSince1970 * 1000)
        let first = try Self.publish("events", to: Self.url(topic), in: folder)
        #expect(first.count("confirmed") == 5004 && first.count("without_key") == 3, "\(first.text)")
        #expect(first.outcome == "completed" && first.count("to_be_sent_again") == 0 && first.count("files") == 2)
        let records = try topic.records(partitions: 3)
        #expect(records.map(\.text).sorted() == (lines + odd).sorted())
        #expect(records.allSatisfy { $0.timestamp >= before - 1000 && $0.snapshotDate == nil })
        for user in 1...20 {
            let own = records.filter { $0.key == "\(user)" }
            #expect(own.map(\.text) == lines.enumerated().filter { $0.offset % 20 + 1 == user }.map(\.element))
            #expect(Set(own.map(\.partition)).count == 1)
        }
        #expect(records.filter { $0.key == nil }.count == 3 && records.filter { $0.key == "21" }.count == 1)
        #expect(Set(records.map(\.partition)).count == 3)

        // Nothing is sent twice; what is appended is sent; --again sends everything.
        let second = try Self.publish("events", to: Self.url(topic), in: folder)
        #expect(second.count("confirmed") == 0 && second.count("skipped") == 2)
        try folder.write("data/events/b.ndjson", Self.file(Array(lines[3000...]) + odd + [Self.event(9000, user: 1)]))
        let third = try Self.publish("events", to: Self.url(topic), in: folder)
        #expect(third.count("confirmed") == 1 && third.count("skipped") == 1, "\(third.text)")
        let again = try Self.publish("events", to: Self.url(topic), "--again", in: folder)
        #expect(again.count("confirmed") == 5005 && again.count("skipped") == 0)
        #expect(try topic.records(partitions: 3).count == 2 * 5004 + 2)
        #expect(try Self.publish("events", to: Self.url(topic), in: folder).count("confirmed") == 0)
    }

    @Test func aTopicThatWasMadeAnewGetsEverythingAgain() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 2)
        let folder = try TemporaryFolder()
        try folder.write("data/events/a.ndjson", Self.file(Self.events(300)))
        try Self.publish("events", to: Self.url(topic), in: folder)
        #expect(try Self.publish("events", to: Self.url(topic), in: folder).count("skipped") == 1)
        try topic.makeAnew(partitions: 2)
        let result = try Program.run("publish", "events", "--to", Self.url(topic), in: folder)
        #expect(result.status == 0 && result.errors.contains("made anew"), "\(result.errors)")
        #expect(try topic.records(partitions: 2).count == 300)
        let after = try Self.publish("events", to: Self.url(topic), in: folder)
        #expect(after.count("skipped") == 1 && after.count("confirmed") == 0, "\(after.text)")
        // Fewer partitions are another topic too.
        try topic.makeAnew(partitions: 1)
        #expect(try Self.publish("events", to: Self.url(topic), in: folder).count("confirmed") == 300)
    }

    @Test func moviesHaveTheirSnapshotDate() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["cleanup.policy": "compact"])
        let folder = try TemporaryFolder()
        try folder.write("in/2026-11-20.ndjson", "{\"id\":603,\"title\":\"A\"}\n{\"id\":0}\n")
        try folder.write("in/other.ndjson", "{\"id\":\"603\",\"title\":\"B\"}\n")
        let result = try Self.publish("movies", to: Self.url(topic), "--from", "in", in: folder, status: 3)
        // A compacted topic takes no message without a key: that line is named.
        #expect(result.count("confirmed") == 2 && result.count("not_sent") == 1, "\(result.text)")
        #expect(result.errors.contains("line 2 of in/2026-11-20.ndjson was not sent"), "\(result.errors)")
        let records = try topic.records()
        #expect(records.map(\.key) == ["603:2026-11-20", "603:2026-11-21"])
        #expect(records.map(\.snapshotDate) == ["2026-11-20", "2026-11-21"])
    }

    @Test func aLineThatIsTooLargeIsNamedAndTheOthersAreSent() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["max.message.bytes": "20000"])
        let folder = try TemporaryFolder()
        let noise = (0..<40_000).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
        let small = Self.events(400)
        var lines = Self.file(Array(small[..<200])) + "{\"user_id\":7,\"body\":\"\(noise)\"}\n"
        lines += Self.file(Array(small[200...])) + "{\"body\":\"" + String(repeating: "x", count: 20_000_000) + "\"}\n"
        try folder.write("a.ndjson", lines)
        let result = try Self.publish("events", to: Self.url(topic), "--from", "a.ndjson", in: folder, status: 3)
        #expect(result.count("confirmed") == 400 && result.count("too_large") == 2, "\(result.text)")
        #expect(result.errors.contains("line 201 of a.ndjson was not sent"), "\(result.errors)")
        #expect(result.errors.contains("the topic (max.message.bytes), which takes 20,000"), "\(result.errors)")
        #expect(result.errors.contains("line 402 of a.ndjson was not sent: its 20,000,011 bytes"), "\(result.errors)")
        #expect(try topic.records().map(\.text) == small)
        let second = try Self.publish("events", to: Self.url(topic), "--from", "a.ndjson", in: folder)
        #expect(second.count("confirmed") == 0 && second.count("skipped") == 1)
        let text = try Program.run(
            "publish", "events", "--to", Self.url(topic), "--from", "a.ndjson", in: folder)
        #expect(text.output.contains("2 lines of a.ndjson left out earlier"), "\(text.output)")
    }

    /// Where the topic's limit is not known, a batch of small messages may be too large.
    @Test func aBatchThatIsRefusedIsSentLineByLine() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["max.message.bytes": "3000"])
        let folder = try TemporaryFolder()
        let noise = (0..<3000).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
        let small = Self.events(300)
        try folder.write("a.ndjson", Self.file(Array(small[..<100]) + [noise] + Array(small[100...])))
        let url = Self.url(topic, "?batch.size=1000000&compression.codec=none")
        let result = try Self.publish("events", to: url, "--from", "a.ndjson", in: folder, status: 3)
        #expect(result.errors.contains("one by one"), "\(result.errors)")
        #expect(result.count("confirmed") == 300 && result.count("too_large") == 1, "\(result.text)")
        #expect(try topic.records().map(\.text) == small)
    }

    @Test func aLineOfSixteenMebibytesIsSent() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), settings: ["max.message.bytes": "30000000"])
        let folder = try TemporaryFolder()
        let noise = (0..<500_000).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        let long = "{\"user_id\":7,\"body\":\"\(noise)" + String(repeating: "x", count: (16 << 20) - noise.count - 23)
        try folder.write("a.ndjson", long + "\"}\n" + Self.file(Self.events(3)))
        let process = try Program.start(
            ["publish", "events", "--to", Self.url(topic), "--from", "a.ndjson", "--json"], in: folder)
        let (result, peak) = process.waitMeasuringMemory()
        #expect(result.status == 0, "\(result.errors)")
        let records = try topic.records()
        #expect(records.count == 4 && records[0].value.count == 16 << 20, "\(records.map(\.value.count))")
        #expect(peak < 320 << 20, "\(peak >> 20) MiB")
    }

    @Test func aSignalStopsItAtAConfirmedLine() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        let lines = Self.events(20_000)
        try folder.write("a.ndjson", Self.file(lines))
        let arguments = [
            "publish", "events", "--to", Self.url(topic), "--from", "a.ndjson", "--json", "--rate", "5000",
        ]
        var confirmed = 0
        for signal in [SIGTERM, SIGINT] {
            let process = try Program.start(arguments, in: folder)
            while try topic.bounds().count < confirmed + 1000, process.isRunning { usleep(20_000) }
            process.send(signal)
            let start = ContinuousClock.now
            let result = process.wait()
            #expect(result.status == 128 + signal && ContinuousClock.now - start < .seconds(30), "\(result.errors)")
            let json = try PublishJSON(result)
            #expect(json.outcome == "stopped" && json.count("to_be_sent_again") == 0, "\(json.text)")
            confirmed += json.count("confirmed")
            #expect(try topic.bounds().count == confirmed)
        }
        let last = try Self.publish("events", to: Self.url(topic), "--from", "a.ndjson", in: folder)
        #expect(last.count("confirmed") == lines.count - confirmed && last.count("sent_earlier_at_most") == 0)
        #expect(try topic.records().map(\.text) == lines)
    }

    @Test func standardInputIsSent() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        let lines = Self.events(10)
        let result = try Program.run(
            "publish", "events", "--to", Self.url(topic), "--from", "-", input: Array(Self.file(lines).utf8), in: folder
        )
        #expect(result.status == 0 && result.output.contains("10 messages sent"), "\(result)")
        #expect(try topic.records().map(\.text) == lines)
    }

    @Test func linesOfTheOtherKindAreTold() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try folder.write("events.ndjson", Self.file(Self.events(3)))
        let result = try Program.run(
            "publish", "movies", "--to", Self.url(topic), "--from", "events.ndjson", in: folder)
        #expect(result.status == 0 && result.errors.contains("no line that was sent has the id of a movie"))
        let restored = try Program.run("restore", "movies", "--from", Self.url(topic), "--to", "out", in: folder)
        #expect(restored.status == 1 && restored.errors.contains("Nothing was written"), "\(restored.errors)")
    }

    @Test func whatIsWrongIsTold() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        try folder.write("a.ndjson", Self.file(Self.events(3)))
        func run(_ arguments: String...) throws -> ChildProcess.Result {
            try Program.start(["publish", "events", "--from", "a.ndjson"] + arguments, in: folder).wait()
        }
        let start = ContinuousClock.now
        let closed = try run("--to", "kafka://127.0.0.1:\(FreePort.find())/t")
        #expect(closed.status == 5 && ContinuousClock.now - start < .seconds(60), "\(closed.errors)")
        let unknown = try run("--to", "kafka://\(topic.address)/none_\(topic.name)")
        #expect(unknown.status == 1 && unknown.errors.contains("kafka-topics.sh"), "\(unknown.errors)")
        #expect(try run("--to", "postgresql://h/t").status == 2)
        #expect(try run().errors.contains("publish needs --to"))
        #expect(try run("--to", Self.url(topic, "?acks=1")).status == 2)
        #expect(try run("--to", Self.url(topic), "--from", "kafka://h/t").status == 2)
        #expect(!folder.has("data/published"))
        // Two at a time.
        let slow = try Program.start(
            ["publish", "events", "--from", "a.ndjson", "--to", Self.url(topic), "--rate", "1"], in: folder)
        while try topic.bounds().isEmpty, slow.isRunning { usleep(20_000) }
        let second = try run("--to", Self.url(topic))
        #expect(second.status == 4, "\(second.errors)")
        #expect(slow.wait().status == 0)
    }

    @Test(
        .enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"),
        .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
    func aBrokerThatStopsAndComesBack() throws {
        let server = try KafkaServer()
        let topic = try TestTopic(at: server.address, partitions: 2)
        let folder = try TemporaryFolder()
        let lines = Self.events(24_000)
        try folder.write("a.ndjson", Self.file(lines))
        let process = try Program.start(
            ["publish", "events", "--to", Self.url(topic), "--from", "a.ndjson", "--json", "--rate", "6000"], in: folder
        )
        usleep(1_500_000)
        #expect(process.isRunning)
        try server.kill()
        usleep(13_000_000)
        try server.start()
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("trying again") && result.errors.contains("going on after"), "\(result.errors)")
        let json = try PublishJSON(result)
        let records = try topic.records(partitions: 2).map(\.text)
        #expect(Set(records) == Set(lines) && records.count - lines.count <= json.count("sent_again"))
    }
}

/// What `publish --json` prints.
private struct PublishJSON {
    let text: String
    let errors: String
    private let object: [String: Any]

    init(_ result: ChildProcess.Result) throws {
        (text, errors) = (result.output, result.errors)
        object = try Program.object(result.output)
    }

    func count(_ name: String) -> Int { object[name] as? Int ?? -1 }
    var outcome: String { object["outcome"] as? String ?? "" }
}

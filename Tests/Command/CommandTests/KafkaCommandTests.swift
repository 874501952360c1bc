import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// The built command with a topic as its input: results, and errors with their exit statuses.
@Suite(.serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaCommandTests {
    private static func clicks(_ numbers: Range<Int>) -> [TestRecord] {
        String(decoding: SampleLines.clicks(numbers.count, from: numbers.lowerBound), as: UTF8.self)
            .split(separator: "\n").map { TestRecord(String($0)) }
    }

    private static func start(
        _ topic: String, _ more: String..., environment: [String: String] = [:], in folder: TemporaryFolder
    ) throws -> ChildProcess {
        try Program.start(
            ["run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--json", "--events", topic] + more,
            environment: environment, in: folder)
    }

    @Test func expiredLinesMakeTheRunExitWithThree() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let folder = try TemporaryFolder()
        let url = "kafka://\(topic.address)/\(topic.name)"
        try topic.send(Self.clicks(0..<4))
        #expect(try Program.load("--events", url, in: folder).accepted == 4)
        try topic.send(Self.clicks(4..<9))
        try topic.expire(before: 6)
        let result = try Self.start(url, in: folder).wait()
        #expect(result.status == 3, "\(result.errors)")
        let run = try RunResult(result.output)
        #expect(run.accepted == 3)
        let lost = run.object["lost"] as? [[String: String]] ?? []
        #expect(lost.count == 1 && lost.first?["source"] == "\(topic.name)/0")
        #expect(result.errors.contains("at most 2 lines expired before they were read (offsets 4 to 5)"))
        #expect(try Program.load("--events", url, in: folder).read == 0)
    }

    @Test func whatIsWrongIsToldWithItsExitStatus() throws {
        let folder = try TemporaryFolder()
        let address = try KafkaServer.sharedAddress()
        let unknown = try Self.start("kafka://\(address)/none_of_that_name", in: folder).wait()
        #expect(unknown.status == 1 && unknown.errors.contains("there is no topic none_of_that_name"))
        #expect(unknown.errors.contains("kafka-topics.sh"))
        let refused = try Self.start("kafka://127.0.0.1:\(FreePort.find())/t", in: folder).wait()
        #expect(refused.status == 5 && refused.errors.contains("Connection refused"), "\(refused.errors)")
        let usage = try Self.start("kafka://\(address)/t?isolation.level=read_uncommitted", in: folder).wait()
        #expect(usage.status == 2 && usage.errors.contains("the parameter isolation.level cannot be set"))
        // None of them made anything.
        #expect(!folder.has("w.db"))
    }

    @Test(.enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"))
    func passwordsAreTakenFromTheEnvironmentAndNeverShown() throws {
        let server = try KafkaServer.shared()
        let topic = try TestTopic(at: server.address)
        try topic.send(Self.clicks(0..<2))
        let folder = try TemporaryFolder()
        let url =
            "kafka://\(server.passwordAddress)/\(topic.name)?security.protocol=sasl_plaintext"
            + "&sasl.mechanisms=PLAIN&sasl.username=\(KafkaServer.user)"
        let wrong = try Self.start(url + "&sasl.password=hunter2", in: folder).wait()
        #expect(wrong.status == 1 && wrong.errors.contains("KAFKA_SASL_PASSWORD"), "\(wrong.errors)")
        #expect(!wrong.errors.contains("hunter2") && wrong.errors.contains("can be seen in the list of processes"))
        let right = try Self.start(url, environment: ["KAFKA_SASL_PASSWORD": KafkaServer.password], in: folder).wait()
        #expect(right.status == 0 && !right.errors.contains("list of processes"), "\(right.errors)")
    }

    @Test func aRequestToStopEndsAWaitForABroker() throws {
        let folder = try TemporaryFolder()
        // Nobody answers there, and nobody refuses.
        let proxy = try TCPProxy(to: FreePort.find())
        proxy.behaviour = .mute
        let process = try Self.start("kafka://127.0.0.1:\(proxy.port)/t", in: folder)
        usleep(1_000_000)
        process.send(SIGTERM)
        let start = ContinuousClock.now
        let result = process.wait()
        // Without the signal it would wait for twenty seconds.
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(result.status == 143, "\(result.errors)")
    }

    @Test func doctorTellsBrokersAndOffsets() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 2)
        try topic.send(Self.clicks(0..<3), partition: 1)
        let folder = try TemporaryFolder()
        let result = try Program.run(
            "doctor", "-w", "w.db", "--raw", "raw", "--movies", "kafka://\(topic.address)/\(topic.name)", "--events",
            "kafka://\(topic.address)/no_such_topic", in: folder)
        #expect(result.status == 1)
        let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("\(topic.name), 2 partitions"), "\(text)")
        #expect(text.contains("at most 3 records; partition 0 from 0 to 0, 1 from 0 to 3"), "\(text)")
        #expect(text.contains("there is no topic no_such_topic"))
    }
}

import Domain
import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

@testable import Kafka

/// What a client learns of a topic, and how soon it says what is wrong.
@Suite(.serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaClientTests {
    private static func client(
        _ address: String, _ topic: String, _ role: KafkaClient.Role = .inspecting, _ parameters: String = "",
        limits: KafkaClient.Limits = KafkaClient.Limits(), isStopRequested: @escaping @Sendable () -> Bool = { false }
    ) throws -> KafkaClient {
        let location = try KafkaLocation("kafka://\(address)/\(topic)\(parameters)", environment: [:])
        return try KafkaClient(location, role, limits: limits, isStopRequested: isStopRequested)
    }

    @Test func topicAndOffsets() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 3)
        let times = [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000]
        try topic.send(times.map { TestRecord("{}", timestamp: Int64($0)) }, partition: 1)
        try topic.expire(before: 1, partition: 1)
        let client = try Self.client(topic.address, topic.name)
        let found = try client.topic()
        #expect(found.name == topic.name && found.numbers == [0, 1, 2] && found.brokers.count == 1)
        #expect(found.partitions.allSatisfy { $0.leader == 1 && $0.replicas == (1, 1) })
        #expect(found.cluster.count == 22, "\(found.cluster)")
        #expect(try client.offsets(of: [0, 1, 2], at: .beginning) == [0: 0, 1: 1, 2: 0])
        #expect(try client.offsets(of: [0, 1, 2], at: .end) == [0: 0, 1: 3, 2: 0])
        #expect(try client.offsets(of: [0, 1], at: .time(1_700_000_001_500)) == [0: 0, 1: 2])
        #expect(try client.offsets(of: [1], at: .time(1_900_000_000_000)) == [1: 3])
    }

    @Test func anOpenTransactionHoldsBackTheEndOfWhoReads() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        try topic.send([TestRecord("1"), TestRecord("2")])
        let producer = try TestProducer(topic.address, ["transactional.id": topic.name])
        try producer.begin()
        try producer.send([TestRecord("3")], to: topic.name, partition: 0)
        try topic.send([TestRecord("4")])
        let reader = try Self.client(topic.address, topic.name, .reading(partitions: 1))
        let inspector = try Self.client(topic.address, topic.name)
        #expect(try reader.offsets(of: [0], at: .end) == [0: 2])
        #expect(try inspector.offsets(of: [0], at: .end) == [0: 4])
        try producer.abort()
        // The broker writes the transaction's marker a moment later.
        for _ in 0..<100 where try reader.offsets(of: [0], at: .end) != [0: 5] { usleep(50_000) }
        #expect(try inspector.offsets(of: [0], at: .end) == [0: 5])
        #expect(try reader.offsets(of: [0], at: .end) == [0: 5])
    }

    @Test func aTopicThatIsNotThereIsToldAndNotMade() throws {
        let name = "none_" + String(UInt64.random(in: .min ... .max), radix: 36)
        for _ in 0..<2 {
            let client = try Self.client(KafkaServer.sharedAddress(), name)
            let error = #expect(throws: KafkaError.self) { try client.topic() }
            #expect(error?.problem == .unknownTopic && error?.kind == .failed, "\(String(describing: error))")
            #expect(error?.hint.contains("kafka-topics.sh") == true)
        }
    }

    /// Limits that no test waits for: what comes sooner does not come from them.
    private static let long: KafkaClient.Limits = {
        var limits = KafkaClient.Limits()
        (limits.answer, limits.connection) = (600, 600)
        return limits
    }()

    /// An error and its kind, within a time that is long on a busy machine.
    private func expectError(
        _ problem: KafkaProblem, _ client: KafkaClient, location: SourceLocation = #_sourceLocation
    ) {
        let start = ContinuousClock.now
        let error = #expect(throws: KafkaError.self, sourceLocation: location) { try client.topic() }
        #expect(error?.problem == problem, "\(String(describing: error))", sourceLocation: location)
        let time = ContinuousClock.now - start
        #expect(time < .seconds(60), "\(time)", sourceLocation: location)
    }

    @Test func whatCannotBeReachedIsToldSoon() throws {
        let closed = try FreePort.find()
        expectError(.unreachable, try Self.client("127.0.0.1:\(closed)", "t"))
        expectError(.unknownHost, try Self.client("no-such-host.invalid:\(closed)", "t"))
    }

    @Test func aRequestToStopEndsAWaitAtOnce() throws {
        let start = ContinuousClock.now
        let client = try Self.client("127.0.0.1:\(FreePort.find())", "t", limits: Self.long) {
            start + .milliseconds(300) < .now
        }
        expectError(.interrupted, client)
    }

    @Test(.enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"))
    func passwordsAndCertificates() throws {
        let server = try KafkaServer.shared()
        let topic = try TestTopic(at: server.address)
        let user = "?security.protocol=sasl_plaintext&sasl.mechanisms=PLAIN&sasl.username=\(KafkaServer.user)"
        let password = "&sasl.password="
        let right = try Self.client(
            server.passwordAddress, topic.name, .inspecting, user + password + KafkaServer.password)
        #expect(try right.topic().numbers == [0])
        let wrong = try Self.client(
            server.passwordAddress, topic.name, .inspecting, user + password + "wr0ng", limits: Self.long)
        expectError(.authentication, wrong)
        let authority = "?security.protocol=ssl&ssl.ca.location="
        let known = try Self.client(
            server.encryptedAddress, topic.name, .inspecting, authority + server.certificate)
        #expect(try known.topic().numbers == [0])
        expectError(
            .encryption,
            try Self.client(
                server.encryptedAddress, topic.name, .inspecting, "?security.protocol=ssl", limits: Self.long))
        // Another way to write 127.0.0.1, which the certificate does not name.
        let otherName = server.encryptedAddress.replacing("127.0.0.1", with: "127.1")
        expectError(
            .encryption,
            try Self.client(otherName, topic.name, .inspecting, authority + server.certificate, limits: Self.long))
        expectError(.unreachable, try Self.client(server.encryptedAddress, topic.name))
    }
}

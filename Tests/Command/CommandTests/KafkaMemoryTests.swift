import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// What brokers send ahead of a slow warehouse is bounded, over all partitions together.
@Suite(
    .serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"),
    .enabled(if: PostgresServer.isThere, "\(PostgresServer.whatToSet)"),
    .enabled(if: PostgresServer.named == nil, "a PostgreSQL of the tests' own has to be behind a proxy"),
    .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
struct KafkaMemoryTests {
    /// A million events. With short ones it is the records that need memory, with long ones that are alike it is what
    /// they are before they are compressed.
    private static func topic(partitions: Int, padding: Int) throws -> TestTopic {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: Int32(partitions))
        let producer = try TestProducer(
            topic.address,
            ["compression.type": "zstd", "linger.ms": "50", "queue.buffering.max.messages": "1000000"])
        let end = padding == 0 ? "}" : ",\"note\":\"\(String(repeating: "x", count: padding))\"}"
        for partition in 0..<partitions {
            let numbers = stride(from: partition, to: 1_000_000, by: partitions)
            try producer.send(
                numbers.map { TestRecord(PublishCommandTests.event($0, user: $0 % 50 + 1).dropLast() + end) },
                to: topic.name, partition: Int32(partition))
        }
        return topic
    }

    @Test(arguments: [3, 32, 100], [0, 250])
    func aSlowWarehouse(_ partitions: Int, _ padding: Int) throws {
        let topic = try Self.topic(partitions: partitions, padding: padding)
        let server = try PostgresServer.shared()
        let proxy = try TCPProxy(to: server.port)
        proxy.behaviour = .delay(milliseconds: 20)
        let schema = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        defer { try? PostgresDatabase(url: server.url(), schema: schema).drop() }
        let folder = try TemporaryFolder()
        let process = try Program.start(
            [
                "run", "--warehouse", "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?schema=\(schema)",
                "--raw", "raw", "--now", Program.now, "--json", "--events", "kafka://\(topic.address)/\(topic.name)",
            ], in: folder)
        // After some seconds as much is ready as may be.
        var peak = 0
        let end = ContinuousClock.now + .seconds(40)
        while .now < end, process.isRunning {
            peak = max(peak, process.peakMemorySoFar)
            usleep(10_000)
        }
        process.send(SIGTERM)
        let result = process.wait()
        #expect(result.status == 143, "it was not slow: \(result.errors)")
        let read = try RunResult(result.output).read
        #expect(read > 10_000 && peak < 400 << 20, "\(peak >> 20) MiB for \(read) lines")
        print("\(partitions) partitions, \(padding) more bytes: \(peak >> 20) MiB while \(read) lines were loaded")
    }
}

import CKafka
import Foundation

extension TestTopic {
    /// Commits an offset for a group, as a monitor or another program could.
    public func commit(_ offset: Int64, partition: Int32 = 0, by group: String) throws {
        let consumer = try TestClient.make(
            RD_KAFKA_CONSUMER, ["bootstrap.servers": address, "group.id": group, "enable.auto.commit": "false"])
        defer { rd_kafka_destroy(consumer) }
        guard let list = rd_kafka_topic_partition_list_new(1),
            let entry = rd_kafka_topic_partition_list_add(list, name, partition)
        else { throw KafkaFailure("no memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        entry.pointee.offset = offset
        let code = rd_kafka_commit(consumer, list, 0)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("commit for \(group)", code) }
    }

    /// Waits until the coordinator of a group is ready, which makes the cluster's topic of offsets where there is none.
    public func wait(forCoordinatorOf group: String) throws {
        let end = ContinuousClock.now + .seconds(300)
        while true {
            do {
                _ = try committed(by: group)
                return
            } catch {
                guard .now < end else { throw error }
                usleep(100_000)
            }
        }
    }
}

/// Another program that subscribes to a topic with a group, reads all records and commits its offsets again and again.
///
///     let subscriber = try GroupSubscriber(topic, group: "reelhouse")
///     // … a test …
///     #expect(subscriber.stop() > 0)
public final class GroupSubscriber: @unchecked Sendable {
    // Sendable because the lock guards what changes.
    private let lock = NSLock()
    private var isStopped = false
    private var commits = 0
    private let hasEnded = DispatchSemaphore(value: 0)

    /// Subscribes, and begins to read on a thread of its own.
    public init(_ topic: TestTopic, group: String) throws {
        let consumer = try TestClient.make(
            RD_KAFKA_CONSUMER,
            [
                "bootstrap.servers": topic.address, "group.id": group, "enable.auto.commit": "false",
                "auto.offset.reset": "earliest",
            ])
        guard let list = rd_kafka_topic_partition_list_new(1),
            rd_kafka_topic_partition_list_add(list, topic.name, -1) != nil
        else { throw KafkaFailure("no memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        let code = rd_kafka_subscribe(consumer, list)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("subscribe", code) }
        nonisolated(unsafe) let client = consumer
        Thread.detachNewThread { self.read(client) }
    }

    private func read(_ client: OpaquePointer) {
        while !lock.withLock({ isStopped }) {
            var count = 0
            while count < 500, let message = rd_kafka_consumer_poll(client, 20) {
                if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { count += 1 }
                rd_kafka_message_destroy(message)
            }
            if count > 0, rd_kafka_commit(client, nil, 0) == RD_KAFKA_RESP_ERR_NO_ERROR {
                lock.withLock { commits += 1 }
            }
        }
        rd_kafka_consumer_close(client)
        rd_kafka_destroy(client)
        hasEnded.signal()
    }

    /// Leaves the group.
    ///
    /// - Returns: how often it has committed offsets.
    public func stop() -> Int {
        lock.withLock { isStopped = true }
        hasEnded.wait()
        return lock.withLock { commits }
    }
}

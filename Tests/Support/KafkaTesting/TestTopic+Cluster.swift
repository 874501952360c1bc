import CKafka
import Foundation
import Servers

extension TestTopic {
    /// The number of the broker that leads each partition, and of copies that are in sync; a leader is nil while there is
    /// none.
    public func leaders() throws -> [(leader: Int?, inSync: Int)] {
        guard let topic = rd_kafka_topic_new(client, name, nil) else { throw KafkaFailure("no topic") }
        defer { rd_kafka_topic_destroy(topic) }
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client, 0, topic, &answer, 30_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else { throw KafkaFailure("metadata", code) }
        defer { rd_kafka_metadata_destroy(answer) }
        guard answer.pointee.topic_cnt == 1 else { return [] }
        let found = answer.pointee.topics[0]
        return (0..<Int(found.partition_cnt)).map { index in
            let partition = found.partitions[index]
            return (partition.leader < 0 ? nil : Int(partition.leader), Int(partition.isr_cnt))
        }
    }

    /// Waits until each partition has a leader and so many copies in sync, for as long as a busy machine may take.
    public func wait(forCopiesInSync copies: Int) throws {
        for _ in 0..<6000 {
            if let leaders = try? leaders(), !leaders.isEmpty,
                leaders.allSatisfy({ $0.leader != nil && $0.inSync == copies })
            {
                return
            }
            usleep(50_000)
        }
        throw KafkaFailure("the copies of \(name) do not come into sync")
    }
}

/// Kills brokers of a cluster (SIGKILL), one at a time, and starts each again.
///
/// ```
/// var killer = BrokerKiller(cluster, topic)
/// while process.isRunning { try killer.killOne { process.isRunning } }
/// killer.kills   // how many
/// ```
public struct BrokerKiller {
    private let cluster: KafkaServer
    private let topic: TestTopic
    /// How many brokers were killed.
    public private(set) var kills = 0
    /// How many of them had their partitions taken over by another broker before they came back.
    public private(set) var moves = 0

    /// - Parameter topic: one whose partitions are on all brokers; those that lead it are killed.
    public init(_ cluster: KafkaServer, _ topic: TestTopic) {
        self.cluster = cluster
        self.topic = topic
    }

    /// Kills the leader of a partition, starts it again, and waits until all copies are in sync. Every second one is started
    /// when others have taken over its partitions, which takes them nine seconds or more; one in between comes back
    /// sooner.
    ///
    /// - Parameter isDue: asked right before; nothing is done when it says no.
    public mutating func killOne(_ isDue: () -> Bool) throws {
        // A cluster that is busy may not answer, and is asked again by the next call.
        guard let node = (try? topic.leaders())?.compactMap(\.leader).randomElement(), isDue() else { return }
        try cluster.kill(node: node)
        kills += 1
        if !kills.isMultiple(of: 2) {
            wait(untilOthersReplace: node)
        } else {
            Thread.sleep(forTimeInterval: .random(in: 0...6))
        }
        if isReplaced(node) { moves += 1 }
        try cluster.start()
        try topic.wait(forCopiesInSync: cluster.nodes)
    }

    /// Whether each partition has a leader, which is another one than this.
    private func isReplaced(_ node: Int) -> Bool {
        guard let leaders = try? topic.leaders(), !leaders.isEmpty else { return false }
        return leaders.allSatisfy { $0.leader != nil && $0.leader != node }
    }

    private func wait(untilOthersReplace node: Int) {
        let end = ContinuousClock.now + .seconds(120)
        while .now < end, !isReplaced(node) { usleep(50_000) }
    }
}

import CKafka

/// A cluster that librdkafka simulates within this process, for tests where no Kafka is. Programs reach it on a port of this
/// machine. It has topics, records of producers and the offsets of groups, and neither transactions of consumers, retention,
/// passwords nor the administration of topics. Its brokers are always up: librdkafka ends the process (SIGABRT) where it cannot
/// bind the port of one that was down, which a child process may still have.
///
///     let cluster = try MockCluster(brokers: 3)
///     try cluster.create("user_logs", partitions: 3)
///     cluster.address   // "127.0.0.1:41235,127.0.0.1:39101,…"
public final class MockCluster: @unchecked Sendable {
    // Sendable because librdkafka's functions may be called by any thread.

    private let client: OpaquePointer
    private let cluster: OpaquePointer

    /// Starts brokers.
    public init(brokers: Int32 = 1) throws {
        client = try TestClient.make(RD_KAFKA_PRODUCER, [:])
        guard let cluster = rd_kafka_mock_cluster_new(client, brokers) else {
            rd_kafka_destroy(client)
            throw KafkaFailure("librdkafka makes no simulated cluster")
        }
        self.cluster = cluster
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    /// The addresses of the brokers.
    public var address: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    /// Makes a topic.
    public func create(_ topic: String, partitions: Int32) throws {
        let code = rd_kafka_mock_topic_create(cluster, topic, partitions, 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaFailure(String(cString: rd_kafka_err2str(code)))
        }
    }
}

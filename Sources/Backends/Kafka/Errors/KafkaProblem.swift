import CKafka

/// The kind of an error. It follows from librdkafka's and the protocol's codes
/// (https://kafka.apache.org/protocol#protocol_error_codes), never from the message.
public enum KafkaProblem: String, Sendable, CaseIterable {
    /// The location in the command line or the environment cannot be used.
    case location
    /// No broker could be reached, or none answered in time.
    case unreachable
    /// A host's name has no address.
    case unknownHost
    /// Wrong or missing user or password, or a mechanism that the broker does not have.
    case authentication
    /// The two sides did not agree on an encrypted connection.
    case encryption
    /// The user lacks a right.
    case permission
    /// There is no such topic or partition.
    case unknownTopic
    /// A record is larger than the client, the topic or the broker allows.
    case tooLarge
    /// A record or a batch cannot be read.
    case damaged
    /// An offset is not in the partition.
    case offset
    /// The brokers at the same addresses belong to another cluster now.
    case otherCluster
    /// The client can do no more, and a new one is needed.
    case fatal
    /// The program was asked to stop.
    case interrupted
    /// Anything else.
    case other

    /// The kind of a code.
    init(_ code: rd_kafka_resp_err_t) {
        self = KafkaProblem.ofCode[code.rawValue] ?? .other
    }

    private static let ofCode: [Int32: KafkaProblem] = {
        var kinds: [Int32: KafkaProblem] = [:]
        for (kind, codes) in groups { for code in codes { kinds[code.rawValue] = kind } }
        return kinds
    }()

    private static let groups: [(KafkaProblem, [rd_kafka_resp_err_t])] = [
        (
            .unreachable,
            [
                RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
                RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__DESTROY,
                RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
                RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
                RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
                RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE,
                RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
            ]
        ),
        (.unknownHost, [RD_KAFKA_RESP_ERR__RESOLVE]),
        (
            .authentication,
            [
                RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
                RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
            ]
        ),
        (.encryption, [RD_KAFKA_RESP_ERR__SSL]),
        (
            .permission,
            [
                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
            ]
        ),
        (
            .unknownTopic,
            [
                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
            ]
        ),
        (.tooLarge, [RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE]),
        (
            .damaged,
            [
                RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__BAD_COMPRESSION, RD_KAFKA_RESP_ERR_INVALID_MSG,
                RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, RD_KAFKA_RESP_ERR__UNDERFLOW,
            ]
        ),
        (.offset, [RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET]),
        (.fatal, [RD_KAFKA_RESP_ERR__FATAL]),
    ]
}

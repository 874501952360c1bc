import CKafka

extension TestTopic {
    /// What a user may do with a topic or a group.
    public enum Operation: Sendable {
        case read, write, describe

        fileprivate var code: rd_kafka_AclOperation_t {
            switch self {
            case .read: RD_KAFKA_ACL_OPERATION_READ
            case .write: RD_KAFKA_ACL_OPERATION_WRITE
            case .describe: RD_KAFKA_ACL_OPERATION_DESCRIBE
            }
        }
    }

    /// Lets a user do something with this topic, or with a group.
    ///
    /// - Parameter group: the group's name; nil for the topic.
    public func allow(_ operation: Operation, user: String, group: String? = nil) throws {
        var words = [CChar](repeating: 0, count: 512)
        let right = rd_kafka_AclBinding_new(
            group == nil ? RD_KAFKA_RESOURCE_TOPIC : RD_KAFKA_RESOURCE_GROUP, group ?? name,
            RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:\(user)", "*", operation.code,
            RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, &words, words.count)
        guard let right else { throw KafkaFailure("no right") }
        defer { rd_kafka_AclBinding_destroy(right) }
        let code = try administer { queue in
            var rights: [OpaquePointer?] = [right]
            rd_kafka_CreateAcls(client, &rights, 1, nil, queue)
        } result: { event in
            guard let result = rd_kafka_event_CreateAcls_result(event) else { return rd_kafka_event_error(event) }
            var count = 0
            let answers = rd_kafka_CreateAcls_result_acls(result, &count)
            guard count > 0, let error = rd_kafka_acl_result_error(answers?[0]) else {
                return rd_kafka_event_error(event)
            }
            return rd_kafka_error_code(error)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("allow", code) }
    }
}

import CKafka
import Domain

/// Messages that librdkafka gets in one call, in their order. Their values are not copied. Owns memory for their keys.
final class MessageRun {
    /// Messages with more bytes are given one by one.
    static let mostBytes: Int64 = 64 << 10

    private static let mostMessages = 512
    private static let keyBytes = 32
    private let topic: OpaquePointer
    private let messages: UnsafeMutablePointer<rd_kafka_message_t>
    private let keys: UnsafeMutableRawPointer
    private var count = 0

    /// A run of messages to a topic, which has to outlive it.
    init(_ topic: OpaquePointer) {
        self.topic = topic
        messages = .allocate(capacity: Self.mostMessages)
        messages.initialize(repeating: rd_kafka_message_t(), count: Self.mostMessages)
        keys = .allocate(byteCount: Self.mostMessages * Self.keyBytes, alignment: 8)
    }

    deinit {
        messages.deallocate()
        keys.deallocate()
    }

    /// Whether no other message can be added before `send`.
    var isFull: Bool { count == Self.mostMessages }

    /// Adds a message; there has to be room for it.
    ///
    /// - Parameter opaque: what the report of its delivery has.
    /// - Returns: false when its key is too long.
    func add(_ message: OutgoingMessage, opaque: UnsafeMutableRawPointer?) -> Bool {
        let next = messages + count
        if let key = message.key {
            guard key.count <= Self.keyBytes, let bytes = key.baseAddress else { return false }
            next.pointee.key = keys + count * Self.keyBytes
            next.pointee.key.copyMemory(from: bytes, byteCount: key.count)
            next.pointee.key_len = key.count
        } else {
            next.pointee.key = nil
            next.pointee.key_len = 0
        }
        next.pointee.payload = UnsafeMutableRawPointer(mutating: message.value.baseAddress)
        next.pointee.len = message.value.count
        next.pointee._private = opaque
        count += 1
        return true
    }

    /// Gives the messages to librdkafka.
    ///
    /// - Returns: the first error; messages that were not taken get no report of their delivery.
    func send() -> rd_kafka_resp_err_t {
        if count == 0 { return RD_KAFKA_RESP_ERR_NO_ERROR }
        defer { count = 0 }
        let anyPartition: Int32 = -1
        let taken = Int(rd_kafka_produce_batch(topic, anyPartition, 0, messages, Int32(count)))
        if taken == count { return RD_KAFKA_RESP_ERR_NO_ERROR }
        let errors = UnsafeBufferPointer(start: messages, count: count).lazy.map(\.err)
        return errors.first { $0 != RD_KAFKA_RESP_ERR_NO_ERROR } ?? RD_KAFKA_RESP_ERR__FAIL
    }
}

import CKafka
import CPrefetch
import Hashing

/// Records that librdkafka has handed over, in the order in which they came. Owns them until they are passed.
final class RecordBatch {
    static let capacity = 4096
    private static let least = 64
    private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var index = 0
    private var count = 0
    /// A record that was passed, and is still needed.
    private(set) var kept: UnsafeMutablePointer<rd_kafka_message_t>?

    /// An empty batch.
    init() {
        pointers = .allocate(capacity: RecordBatch.capacity)
        pointers.initialize(repeating: nil, count: RecordBatch.capacity)
    }

    deinit {
        release()
        removeAll()
        pointers.deallocate()
    }

    /// The record that comes next, or an error or end in its place; nil when the batch is empty.
    var first: UnsafeMutablePointer<rd_kafka_message_t>? { index < count ? pointers[index] : nil }

    /// Passes the first record, which is destroyed.
    func pass() {
        if let record = first { rd_kafka_message_destroy(record) }
        index += 1
    }

    /// Destroys the records of a partition.
    func remove(_ partition: Int32) {
        var end = index
        for place in index..<max(index, count) {
            guard let record = pointers[place] else { continue }
            if record.pointee.partition == partition {
                rd_kafka_message_destroy(record)
            } else {
                pointers[end] = record
                end += 1
            }
        }
        count = max(index, end)
    }

    /// Passes the first record and keeps it, in the place of one that was kept before.
    func keep() {
        release()
        kept = first
        index += 1
        prefetchValue(of: index + Self.distance)
    }

    /// How many records ahead of the first one the values are asked for. They were written long before by another thread.
    private static let distance = 8

    @inline(__always)
    private func prefetchValue(of place: Int) {
        guard place < count, let record = pointers[place], let value = record.pointee.payload else { return }
        rh_prefetch(value)
        rh_prefetch(value + record.pointee.len)
    }

    /// Destroys the record that was kept.
    func release() {
        if let kept { rd_kafka_message_destroy(kept) }
        kept = nil
    }

    /// Takes what is ready in a queue.
    ///
    /// - Parameters:
    ///   - milliseconds: for how long it waits for the first record.
    ///   - most: how many it takes at most; a few more where that is less than is worth a call.
    /// - Returns: whether there is a record now.
    func fill(
        from queue: OpaquePointer, waiting milliseconds: Int32, most: Int = RecordBatch.capacity
    ) -> Bool {
        removeAll()
        let size = min(max(most, RecordBatch.least), RecordBatch.capacity)
        // librdkafka would wait until as many are there as it is asked for.
        var found = rd_kafka_consume_batch_queue(queue, 0, pointers, size)
        if found <= 0, milliseconds > 0 { found = rd_kafka_consume_batch_queue(queue, milliseconds, pointers, 1) }
        count = max(0, found)
        return count > 0
    }

    /// Passes all records.
    func removeAll() {
        while index < count { pass() }
        (index, count) = (0, 0)
    }
}

/// What a record is, for the code that reads it.
enum Record {
    /// Its timestamp, in milliseconds since 1970; nil when it has none.
    static func timestamp(_ record: UnsafePointer<rd_kafka_message_t>) -> Int64? {
        let timestamp = rd_kafka_message_timestamp(record, nil)
        return timestamp < 0 ? nil : timestamp
    }

    /// A hash of its key and value, by which it is recognised.
    static func proof(_ record: UnsafePointer<rd_kafka_message_t>) -> RecordProof {
        let message = record.pointee
        let key = UnsafeRawBufferPointer(start: message.key, count: message.key == nil ? 0 : message.key_len)
        let value = UnsafeRawBufferPointer(start: message.payload, count: message.payload == nil ? 0 : message.len)
        // A record without a value is another one than one with an empty value.
        let seed = XXH3.hash64(key, seed: message.payload == nil ? 1 : 0)
        return RecordProof(
            offset: message.offset, timestamp: rd_kafka_message_timestamp(record, nil),
            hash: XXH3.hash64(value, seed: seed))
    }
}

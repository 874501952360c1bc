import CKafka

/// The records of the partitions that a client fetches: those of the partition with the oldest ones come next. With more
/// partitions than may have queues of their own, they come in the order in which they were fetched.
///
///     var ready = try ReadyRecords(client, records, [0, 1, 2], chunkBytes: 1 << 20)
///     if ready.take(into: batch, waiting: 100, isDone: { _ in false }) == .records { … }
///     ready.cameUp(to: 1_764_000_000_000, in: 1, records: 4096, bytes: 900_000)
struct ReadyRecords {
    /// What was found.
    enum Found {
        case records
        /// Nothing of any partition.
        case nothing
        /// Nothing of a partition that the others wait for.
        case notYet
    }

    /// Errors of the client as a whole come here, and all records when there are too many partitions.
    private let common: OpaquePointer
    /// A queue for each partition; nil where there are too many.
    private let queues: PartitionQueues?
    private var turns = PartitionTurns()
    private let chunkBytes: Int
    /// About how many bytes a record has.
    private var recordBytes = 256

    /// How long a queue is looked at while others may get records too, in milliseconds.
    private static let look: Int32 = 5

    /// The records of some partitions; to be made before the client is told to fetch them, and not to be used after the
    /// client's end.
    ///
    /// - Parameters:
    ///   - common: the queue of the client itself.
    ///   - chunkBytes: about how many bytes are read of a partition before another one is.
    /// - Throws: `KafkaError` when librdkafka gives no queue.
    init(_ client: KafkaClient, _ common: OpaquePointer, _ numbers: [Int32], chunkBytes: Int) throws(KafkaError) {
        self.common = common
        self.chunkBytes = chunkBytes
        turns.begin(numbers)
        queues = numbers.count <= PartitionQueues.most ? try PartitionQueues(client, numbers) : nil
    }

    /// Takes the records that come next.
    ///
    /// - Parameters:
    ///   - milliseconds: for how long they are waited for.
    ///   - isDone: whether no more records of a partition are wanted.
    mutating func take(into batch: RecordBatch, waiting milliseconds: Int32, isDone: (Int32) -> Bool) -> Found {
        let end = KafkaClient.now + Double(milliseconds) / 1000
        var found = look(into: batch, isDone)
        while found != .records, KafkaClient.now < end {
            if found == .nothing {
                // Nothing comes into this queue but errors, unless there are too many partitions.
                let wait = queues == nil ? milliseconds : min(milliseconds, Self.look)
                if batch.fill(from: common, waiting: wait) { return .records }
            }
            found = look(into: batch, isDone)
        }
        return found
    }

    /// Looks once, at the partition that is behind first.
    private mutating func look(into batch: RecordBatch, _ isDone: (Int32) -> Bool) -> Found {
        if batch.fill(from: common, waiting: 0) { return .records }
        guard let queues else { return .nothing }
        for number in turns.order {
            guard !isDone(number), let queue = queues[number] else { continue }
            if batch.fill(from: queue, waiting: 0, most: chunkBytes / recordBytes) { return .records }
            if turns.isAwaited(number, at: KafkaClient.now) {
                return batch.fill(from: queue, waiting: Self.look) ? .records : .notYet
            }
        }
        return .nothing
    }

    /// Takes more records of a partition, unless it is the turn of another one.
    ///
    /// - Parameters:
    ///   - isBegun: whether records of it were taken in this turn; if not, it is its turn.
    ///   - bytes: about how many bytes of records are wanted.
    /// - Returns: whether there are any.
    func takeMore(of number: Int32, into batch: RecordBatch, isBegun: Bool, bytes: Int) -> Bool {
        // What another partition has is older by now.
        if isBegun, !turns.isFirst(number) { return false }
        return batch.fill(from: queues?[number] ?? common, waiting: 0, most: bytes / recordBytes)
    }

    /// Records of a partition were read.
    ///
    /// - Parameter timestamp: that of the last one; nil when it has none.
    mutating func cameUp(to timestamp: Int64?, in number: Int32, records: Int, bytes: Int) {
        turns.cameUp(to: timestamp, in: number)
        // Records without a value have no bytes.
        if records > 0 { recordBytes = max(1, bytes / records) }
    }

    /// A broker says that nothing comes after what was read of a partition.
    mutating func reachedEnd(of number: Int32) { turns.reachedEnd(of: number) }
}

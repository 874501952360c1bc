/// Decides which partition is read next: the one whose records are the oldest. So the lines of all partitions come about in
/// the order in which they were written, which a warehouse stores faster. It does no I/O and knows no clock.
///
///     var turns = PartitionTurns()
///     turns.begin([0, 1, 2])
///     for number in turns.order { … }                    // look whether it has records
///     turns.cameUp(to: 1_764_000_000_000, in: 1)         // it had
///     if turns.isAwaited(0, at: seconds) { … }           // the others wait a moment for it
struct PartitionTurns {
    private struct Partition {
        let number: Int32
        /// The timestamp of the last record that came, in milliseconds since 1970; nil when none has come.
        var timestamp: Int64?
        /// Whether a broker said that nothing comes after what was read.
        var isAtEnd = false
        /// Since when nothing was there, in seconds of a clock; nil when something was.
        var emptySince: Double?
    }

    /// For how long the partitions with newer records wait for one that is behind, in seconds. That is enough for a broker
    /// that is far away to answer.
    static let patience = 0.1

    /// From the oldest to the newest.
    private var partitions: [Partition] = []

    /// Begins with the partitions that a client fetches.
    mutating func begin(_ numbers: some Sequence<Int32>) { partitions = numbers.map { Partition(number: $0) } }

    /// The partitions in the order in which they are to be looked at.
    var order: some Sequence<Int32> { partitions.lazy.map(\.number) }

    /// Whether a partition is the one that is read next.
    func isFirst(_ number: Int32) -> Bool { partitions.first?.number == number }

    /// Records of a partition came.
    ///
    /// - Parameter timestamp: that of the last one; nil when it is not known.
    mutating func cameUp(to timestamp: Int64?, in number: Int32) {
        guard let index = partitions.firstIndex(where: { $0.number == number }) else { return }
        var partition = partitions.remove(at: index)
        (partition.isAtEnd, partition.emptySince) = (false, nil)
        partition.timestamp = timestamp ?? partition.timestamp
        // After those of the same time, so that all get on where times tell nothing.
        let place = partitions.firstIndex { isAfter($0.timestamp, partition.timestamp) } ?? partitions.count
        partitions.insert(partition, at: place)
    }

    private func isAfter(_ one: Int64?, _ other: Int64?) -> Bool {
        guard let one else { return false }
        guard let other else { return true }
        return one > other
    }

    /// A broker says that nothing comes after what was read of a partition.
    mutating func reachedEnd(of number: Int32) {
        guard let index = partitions.firstIndex(where: { $0.number == number }) else { return }
        partitions[index].isAtEnd = true
    }

    /// Nothing is there of a partition. Whether the others, whose records are newer, wait for it.
    mutating func isAwaited(_ number: Int32, at now: Double) -> Bool {
        guard let index = partitions.firstIndex(where: { $0.number == number }), !partitions[index].isAtEnd else {
            return false
        }
        let since = partitions[index].emptySince ?? now
        partitions[index].emptySince = since
        return now - since < Self.patience
    }
}

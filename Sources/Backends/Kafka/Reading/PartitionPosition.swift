import Domain

/// A record that was read, by which a later run finds out whether the partition is still the same log.
struct RecordProof: Equatable, Sendable {
    /// Its offset.
    var offset: Int64
    /// Its timestamp, milliseconds since 1970; -1 for none.
    var timestamp: Int64
    /// A hash of its key and value.
    var hash: UInt64
}

/// How far a partition has been read, as the ledger stores it: `58:40,57,1700000000000,c8f20a13b9d4e677`, which is the
/// next offset, and after the colon the log's beginning, and the last record's offset, timestamp and hash.
struct PartitionPosition: Equatable, Sendable {
    /// The offset that comes next.
    var next: Int64
    /// The offset at which the log began when it was looked at last. It never decreases in the life of a topic.
    var beginning: Int64
    /// The last record that was read; nil when none was.
    var proof: RecordProof?

    /// A position.
    init(next: Int64, beginning: Int64, proof: RecordProof? = nil) {
        self.next = next
        self.beginning = beginning
        self.proof = proof
    }

    /// The position that the ledger stores. What is not understood of it proves nothing.
    init(_ position: SourcePosition) {
        next = position.order
        let parts = position.detail.split(separator: ",")
        beginning = parts.first.flatMap { Int64($0) } ?? 0
        guard parts.count == 4, let offset = Int64(parts[1]), let timestamp = Int64(parts[2]),
            let hash = UInt64(parts[3], radix: 16)
        else { return }
        proof = RecordProof(offset: offset, timestamp: timestamp, hash: hash)
    }

    /// The form that the ledger stores.
    var stored: SourcePosition {
        let record = proof.map { ",\($0.offset),\($0.timestamp),\(String($0.hash, radix: 16))" } ?? ""
        return SourcePosition(order: next, detail: "\(beginning)\(record)")
    }
}

/// Where a partition begins and ends.
struct PartitionBounds: Equatable, Sendable {
    /// The first offset that is still there.
    var beginning: Int64
    /// The offset up to which records may be read: from there on, an open transaction holds them back.
    var stableEnd: Int64
    /// The offset after the last record.
    var end: Int64
}

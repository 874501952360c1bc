/// Decides from which offset a partition is read, what becomes of each record, and when its reading ends. It is a state
/// machine without I/O.
///
/// An offset that has no record is not an error: markers of transactions, aborted records and compacted ones leave gaps.
/// So the reading ends with a record at the end that was seen at the start or after it, or when a broker says that there
/// is nothing more; and only offsets before the log's beginning are lost. A partition that is followed has no end.
///
///     var progress = PartitionProgress(position: stored, bounds: bounds)
///     if progress.isReplaced { … }                                   // It is another log.
///     if let first = progress.firstOffset { … fetch from there … }
///     switch progress.receive(proof) { case .take: …, … }
struct PartitionProgress: Equatable {
    /// What becomes of a record.
    enum Step: Equatable {
        /// It is to be loaded. The reading may be at its end with it.
        case take
        /// It was loaded before, and proves that the log is the same.
        case skip
        /// It came after the end that was seen at the start; the reading is at its end.
        case leave
        /// It is another one than the record that was loaded from its offset: the topic was made anew.
        case replaced
    }

    /// The first and the last of offsets whose records are lost at most.
    struct Loss: Equatable {
        var first: Int64
        var last: Int64
        /// How many records there were at most.
        var most: Int64 { last - first + 1 }
    }

    /// How far it has been read.
    private(set) var position: PartitionPosition
    /// The end of the reading; `Int64.max` for a partition that is followed.
    let limit: Int64
    /// Where the partition begins and ends.
    let bounds: PartitionBounds
    /// Whether the position in the ledger belongs to another log: one that began later, or was longer.
    private(set) var isReplaced = false
    /// The offsets that were deleted before they were read and have not been told yet.
    private(set) var loss: Loss?
    /// The record that has to come first; nil when there is none, or it has come.
    private var expected: RecordProof?
    /// The expected record, when it is not there any more, which proves nothing.
    private(set) var missing: RecordProof?
    /// Whether the expected record is not there any more.
    var isUnproven: Bool { missing != nil }
    /// Whether the reading is at its end.
    private(set) var isDone = false
    /// Whether the position of a partition that is followed has passed offsets without records, and was not taken since.
    private(set) var hasPassedGap = false
    private var isFollowed: Bool { limit == .max }

    /// A reading.
    ///
    /// - Parameters:
    ///   - position: how far it was read before; nil to read it from its beginning.
    ///   - isFollowed: whether it has no end.
    init(position: PartitionPosition?, bounds: PartitionBounds, isFollowed: Bool = false) {
        self.bounds = bounds
        limit = isFollowed ? .max : bounds.stableEnd
        let fresh = PartitionPosition(next: bounds.beginning, beginning: bounds.beginning)
        guard let position else {
            self.position = fresh
            isDone = fresh.next >= limit
            return
        }
        self.position = position
        if position.beginning > bounds.beginning || position.next > bounds.end {
            isReplaced = true
            return
        }
        self.position.beginning = bounds.beginning
        if position.next < bounds.beginning {
            lose(before: bounds.beginning)
        } else if let proof = position.proof, proof.offset >= bounds.beginning {
            expected = proof
        }
        isDone = expected == nil && self.position.next >= limit
    }

    /// The offset from which records have to be fetched; nil when none are needed.
    var firstOffset: Int64? { isDone ? nil : expected?.offset ?? position.next }

    /// A record has come.
    mutating func receive(_ offset: Int64, proof: () -> RecordProof) -> Step {
        if isDone { return .leave }
        if let expected {
            if offset == expected.offset {
                guard proof() == expected else {
                    isReplaced = true
                    return .replaced
                }
                prove()
                return .skip
            }
            if offset < expected.offset { return .skip }
            missing = expected
            self.expected = nil
            if position.next >= limit {
                isDone = true
                return .leave
            }
        }
        if offset < position.next { return .skip }
        if offset >= limit {
            finish(at: limit)
            return .leave
        }
        position.next = offset + 1
        if position.next >= limit { isDone = true }
        return .take
    }

    /// A broker says that there is nothing more to read before an offset.
    mutating func reachedEnd(at offset: Int64) {
        if isFollowed { return passGap(before: offset) }
        if isDone || offset < limit { return }
        if let expected {
            missing = expected
            self.expected = nil
        }
        finish(at: max(offset, position.next))
    }

    /// The log begins later now: what was not read of it before is lost.
    mutating func lose(before beginning: Int64) {
        position.beginning = max(position.beginning, beginning)
        expected = nil
        guard position.next < beginning else { return }
        loss = Loss(first: loss?.first ?? position.next, last: beginning - 1)
        position.next = beginning
        if position.next >= limit { isDone = true }
    }

    /// Takes the loss, to tell it once.
    mutating func takeLoss() -> Loss? {
        defer { loss = nil }
        return loss
    }

    /// Notes the last record that was taken.
    mutating func note(_ proof: RecordProof) { position.proof = proof }

    /// Ends the reading where it is.
    mutating func end() { isDone = true }

    /// Takes the news that offsets without records were passed.
    mutating func takeGap() { hasPassedGap = false }

    /// Has the last record come again, since the log may be another one now.
    ///
    /// - Returns: whether there is one, so that records have to be fetched from its offset on.
    @discardableResult
    mutating func proveAgain() -> Bool {
        guard let proof = position.proof, proof.offset >= position.beginning, !isDone else { return false }
        (expected, missing) = (proof, nil)
        return true
    }

    private mutating func passGap(before offset: Int64) {
        if let expected {
            guard offset > expected.offset else { return }
            missing = expected
            self.expected = nil
        }
        guard offset > position.next else { return }
        position.next = offset
        hasPassedGap = true
    }

    private mutating func prove() {
        expected = nil
        if position.next >= limit { isDone = true }
    }

    private mutating func finish(at offset: Int64) {
        position.next = offset
        isDone = true
    }
}

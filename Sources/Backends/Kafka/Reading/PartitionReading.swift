import Domain

/// A partition that is being read: how far, and as which source.
struct PartitionReading {
    /// What identifies it.
    private(set) var key: PartitionKey
    /// How it goes on.
    var progress: PartitionProgress
    /// The source of its chunks.
    private(set) var source: Source
    /// What its next chunk says.
    private var notices: [SourceNotice] = []
    /// Whether its last chunk was given.
    var isEnded = false
    private let request: SourceRequest

    /// A partition whose records are not fetched yet.
    ///
    /// - Parameters:
    ///   - key: with the first generation.
    ///   - known: the ledger's rows of this partition, in all its generations.
    ///   - number: the number of its source.
    init(
        _ key: PartitionKey, known: [(key: PartitionKey, row: Checkpoint)], bounds: PartitionBounds, port: SourcePort,
        number: Int, request: SourceRequest
    ) {
        self.request = request
        let newest = known.max { $0.key.generation < $1.key.generation }
        self.key = newest?.key ?? key
        let isReadAgain = newest.map { request.readsAgain(firstRun: $0.row.firstRun) } ?? false
        let position = isReadAgain ? nil : newest.map { PartitionPosition($0.row.position) }
        progress = PartitionProgress(position: position, bounds: bounds)
        source = Source(
            name: key.name, known: newest?.row, port: port, number: number, isReadAgain: isReadAgain)
        if progress.isReplaced { beginAnew(bounds) }
    }

    /// Reads the log that has replaced the one in the ledger, from its beginning and as a new source.
    mutating func beginAnew(_ bounds: PartitionBounds) {
        let old = progress.position
        key = key.successor
        source = Source(name: key.name, port: source.port, number: source.number)
        progress = PartitionProgress(position: nil, bounds: bounds)
        notices.append(
            .lost(
                "the topic was deleted and made anew since it was read up to offset \(old.next); the new one is read from "
                    + "its beginning, and what the old one had from that offset on is lost"))
    }

    /// The identity of its source.
    var identity: SourceIdentity {
        SourceIdentity(port: source.port, key: key.text, snapshotDay: request.snapshotDay)
    }

    /// An empty chunk.
    func chunk(capacity: Int) -> LineChunk {
        LineChunk(source: source, capacity: capacity, start: progress.position.stored)
    }

    /// Completes a chunk that ends where the reading is now.
    mutating func complete(_ chunk: LineChunk) {
        if let loss = progress.takeLoss() { notices.append(.lost(PartitionReading.words(loss))) }
        chunk.end = progress.position.stored
        chunk.mark = SourceMark(identity: identity, mayGrow: true)
        if !notices.isEmpty { chunk.notice = notices.removeFirst() }
        // Each notice needs a chunk of its own.
        chunk.isLast = progress.isDone && notices.isEmpty
        isEnded = chunk.isLast
    }

    /// Whether a chunk is due although no records have come for it.
    var hasSomethingToSay: Bool { !isEnded && (progress.isDone || progress.loss != nil || !notices.isEmpty) }

    /// What is left for a later run; nil when nothing is.
    var remarks: [SourceRemark] {
        var reasons: [String] = []
        let bounds = progress.bounds
        if bounds.stableEnd < bounds.end {
            reasons.append(
                "an open transaction holds back the records from offset \(bounds.stableEnd) to \(bounds.end - 1); the next run "
                    + "reads them when it has ended")
        }
        if progress.isUnproven, let proof = progress.position.proof {
            reasons.append(
                "the record that was read last before, up to offset \(proof.offset), is not there any more, so that "
                    + "nothing shows whether the topic was made anew (it may be compacted)")
        }
        return reasons.map { SourceRemark(name: key.name, reason: $0) }
    }

    private static func words(_ loss: PartitionProgress.Loss) -> String {
        let range = loss.most == 1 ? "offset \(loss.first)" : "offsets \(loss.first) to \(loss.last)"
        return
            "at most \(NumberFormat.count(loss.most, "line", "lines")) expired before they were read (\(range)); raise the "
            + "topic's retention, or load more often"
    }
}

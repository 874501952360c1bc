import Domain

/// How partitions are read, whichever they are.
struct ReadingPlan: Sendable {
    /// The port that they are read through.
    var port: SourcePort
    /// What the run asks for.
    var request: SourceRequest
    /// Whether they are followed, and not read to the ends that they have.
    var isFollowed = false
    /// The numbers of their sources.
    var numbers: PartitionNumbers
}

/// A partition that is being read: how far, and as which source.
struct PartitionReading {
    /// What identifies it.
    private(set) var key: PartitionKey
    /// How it goes on.
    var progress: PartitionProgress
    /// The source of its chunks.
    private(set) var source: Source
    /// What its next chunks say.
    private var notices: [SourceNotice] = []
    /// Whether its position has to be stored although no records have come.
    private var hasNewPosition = false
    /// Whether its source has given a chunk.
    private var hasGiven = false
    /// Whether its last chunk was given.
    private(set) var isEnded = false
    /// Since when nothing more was there, in seconds of a clock; nil when records have come since.
    private var idleSince: Double?
    private let plan: ReadingPlan

    /// A partition whose records are not fetched yet.
    ///
    /// - Parameters:
    ///   - key: with the first generation.
    ///   - known: the ledger's rows of this partition, in all its generations.
    ///   - start: the offset where it begins when the ledger has no row; nil for its beginning.
    init(
        _ key: PartitionKey, known: [(key: PartitionKey, row: Checkpoint)], bounds: PartitionBounds,
        start: Int64? = nil, plan: ReadingPlan
    ) {
        self.plan = plan
        let newest = known.max { $0.key.generation < $1.key.generation }
        let isReadAgain = newest.map { plan.request.readsAgain(firstRun: $0.row.firstRun) } ?? false
        var position = isReadAgain ? nil : newest.map { PartitionPosition($0.row.position) }
        if newest == nil, let start {
            position = PartitionPosition(next: max(start, bounds.beginning), beginning: bounds.beginning)
            hasNewPosition = true
        }
        progress = PartitionProgress(position: position, bounds: bounds, isFollowed: plan.isFollowed)
        let key = newest?.key ?? key
        self.key = progress.isReplaced ? key.successor : key
        source = Source(
            name: key.name, known: progress.isReplaced ? nil : newest?.row, port: plan.port,
            number: plan.numbers.number(of: self.key), isReadAgain: isReadAgain && !progress.isReplaced,
            hasFixedLines: true)
        if progress.isReplaced { restart(bounds) }
    }

    /// Reads the log that has replaced the one that was read, from its beginning and as a new source.
    mutating func beginAnew(_ bounds: PartitionBounds) {
        let successor = key.successor
        if !hasGiven { plan.numbers.hand(over: key, to: successor) }
        key = successor
        source = Source(
            name: key.name, port: source.port, number: plan.numbers.number(of: key), hasFixedLines: true)
        (hasGiven, isEnded) = (false, false)
        restart(bounds)
    }

    private mutating func restart(_ bounds: PartitionBounds) {
        let old = progress.position
        progress = PartitionProgress(position: nil, bounds: bounds, isFollowed: plan.isFollowed)
        notices.append(
            .lost(
                "the topic was deleted and made anew since it was read up to offset \(old.next); the new one is read from "
                    + "its beginning, and what the old one had from that offset on is lost"))
    }

    /// Nothing more is there before an offset.
    mutating func reachedEnd(at offset: Int64, now: Double) {
        progress.reachedEnd(at: offset)
        foundNothing(at: now)
    }

    /// Everything that was fetched has been read.
    mutating func foundNothing(at now: Double) {
        if idleSince == nil { idleSince = now }
    }

    /// How long nothing may have been there until the log may be another one, in seconds. Within less, no topic is deleted,
    /// made anew and filled up to the position.
    private static let secondsOfTrust = 0.1

    /// Records have come. Whether they have to wait until the last record before them was read again, since the topic may
    /// have been made anew while nothing was there; a client reads on in such a log without a word.
    mutating func hasToProve(at now: Double) -> Bool {
        defer { idleSince = nil }
        guard plan.isFollowed, let idleSince, now - idleSince >= Self.secondsOfTrust else { return false }
        return progress.proveAgain()
    }

    /// Ends the reading of a partition that is not there any more, since its topic was made anew with fewer.
    mutating func endWhereItIs() {
        guard !progress.isDone else { return }
        progress.end()
        notices.append(
            .lost(
                "the partition is not there any more; what it had from offset \(progress.position.next) on is lost"))
    }

    /// Tells something with the next chunk.
    mutating func tell(_ remark: String) { notices.append(.remark(remark)) }

    /// Tells at once what is waited for, or that it has come.
    mutating func tellOfWaiting(_ words: String) { notices.append(.waiting(words)) }

    /// The identity of its source.
    var identity: SourceIdentity {
        SourceIdentity(port: source.port, key: key.text, snapshotDay: plan.request.snapshotDay)
    }

    /// An empty chunk.
    func chunk(capacity: Int) -> LineChunk {
        LineChunk(source: source, capacity: capacity, start: progress.position.stored)
    }

    /// Completes a chunk that ends where the reading is now.
    mutating func complete(_ chunk: LineChunk) {
        if let loss = progress.takeLoss() { notices.append(.lost(PartitionReading.words(loss))) }
        if plan.isFollowed, !isUnprovenTold, let words = unprovenWords {
            isUnprovenTold = true
            notices.append(.remark(words))
        }
        progress.takeGap()
        (hasNewPosition, hasGiven) = (false, true)
        chunk.end = progress.position.stored
        chunk.mark = SourceMark(identity: identity, mayGrow: true)
        if !notices.isEmpty { chunk.notice = notices.removeFirst() }
        // Each notice needs a chunk of its own.
        chunk.isLast = progress.isDone && notices.isEmpty
        isEnded = chunk.isLast
    }

    /// Whether a chunk is due although no records have come for it.
    var hasSomethingToSay: Bool {
        !isEnded
            && (progress.isDone || progress.loss != nil || !notices.isEmpty || hasNewPosition || progress.hasPassedGap)
    }

    // MARK: What there is to tell

    private var isUnprovenTold = false

    /// What is left for a later run. A partition that is followed tells it at once instead.
    var remarks: [SourceRemark] {
        if plan.isFollowed { return [] }
        var reasons: [String] = []
        let bounds = progress.bounds
        if bounds.stableEnd < bounds.end {
            reasons.append(
                "an open transaction holds back the records from offset \(bounds.stableEnd) to \(bounds.end - 1); the next run "
                    + "reads them when it has ended")
        }
        if let words = unprovenWords { reasons.append(words) }
        return reasons.map { SourceRemark(name: key.name, reason: $0) }
    }

    private var unprovenWords: String? {
        progress.missing.map { missing in
            "the record that was read last before, that of offset \(missing.offset), is not there any more, so that "
                + "nothing shows whether the topic was made anew (it may be compacted)"
        }
    }

    private static func words(_ loss: PartitionProgress.Loss) -> String {
        let range = loss.most == 1 ? "offset \(loss.first)" : "offsets \(loss.first) to \(loss.last)"
        return
            "at most \(NumberFormat.count(loss.most, "line", "lines")) expired before they were read (\(range)); raise the "
            + "topic's retention, or load more often"
    }
}

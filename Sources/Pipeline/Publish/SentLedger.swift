import Domain

/// How far the sources were sent, as the store has to keep it. It does no I/O.
struct SentLedger {
    /// What identifies a source up to the position that was sent, and the rest of its row.
    private var rows: [SourceIdentity: SentSource]
    /// The row that each source of this call has now, by the source's number.
    private var current: [Int: SourceIdentity] = [:]
    /// How many lines of each source were refused in this call.
    private var refused: [Int: Int64] = [:]
    /// Whether there is something that was not stored.
    private(set) var isChanged = false

    /// The rows of earlier calls.
    init(_ sources: [SentSource]) {
        rows = Dictionary(sources.map { ($0.mark.identity, $0) }) { $1 }
    }

    /// All lines of a chunk are settled, and those of the chunks before it.
    ///
    /// - Parameter refused: how many of them were refused.
    mutating func add(_ chunk: LineChunk, refused count: Int64) {
        let number = chunk.source.number
        refused[number, default: 0] += count
        if case .unreadable = chunk.notice { return }
        guard let mark = chunk.mark else { return }
        // As the warehouse's row, that of a source that is read again stays until it was read to its end.
        if chunk.source.isReadAgain, !chunk.isLast { return }
        let known = current[number] ?? chunk.source.known?.identity
        let before = known.flatMap { rows.removeValue(forKey: $0) }
        let isContinued = current[number] != nil || !chunk.source.isReadAgain
        var row = SentSource(
            mark: mark, name: chunk.source.name, position: chunk.end, isComplete: chunk.isLast,
            refused: isContinued ? (before?.refused ?? 0) + count : refused[number] ?? 0)
        if chunk.notice == .skipped { row.isComplete = before?.isComplete ?? true }
        rows[mark.identity] = row
        current[number] = mark.identity
        if row != before { isChanged = true }
    }

    /// The rows to be stored, in a fixed order.
    mutating func sources() -> [SentSource] {
        isChanged = false
        return rows.values.sorted { ($0.name, $0.mark.identity.key) < ($1.name, $1.mark.identity.key) }
    }

    /// The rows as a source set takes them.
    func forEachKnown(_ body: (KnownSource) throws -> Void) rethrows {
        for row in rows.values {
            try body(
                KnownSource(
                    Checkpoint(
                        row.mark, source: row.name, position: row.position, isComplete: row.isComplete,
                        counts: LineCounts())))
        }
    }
}

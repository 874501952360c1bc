/// Merges accepted events into users, sessions, ratings and so on, in memory, until they are upserted.
public final class EventMerger {
    /// The tables, in the order of `BehaviourTables.merged`.
    public let tables: [MergeTable]
    private let users: MergeTable
    private let sessions: MergeTable
    private let ratings: MergeTable
    private let reactions: MergeTable
    private let watchlist: MergeTable
    private let comments: MergeTable
    private let votes: MergeTable
    private let daily: MergeTable
    /// For each event type, its column among the measures of `movie_daily`; -1 when it has none.
    private let counterColumns: [Int]
    private let names = StaticTexts()

    /// The longest body that the warehouse holds, in code points.
    public static let maximumBodyLength = 2000

    /// Nothing merged yet.
    public init() {
        tables = BehaviourTables.merged.map { MergeTable($0) }
        (users, sessions, ratings, reactions) = (tables[0], tables[1], tables[2], tables[3])
        (watchlist, comments, votes, daily) = (tables[4], tables[5], tables[6], tables[7])
        counterColumns = EventType.allCases.map { type in
            MartTables.counters.firstIndex { $0.type == type } ?? -1
        }
    }

    /// About how many bytes the merged rows take.
    public var byteSize: Int { tables.reduce(0) { $0 + $1.byteSize } }

    /// Forgets the merged rows.
    public func removeAll() { for table in tables { table.removeAll() } }

    /// Takes in an accepted event.
    ///
    /// - Parameter bodyReference: where the raw store has a comment's whole body, when that is longer than the
    ///   warehouse keeps.
    public func add(_ row: UnsafePointer<EventRow>, of batch: EventBatch, bodyReference: String? = nil) {
        let text = UnsafeRawPointer(batch.chunk.buffer.base)
        addUser(row)
        if !row.pointee.sessionID.isNull { addSession(row, text) }
        if row.pointee.movieID != 0 { addDay(row) }
        switch row.pointee.type {
        case .rate: addRating(row)
        case .like, .dislike: addReaction(row)
        case .watchlist: addWatchlist(row)
        case .comment: addComment(row, of: batch, bodyReference)
        case .commentVote: addVote(row, text)
        case .click, .view, .share, .trailer, .dwell, .search, .watch: break
        }
    }

    private func addUser(_ row: UnsafePointer<EventRow>) {
        let scratch = users.scratch
        users.clearScratch()
        scratch.set(row.pointee.userID, column: 0, cell: 1)
        scratch.set(row.pointee.time, column: 1, cell: 2)
        scratch.set(row.pointee.time, column: 2, cell: 3)
        users.merge(text: names.base)
    }

    private func addSession(_ row: UnsafePointer<EventRow>, _ text: UnsafeRawPointer) {
        let scratch = sessions.scratch
        sessions.clearScratch()
        scratch.set(row.pointee.sessionID, column: 0, cell: 1)
        scratch.set(row.pointee.userID, column: 1, cell: 2)
        scratch.set(row.pointee.time, column: 2, cell: 3)
        scratch.set(row.pointee.time, column: 3, cell: 4)
        scratch.set(high: row.pointee.idHigh, low: row.pointee.idLow, column: 8, cell: 9)
        if row.pointee.hasDevice {
            scratch.set(row.pointee.device, column: 4, cell: 5)
            scratch.set(row.pointee.browser, column: 5, cell: 6)
            scratch.set(row.pointee.os, column: 6, cell: 7)
            scratch.set(row.pointee.screenResolution, column: 7, cell: 8)
            scratch.set(row.pointee.time, column: 9, cell: 11)
            scratch.set(high: row.pointee.idHigh, low: row.pointee.idLow, column: 10, cell: 12)
        }
        sessions.merge(text: text)
    }

    private func addDay(_ row: UnsafePointer<EventRow>) {
        let scratch = daily.scratch
        let columns = daily.table.columns.count
        for cell in 3...columns { scratch.cells[cell] = 0 }
        scratch.cells[0] = 0
        scratch.cells[1] = UInt64(bitPattern: Int64(CivilDate.day(ofMilliseconds: row.pointee.time)))
        scratch.cells[2] = UInt64(bitPattern: row.pointee.movieID)
        scratch.cells[3] = 1
        let counter = counterColumns[Int(row.pointee.type.rawValue)]
        if counter >= 0 { scratch.cells[4 + counter] = 1 }
        if row.pointee.type == .watch, !row.pointee.seconds.isNaN {
            scratch.cells[columns - 2] = UInt64(min(row.pointee.seconds, 1e9))
        }
        if row.pointee.type == .rate, !row.pointee.score.isNaN {
            scratch.cells[columns - 1] = UInt64(row.pointee.score * 1000)
            scratch.cells[columns] = 1
        }
        daily.merge(text: names.base)
    }

    private func addRating(_ row: UnsafePointer<EventRow>) {
        let scratch = entry(in: ratings, row)
        if row.pointee.score.isNaN {
            scratch.withdraw()
        } else {
            scratch.set(row.pointee.score, column: 2, cell: 3)
        }
        ratings.merge(text: names.base)
    }

    private func addReaction(_ row: UnsafePointer<EventRow>) {
        let scratch = entry(in: reactions, row)
        if row.pointee.isUndone {
            scratch.withdraw()
        } else {
            scratch.set(names.span(row.pointee.type.staticName), column: 2, cell: 3)
        }
        reactions.merge(text: names.base)
    }

    private func addWatchlist(_ row: UnsafePointer<EventRow>) {
        let scratch = entry(in: watchlist, row)
        if row.pointee.status == .removed {
            scratch.withdraw()
        } else {
            scratch.set(names.span(row.pointee.status.staticName), column: 2, cell: 3)
        }
        watchlist.merge(text: names.base)
    }

    /// An entry's key (user, movie) and rank; ratings, reactions and watchlist have these in the same places.
    private func entry(in table: MergeTable, _ row: UnsafePointer<EventRow>) -> PackedRow {
        table.clearScratch()
        let scratch = table.scratch
        scratch.set(row.pointee.userID, column: 0, cell: 1)
        scratch.set(row.pointee.movieID, column: 1, cell: 2)
        scratch.set(row.pointee.time, column: 3, cell: 4)
        scratch.set(high: row.pointee.idHigh, low: row.pointee.idLow, column: 4, cell: 5)
        return scratch
    }

    private func addVote(_ row: UnsafePointer<EventRow>, _ text: UnsafeRawPointer) {
        votes.clearScratch()
        let scratch = votes.scratch
        scratch.set(row.pointee.userID, column: 0, cell: 1)
        scratch.set(row.pointee.commentID, column: 1, cell: 2)
        scratch.set(row.pointee.time, column: 3, cell: 4)
        scratch.set(high: row.pointee.idHigh, low: row.pointee.idLow, column: 4, cell: 5)
        if row.pointee.vote == 0 {
            scratch.withdraw()
        } else {
            scratch.set(Int64(row.pointee.vote), column: 2, cell: 3)
        }
        votes.merge(text: text)
    }

    private func addComment(_ row: UnsafePointer<EventRow>, of batch: EventBatch, _ bodyReference: String?) {
        comments.clearScratch()
        let scratch = comments.scratch
        let buffer = batch.chunk.buffer
        scratch.set(row.pointee.commentID, column: 0, cell: 1)
        scratch.set(row.pointee.parentID, column: 1, cell: 2)
        scratch.set(row.pointee.userID, column: 2, cell: 3)
        scratch.set(row.pointee.movieID, column: 3, cell: 4)
        if !row.pointee.isDeleted {
            scratch.set(EventMerger.excerpt(row.pointee.body, in: buffer), column: 4, cell: 5)
            if var reference = bodyReference {
                let span = reference.withUTF8 { bytes in
                    ByteRange(offset: buffer.append(UnsafeRawBufferPointer(bytes)), length: bytes.count)
                }
                scratch.set(span, column: 8, cell: 10)
            }
        }
        scratch.set(row.pointee.isDeleted ? 1 : 0 as Int64, column: 5, cell: 6)
        scratch.set(row.pointee.time, column: 6, cell: 7)
        scratch.set(high: row.pointee.idHigh, low: row.pointee.idLow, column: 7, cell: 8)
        scratch.set(row.pointee.time, column: 9, cell: 11)
        scratch.set(high: row.pointee.idHigh, low: row.pointee.idLow, column: 10, cell: 12)
        comments.merge(text: buffer.base)
    }

    /// The first 2,000 code points of a body.
    public static func excerpt(_ body: ByteRange, in buffer: ByteBuffer) -> ByteRange {
        guard !body.isNull, body.length > maximumBodyLength else { return body }
        var scalars = 0
        for (offset, byte) in buffer.bytes(at: Int(body.offset), count: Int(body.length)).enumerated()
        where byte & 0xc0 != 0x80 {
            if scalars == maximumBodyLength { return ByteRange(offset: Int(body.offset), length: offset) }
            scalars += 1
        }
        return body
    }
}

/// Names that rows refer to by span: reactions and watchlist statuses.
private struct StaticTexts {
    private let buffer = ByteBuffer(capacity: 256)
    private var spans: [(name: StaticString, span: ByteRange)] = []

    init() {
        let names = [EventType.like, .dislike].map(\.staticName) + WatchlistStatus.allCases.map(\.staticName)
        for name in names {
            let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            spans.append((name, ByteRange(offset: buffer.append(bytes), length: bytes.count)))
        }
    }

    var base: UnsafeRawPointer { UnsafeRawPointer(buffer.base) }

    func span(_ name: StaticString) -> ByteRange {
        spans.first { $0.name.utf8Start == name.utf8Start || $0.name.description == name.description }?.span ?? .null
    }
}

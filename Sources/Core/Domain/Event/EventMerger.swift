/// Merges accepted events into users, sessions, ratings and so on, in memory, until they are upserted.
public final class EventMerger {
    /// The tables, in the order of `BehaviourTables.merged`.
    public let tables: [MergeTable]
    /// What the events add to `site_daily`.
    public let siteDays = SiteDays()
    private let users: UserMerge
    private let sessions: SessionMerge
    private let ratings: EntryMerge
    private let reactions: EntryMerge
    private let watchlist: EntryMerge
    private let votes: EntryMerge
    private let comments: CommentMerge
    private let daily: DailyMerge
    private let names = StaticTexts()
    /// Whether the rows of some keys are kept apart.
    private var keepsApart = false

    /// The longest body that the warehouse keeps, in code points.
    public static let maximumBodyLength = 2000

    /// Creates a merger that has merged nothing yet.
    public init() {
        tables = BehaviourTables.merged.map { MergeTable($0) }
        users = UserMerge(tables)
        sessions = SessionMerge(tables)
        ratings = EntryMerge(BehaviourTables.ratings, of: "movie_id", value: "score", tables)
        reactions = EntryMerge(BehaviourTables.reactions, of: "movie_id", value: "reaction", tables)
        watchlist = EntryMerge(BehaviourTables.watchlist, of: "movie_id", value: "status", tables)
        votes = EntryMerge(BehaviourTables.commentVotes, of: "comment_id", value: "vote", tables)
        comments = CommentMerge(tables)
        daily = DailyMerge(tables)
    }

    /// About how many bytes the merged rows take.
    public var byteSize: Int { tables.reduce(siteDays.byteSize) { $0 + $1.byteSize } }

    /// Keeps the rows of some keys apart, by the names of their tables; see `MergeTable.keepApart`. To be called before
    /// the first event is merged.
    public func keepApart(_ keys: [String: Set<RowKey>]) {
        for table in tables { table.keepApart(keys[table.table.name] ?? []) }
        keepsApart = tables.contains { $0.apart != nil }
    }

    /// Removes the merged rows.
    public func removeAll() {
        for table in tables { table.removeAll() }
        siteDays.removeAll()
    }

    /// Merges an accepted event.
    ///
    /// - Parameter bodyReference: where the raw store has the whole body of a comment, if it is longer than the
    ///   warehouse keeps.
    public func add(_ row: UnsafePointer<EventRow>, of batch: EventBatch, bodyReference: String? = nil) {
        let buffer = batch.chunk.buffer
        if keepsApart { for table in tables { table.setOrigin(RowOrigin(row)) } }
        users.add(row)
        siteDays.add(row)
        if !row.pointee.sessionID.isNull { sessions.add(row, text: buffer.base) }
        if row.pointee.movieID != 0 { daily.add(row) }
        switch row.pointee.type {
        case .rate:
            let score = row.pointee.score
            ratings.addOfMovie(row, text: names.base) { score.isNaN ? $0.withdraw() : $0.set($1, score) }
        case .like, .dislike:
            let name = row.pointee.isUndone ? ByteRange.null : names.span(row.pointee.type.staticName)
            reactions.addOfMovie(row, text: names.base) { name.isNull ? $0.withdraw() : $0.set($1, name) }
        case .watchlist:
            let isRemoved = row.pointee.status == .removed
            let name = isRemoved ? ByteRange.null : names.span(row.pointee.status.staticName)
            watchlist.addOfMovie(row, text: names.base) { name.isNull ? $0.withdraw() : $0.set($1, name) }
        case .commentVote:
            let vote = Int64(row.pointee.vote)
            votes.addOfComment(row, text: buffer.base) { vote == 0 ? $0.withdraw() : $0.set($1, vote) }
        case .comment: comments.add(row, in: buffer, bodyReference)
        case .click, .view, .share, .trailer, .dwell, .search, .watch: break
        }
    }

    /// The first `maximumBodyLength` code points of a body.
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

/// The texts of reactions and watchlist statuses, which rows refer to by their place.
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

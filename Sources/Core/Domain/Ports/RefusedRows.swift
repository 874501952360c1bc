/// The line that a row comes from, by what the line says rather than by its place.
public enum RowOrigin: Hashable, Comparable, Sendable {
    /// A movie document: its movie and its rank.
    case movie(id: Int64, rank: MovieRank)
    /// An event: its time, milliseconds since 1970, and its id as two big-endian words.
    case event(time: Int64, idHigh: UInt64, idLow: UInt64)

    /// The origin of an event's rows.
    public init(_ event: UnsafePointer<EventRow>) {
        self = .event(time: event.pointee.time, idHigh: event.pointee.idHigh, idLow: event.pointee.idLow)
    }

    /// The origin of a document's rows.
    public init(_ document: MovieDocument) { self = .movie(id: document.movieID, rank: document.rank) }

    /// Orders events by time and id, and documents by rank and movie.
    public static func < (left: RowOrigin, right: RowOrigin) -> Bool {
        switch (left, right) {
        case (.event(let time, let high, let low), .event(let otherTime, let otherHigh, let otherLow)):
            (time, high, low) < (otherTime, otherHigh, otherLow)
        case (.movie(let id, let rank), .movie(let otherID, let otherRank)):
            rank == otherRank ? id < otherID : rank < otherRank
        case (.movie, .event): true
        case (.event, .movie): false
        }
    }
}

/// Rows that the database did not take, because of a value of theirs. `Warehouse.merge` and `replaceMovies` throw it.
///
/// The other rows of the call are written, and the transaction can be used further. But since the events of the refused
/// rows are written elsewhere too, it has to be rolled back and loaded again, without `lines`. A row of `keys` stands for
/// several lines. These lines have to be merged apart (`MergeTable.keepApart`), and the next call of `merge` finds out
/// which of them the database does not take.
public struct RefusedRows: ReportedError {
    /// The lines that the database does not take, and why, in words for the quarantine.
    public var lines: [RowOrigin: String] = [:]
    /// The keys of merged rows that it does not take, by the name of the table.
    public var keys: [String: Set<RowKey>] = [:]
    /// The first error.
    public var cause: any ReportedError

    /// No rows yet.
    public init(cause: any ReportedError) { self.cause = cause }

    /// How many lines and keys there are.
    public var count: Int { keys.values.reduce(lines.count) { $0 + $1.count } }

    /// What failed and where.
    public var message: String { cause.message }
    /// What to do next.
    public var hint: String {
        "Change the constraint or trigger that refuses the row. A run that reads files and is no dry run puts the lines of "
            + "such rows into quarantine."
    }
    /// False: the database would refuse the rows again.
    public var mayRetry: Bool { false }
}

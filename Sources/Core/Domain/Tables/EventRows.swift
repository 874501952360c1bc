/// The candidates of an event group as rows of `fact_user_event`. They have the movie's release day in the place of
/// `days_since_release`, which the database computes from it.
public final class EventRows: RowSource {
    /// The columns: the candidate's index in its group, and then those of `fact_user_event`, with `release_day` in the
    /// place of `days_since_release`.
    public static let columns =
        [RowColumn("ordinal", .integer)]
        + BehaviourTables.facts.rowColumns.map {
            $0.name == "days_since_release" ? RowColumn("release_day", .integer) : $0
        }

    /// The columns by their index.
    private enum Place: Int {
        case ordinal, eventTime, eventID, eventType, userID, sessionID, movieID, seconds, score, query
        case releaseYear, primaryGenreID, releaseDay, movieKnown, contentHash
    }

    private let group: EventGroup
    private let order: [UInt32]
    private let names = EventType.allCases.map(\.staticName)
    @exclusivity(unchecked) private var ordinal = 0
    @exclusivity(unchecked) private var row: UnsafeMutablePointer<EventRow>
    @exclusivity(unchecked) private var text: UnsafeRawPointer
    private let nothing = UnsafeMutablePointer<EventRow>.allocate(capacity: 1)

    /// A source of candidates of a group.
    ///
    /// - Parameter order: the indices of the candidates, in the order in which they are read.
    public init(_ group: EventGroup, order: [UInt32]) {
        self.group = group
        self.order = order
        nothing.initialize(to: EventRow())
        row = nothing
        text = UnsafeRawPointer(nothing)
        super.init(columns: EventRows.columns, count: order.count)
    }

    deinit { nothing.deallocate() }

    /// Moves to a row, and prefetches the memory of later rows.
    public override func move(to index: Int) {
        guard index < order.count else { return }
        group.prefetch(after: index, in: order)
        ordinal = Int(order[index])
        (row, text) = group.candidate(ordinal)
    }

    /// A cell of the current row.
    public override func cell(_ column: Int) -> RowCell {
        switch Place(rawValue: column) {
        case .ordinal: return .integer(Int64(ordinal))
        case .eventTime: return .integer(row.pointee.time)
        case .eventID: return .uuid(high: row.pointee.idHigh, low: row.pointee.idLow)
        case .eventType:
            let name = names[Int(row.pointee.type.rawValue)]
            return .text(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        case .userID: return .integer(row.pointee.userID)
        case .sessionID: return text(row.pointee.sessionID)
        case .movieID: return integer(row.pointee.movieID, unless: 0)
        case .seconds: return real(row.pointee.seconds)
        case .score: return real(row.pointee.score)
        case .query: return text(row.pointee.query)
        case .releaseYear: return integer(Int64(row.pointee.releaseYear), unless: 0)
        case .primaryGenreID: return integer(row.pointee.genreID, unless: 0)
        case .releaseDay: return integer(Int64(row.pointee.releaseDay), unless: Int64(Int32.min))
        case .movieKnown: return .integer(row.pointee.isMovieKnown ? 1 : 0)
        case .contentHash: return .integer(Int64(bitPattern: row.pointee.contentHash))
        case nil: return .null
        }
    }

    @inline(__always)
    private func integer(_ value: Int64, unless null: Int64) -> RowCell { value == null ? .null : .integer(value) }

    @inline(__always)
    private func real(_ value: Double) -> RowCell { value.isNaN ? .null : .real(value) }

    @inline(__always)
    private func text(_ span: ByteRange) -> RowCell {
        if span.isNull { return .null }
        return .text(UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length)))
    }
}

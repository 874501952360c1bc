import CSQLite
import Domain

/// Gives a piece of a buffer as text without a copy.
@inline(__always)
func giveText(_ span: ByteRange, of base: UnsafeRawPointer, to context: OpaquePointer) {
    if span.isNull { return sqlite3_result_null(context) }
    let start = (base + Int(span.offset)).assumingMemoryBound(to: CChar.self)
    sqlite3_result_text(context, start, Int32(bitPattern: span.length), nil)
}

/// Where values are spelled that SQLite takes as text or blob, one place a column: SQLite reads them until the next row,
/// so that nothing is copied.
struct ValueScratch: ~Copyable {
    private static let size = 16
    private let memory: UnsafeMutableRawPointer

    init(columns: Int) { memory = .allocate(byteCount: columns * Self.size, alignment: 16) }

    deinit { memory.deallocate() }

    /// Gives a UUID as its 16 bytes.
    @inline(__always)
    func giveUUID(high: UInt64, low: UInt64, column: Int, to context: OpaquePointer) {
        let place = memory + column * Self.size
        place.storeBytes(of: high.bigEndian, as: UInt64.self)
        place.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        sqlite3_result_blob(context, place, 16, nil)
    }

    /// Gives a day as `YYYY-MM-DD`.
    @inline(__always)
    func giveDate(_ day: Int64, column: Int, to context: OpaquePointer) {
        let (year, month, dayOfMonth) = CivilDate.date(ofDay: Int32(truncatingIfNeeded: day))
        let place = (memory + column * Self.size).assumingMemoryBound(to: UInt8.self)
        var digits = (year % 10000) * 10000 + month * 100 + dayOfMonth
        for index in [9, 8, 6, 5, 3, 2, 1, 0] {
            place[index] = UInt8(0x30 + digits % 10)
            digits /= 10
        }
        place[4] = 0x2d
        place[7] = 0x2d
        sqlite3_result_text(context, UnsafeRawPointer(place).assumingMemoryBound(to: CChar.self), 10, nil)
    }
}

/// The rows of a `RowSet` in a chosen order.
final class PackedRows: RowProvider {
    private struct Place {
        let type: ColumnType
        let cell: Int
    }

    private let table: Table
    private let places: UnsafeMutableBufferPointer<Place>
    private let scratch: ValueScratch
    @exclusivity(unchecked) private var rows: RowSet
    @exclusivity(unchecked) private var order: [UInt32] = []
    @exclusivity(unchecked) private var row: PackedRow
    @exclusivity(unchecked) private var text: UnsafeRawPointer

    init(_ table: Table) {
        self.table = table
        places = .allocate(capacity: table.columns.count)
        scratch = ValueScratch(columns: table.columns.count)
        _ = places.initialize(from: zip(table.columns, table.cells).map { Place(type: $0.type, cell: $1) })
        rows = RowSet(table)
        row = rows[0]
        text = UnsafeRawPointer(rows.text.base)
        super.init(columns: table.columns.map(\.name))
    }

    deinit { places.deallocate() }

    /// Sets what is read next.
    func set(_ rows: RowSet, order: [UInt32]) {
        self.rows = rows
        self.order = order
        text = UnsafeRawPointer(rows.text.base)
    }

    /// Lets go of the rows.
    func clear() { set(RowSet(table), order: []) }

    override var count: Int { order.count }

    override func move(to index: Int) {
        guard index < order.count else { return }
        rows.prefetch(after: index, in: order)
        row = rows[Int(order[index])]
    }

    override func give(column: Int, to context: OpaquePointer) {
        if row.isNull(column: column) { return sqlite3_result_null(context) }
        let cell = places[column].cell
        switch places[column].type {
        case .integer, .boolean, .timestamp: sqlite3_result_int64(context, row.integer(cell))
        case .real: sqlite3_result_double(context, row.real(cell))
        case .date: scratch.giveDate(row.integer(cell), column: column, to: context)
        case .uuid: scratch.giveUUID(high: row.cells[cell], low: row.cells[cell + 1], column: column, to: context)
        case .text: giveText(row.span(cell), of: text, to: context)
        case .blob:
            let span = row.span(cell)
            sqlite3_result_blob64(context, text + Int(span.offset), UInt64(span.length), nil)
        }
    }
}

/// The first events of each identity of a group, as rows of `fact_user_event` and `watch_history`.
final class EventRows: RowProvider {
    /// A column of the facts, in their order.
    private enum Place: Int {
        case eventTime, eventID, eventType, userID, sessionID, movieID, seconds, score, query
        case releaseYear, primaryGenreID, daysSinceRelease, movieKnown, contentHash
    }

    private var group: EventGroup?
    private var order: [UInt32] = []
    @exclusivity(unchecked) private var current: (row: UnsafeMutablePointer<EventRow>, text: UnsafeRawPointer)
    private let nothing = UnsafeMutablePointer<EventRow>.allocate(capacity: 1)
    private let names = EventType.allCases.map(\.staticName)
    private let scratch = ValueScratch(columns: BehaviourTables.facts.columns.count)

    init() {
        nothing.initialize(to: EventRow())
        current = (nothing, UnsafeRawPointer(nothing))
        super.init(columns: BehaviourTables.facts.columns.map(\.name))
    }

    deinit { nothing.deallocate() }

    /// Sets what is read next: candidates of a group by their index.
    func set(_ group: EventGroup?, order: [UInt32]) {
        self.group = group
        self.order = order
    }

    override var count: Int { order.count }

    override func move(to index: Int) {
        guard index < order.count, let group else { return }
        group.prefetch(after: index, in: order)
        current = group.candidate(Int(order[index]))
    }

    override func give(column: Int, to context: OpaquePointer) {
        let row = current.row
        switch Place(rawValue: column) {
        case .eventTime: sqlite3_result_int64(context, row.pointee.time)
        case .eventID:
            scratch.giveUUID(high: row.pointee.idHigh, low: row.pointee.idLow, column: column, to: context)
        case .eventType:
            let name = names[Int(row.pointee.type.rawValue)]
            let start = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            sqlite3_result_text(context, start, Int32(name.utf8CodeUnitCount), nil)
        case .userID: sqlite3_result_int64(context, row.pointee.userID)
        case .sessionID: giveText(row.pointee.sessionID, of: current.text, to: context)
        case .movieID: giveInteger(row.pointee.movieID, unless: 0, to: context)
        case .seconds: giveReal(row.pointee.seconds, to: context)
        case .score: giveReal(row.pointee.score, to: context)
        case .query: giveText(row.pointee.query, of: current.text, to: context)
        case .releaseYear: giveInteger(Int64(row.pointee.releaseYear), unless: 0, to: context)
        case .primaryGenreID: giveInteger(row.pointee.genreID, unless: 0, to: context)
        case .daysSinceRelease: giveInteger(row.pointee.daysSinceRelease, unless: Int64.min, to: context)
        case .movieKnown: sqlite3_result_int(context, row.pointee.isMovieKnown ? 1 : 0)
        case .contentHash: sqlite3_result_int64(context, Int64(bitPattern: row.pointee.contentHash))
        case nil: sqlite3_result_null(context)
        }
    }

    @inline(__always)
    private func giveInteger(_ value: Int64, unless null: Int64, to context: OpaquePointer) {
        value == null ? sqlite3_result_null(context) : sqlite3_result_int64(context, value)
    }

    @inline(__always)
    private func giveReal(_ value: Double, to context: OpaquePointer) {
        value.isNaN ? sqlite3_result_null(context) : sqlite3_result_double(context, value)
    }
}

import CSQLite
import Domain

/// Rows in memory that SQLite reads as a table, without a copy, so that one `INSERT … SELECT` takes a whole batch.
final class StagedRows {
    /// The columns of the table.
    let columns: [RowColumn]
    /// What is read; nothing when there is none. It is not changed while a statement reads it.
    var source: RowSource?
    /// What is read when there is nothing.
    fileprivate let nothing: RowSource
    fileprivate let scratch: ValueScratch

    init(columns: [RowColumn]) {
        self.columns = columns
        nothing = RowSource(columns: columns, count: 0)
        scratch = ValueScratch(columns: columns.count)
    }

    deinit { scratch.deallocate() }

    /// Makes the rows readable as the table `temp.name` of a connection, which keeps this object alive. Nothing in the
    /// database file can have that name. Not to be called in a transaction, whose rollback would remove the table.
    func register(as name: String, on connection: Connection) throws(SQLiteError) {
        let retained = Unmanaged.passRetained(self)
        let module = "rows_of_\(name)"
        let status = sqlite3_create_module_v2(connection.handle, module, RowModule.shared, retained.toOpaque()) {
            pointer in
            if let pointer { Unmanaged<StagedRows>.fromOpaque(pointer).release() }
        }
        try connection.check(status, "making the table \(name)")
        try connection.execute("CREATE VIRTUAL TABLE temp.\(name) USING \(module)")
    }
}

/// Where values are spelled that SQLite takes as text or blob, one place a column: SQLite reads them until the next row,
/// so that nothing is copied.
private struct ValueScratch {
    private static let size = 16
    private let memory: UnsafeMutableRawPointer

    init(columns: Int) { memory = .allocate(byteCount: max(1, columns) * Self.size, alignment: 16) }

    func deallocate() { memory.deallocate() }

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
    func giveDate(_ day: Int32, column: Int, to context: OpaquePointer) {
        let (year, month, dayOfMonth) = CivilDate.date(ofDay: day)
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

    /// Gives a cell.
    @inline(__always)
    func give(_ cell: RowCell, column: Int, to context: OpaquePointer) {
        switch cell {
        case .null: sqlite3_result_null(context)
        case .integer(let value): sqlite3_result_int64(context, value)
        case .real(let value): sqlite3_result_double(context, value)
        case .date(let day): giveDate(day, column: column, to: context)
        case .uuid(let high, let low): giveUUID(high: high, low: low, column: column, to: context)
        case .text(let bytes):
            sqlite3_result_text64(
                context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), nil,
                UInt8(SQLITE_UTF8))
        case .blob(let bytes): sqlite3_result_blob64(context, bytes.baseAddress, UInt64(bytes.count), nil)
        }
    }
}

/// The virtual table module over `StagedRows` (https://sqlite.org/vtab.html): read-only, one cursor at a time, always a
/// full scan in order.
private enum RowModule {
    struct Table {
        var base = sqlite3_vtab()
        let rows: Unmanaged<StagedRows>
        /// Whether the first column numbers the rows.
        let hasOrdinal: Bool
    }

    struct Cursor {
        var base = sqlite3_vtab_cursor()
        let rows: Unmanaged<StagedRows>
        /// What is read; the staged rows keep it alive.
        var source: Unmanaged<RowSource>
        let scratch: ValueScratch
        var row = 0
        var count = 0
    }

    /// SQLite keeps the pointer for as long as a connection lives, so the module is allocated once and never freed;
    /// it is written once, before it is published, and only read after.
    nonisolated(unsafe) static let shared: UnsafePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        module.initialize(to: make())
        return UnsafePointer(module)
    }()

    static func make() -> sqlite3_module {
        var module = sqlite3_module()
        module.iVersion = 1
        module.xCreate = { handle, data, _, _, table, _ in RowModule.connect(handle, data, table) }
        module.xConnect = { handle, data, _, _, table, _ in RowModule.connect(handle, data, table) }
        module.xDestroy = { table in RowModule.disconnect(table) }
        module.xDisconnect = { table in RowModule.disconnect(table) }
        module.xBestIndex = { table, info in
            guard let info, let table else { return SQLITE_ERROR }
            info.pointee.estimatedCost = 1_000_000
            info.pointee.estimatedRows = 1_000_000
            let hasOrdinal = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).pointee.hasOrdinal
            if hasOrdinal, info.pointee.nOrderBy == 1, let order = info.pointee.aOrderBy {
                // They come in that order anyway.
                info.pointee.orderByConsumed = order[0].iColumn == 0 && order[0].desc == 0 ? 1 : 0
            }
            return SQLITE_OK
        }
        module.xOpen = { table, cursor in
            guard let table, let cursor else { return SQLITE_ERROR }
            let rows = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).pointee.rows
            let memory = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            rows._withUnsafeGuaranteedRef {
                memory.initialize(
                    to: Cursor(rows: rows, source: Unmanaged.passUnretained($0.nothing), scratch: $0.scratch))
            }
            cursor.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        module.xClose = { cursor in
            UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self).deallocate()
            return SQLITE_OK
        }
        addScan(to: &module)
        return module
    }

    private static func connect(
        _ handle: OpaquePointer?, _ data: UnsafeMutableRawPointer?,
        _ table: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?
    ) -> Int32 {
        guard let handle, let data, let table else { return SQLITE_ERROR }
        let rows = Unmanaged<StagedRows>.fromOpaque(data)
        let columns = rows.takeUnretainedValue().columns
        let names = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let status = sqlite3_declare_vtab(handle, "CREATE TABLE rows(\(names))")
        guard status == SQLITE_OK else { return status }
        let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        memory.initialize(to: Table(rows: rows, hasOrdinal: columns.first?.name == "ordinal"))
        table.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

    private static func disconnect(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
        UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: Table.self).deallocate()
        return SQLITE_OK
    }

    static func addScan(to module: inout sqlite3_module) {
        module.xFilter = { cursor, _, _, _, _ in
            guard let memory = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self) else {
                return SQLITE_ERROR
            }
            memory.pointee.row = 0
            memory.pointee.rows._withUnsafeGuaranteedRef { rows in
                let source = rows.source ?? rows.nothing
                memory.pointee.source = Unmanaged.passUnretained(source)
                memory.pointee.count = source.count
                source.move(to: 0)
            }
            return SQLITE_OK
        }
        module.xNext = { cursor in
            guard let memory = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self) else {
                return SQLITE_ERROR
            }
            memory.pointee.row += 1
            let row = memory.pointee.row
            memory.pointee.source._withUnsafeGuaranteedRef { $0.move(to: row) }
            return SQLITE_OK
        }
        module.xEof = { cursor in
            guard let memory = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self) else { return 1 }
            return memory.pointee.row >= memory.pointee.count ? 1 : 0
        }
        module.xColumn = { cursor, context, column in
            guard let context,
                let memory = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self)
            else { return SQLITE_ERROR }
            let cell = memory.pointee.source._withUnsafeGuaranteedRef { $0.cell(Int(column)) }
            memory.pointee.scratch.give(cell, column: Int(column), to: context)
            return SQLITE_OK
        }
        module.xRowid = { cursor, rowid in
            guard let memory = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self) else {
                return SQLITE_ERROR
            }
            rowid?.pointee = Int64(memory.pointee.row)
            return SQLITE_OK
        }
    }
}

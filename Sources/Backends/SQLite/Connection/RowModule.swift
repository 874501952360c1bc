import CSQLite
import Domain

/// Rows in memory that SQLite reads as a table without copying them, so that one `INSERT … SELECT` inserts a whole
/// batch.
final class StagedRows {
    /// The columns of the table.
    let columns: [RowColumn]
    /// The rows to be read; nil for none. It must not change while a statement reads it.
    var source: RowSource?
    /// The empty rows that are read when `source` is nil.
    fileprivate let nothing: RowSource
    fileprivate let scratch: ValueScratch

    init(columns: [RowColumn]) {
        self.columns = columns
        nothing = RowSource(columns: columns, count: 0)
        scratch = ValueScratch(columns: columns.count)
    }

    deinit { scratch.deallocate() }

    /// Makes the rows readable as the table `temp.name` of a connection, which keeps this object alive. No object in
    /// the database file can have that name. Must not be called in a transaction, because a rollback would remove the
    /// table.
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

/// Memory in which dates and UUIDs are converted to text and blobs, one slot for each column. SQLite reads a slot
/// before the next row is converted, so the values need not be copied.
private struct ValueScratch {
    private static let size = 16
    private let memory: UnsafeMutableRawPointer

    init(columns: Int) { memory = .allocate(byteCount: max(1, columns) * Self.size, alignment: 16) }

    func deallocate() { memory.deallocate() }

    /// Passes a UUID to SQLite as its 16 bytes.
    @inline(__always)
    func giveUUID(high: UInt64, low: UInt64, column: Int, to context: OpaquePointer) {
        let place = memory + column * Self.size
        place.storeBytes(of: high.bigEndian, as: UInt64.self)
        place.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        sqlite3_result_blob(context, place, 16, nil)
    }

    /// Passes a day to SQLite as `YYYY-MM-DD`.
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

    /// Passes the value of a cell to SQLite.
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

/// The virtual table module for `StagedRows` (https://sqlite.org/vtab.html). A table is read-only, has one cursor at a
/// time, and is always scanned completely and in order.
private enum RowModule {
    struct Table {
        var base = sqlite3_vtab()
        let rows: Unmanaged<StagedRows>
        /// Whether the first column is the number of the row.
        let hasOrdinal: Bool
    }

    struct Cursor {
        var base = sqlite3_vtab_cursor()
        let rows: Unmanaged<StagedRows>
        /// The rows that are read; `StagedRows` keeps them alive.
        var source: Unmanaged<RowSource>
        let scratch: ValueScratch
        var row = 0
        var count = 0
    }

    /// SQLite keeps the pointer as long as a connection is open. So the module is allocated once and never freed. It is
    /// written before the pointer is published, and only read afterwards.
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
                // The rows come in the order of the first column anyway.
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

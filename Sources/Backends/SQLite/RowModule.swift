import CSQLite

/// Rows in memory that SQLite reads as a table, so that one `INSERT … SELECT` takes a whole batch.
class RowProvider {
    /// The names of the columns.
    let columns: [String]
    /// How many rows there are.
    var count: Int { 0 }

    init(columns: [String]) { self.columns = columns }

    /// Stands on a row, or behind the last one.
    func move(to index: Int) {}

    /// Gives a value of the current row to SQLite, without a copy where it lives long enough.
    func give(column: Int, to context: OpaquePointer) {}

    /// Makes the rows readable as the table `temp.name` of a connection, which keeps this object alive. Nothing in the
    /// database file can have that name. Not to be called in a transaction, whose rollback would remove the table.
    final func register(as name: String, on connection: Connection) throws(SQLiteError) {
        let retained = Unmanaged.passRetained(self)
        let module = "rows_of_\(name)"
        let status = sqlite3_create_module_v2(connection.handle, module, RowModule.shared, retained.toOpaque()) {
            pointer in
            if let pointer { Unmanaged<RowProvider>.fromOpaque(pointer).release() }
        }
        try connection.check(status, "making the table \(name)")
        try connection.execute("CREATE VIRTUAL TABLE temp.\(name) USING \(module)")
    }
}

/// The virtual table module over `RowProvider` (https://sqlite.org/vtab.html): read-only, one cursor at a time, always a
/// full scan in order.
private enum RowModule {
    struct Table {
        var base = sqlite3_vtab()
        let provider: Unmanaged<RowProvider>
    }

    struct Cursor {
        var base = sqlite3_vtab_cursor()
        let provider: Unmanaged<RowProvider>
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
        module.xBestIndex = { _, info in
            info?.pointee.estimatedCost = 1_000_000
            info?.pointee.estimatedRows = 1_000_000
            return SQLITE_OK
        }
        module.xOpen = { table, cursor in
            guard let table, let cursor else { return SQLITE_ERROR }
            let provider = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).pointee.provider
            let memory = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            memory.initialize(to: Cursor(provider: provider))
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
        let provider = Unmanaged<RowProvider>.fromOpaque(data)
        let names = provider.takeUnretainedValue().columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let status = sqlite3_declare_vtab(handle, "CREATE TABLE rows(\(names))")
        guard status == SQLITE_OK else { return status }
        let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        memory.initialize(to: Table(provider: provider))
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
            memory.pointee.provider._withUnsafeGuaranteedRef {
                memory.pointee.count = $0.count
                $0.move(to: 0)
            }
            return SQLITE_OK
        }
        module.xNext = { cursor in
            guard let memory = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self) else {
                return SQLITE_ERROR
            }
            memory.pointee.row += 1
            memory.pointee.provider._withUnsafeGuaranteedRef { $0.move(to: memory.pointee.row) }
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
            memory.pointee.provider._withUnsafeGuaranteedRef { $0.give(column: Int(column), to: context) }
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

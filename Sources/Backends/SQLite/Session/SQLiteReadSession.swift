import CSQLite
import Domain
import SQLWarehouse
import Schema

/// The connection that reads a warehouse. It sees the last commit, and never waits for a writer.
final class SQLiteReadSession: SQLReadSession {
    /// The path of the database file.
    let location: String
    let dialect = SQLDialect.sqlite
    /// The migrations that this program knows.
    let migrations = Schema.sqlite
    var connection: Connection { place.connection }
    private var place: ReadOnlyPlace
    private let asOwner: Bool

    init(path: String, asOwner: Bool) throws {
        location = path
        self.asOwner = asOwner
        guard try WarehouseFile.lookForOwn(at: path) == .warehouse else {
            throw WarehouseError.notThere(location: path)
        }
        place = try ReadOnlyPlace(path: path, asOwner: asOwner)
        try connection.setBusyTimeout(milliseconds: 10_000)
        try connection.execute("PRAGMA query_only = ON")
        let tables = try consistently {
            try connection.integer("SELECT count(*) FROM main.sqlite_schema WHERE name = 'schema_migration'")
        }
        guard tables == 1 else { throw WarehouseError.notThere(location: path) }
    }

    /// Reads something; reads it again when the file was changed in the meantime and the result may be wrong.
    ///
    /// - Throws: `SQLiteFileError.changedMeanwhile` when the file changes again and again.
    func consistently<Answer>(_ read: () throws -> Answer) throws -> Answer {
        for _ in 0..<20 {
            guard let stamp = place.stamp else { break }
            let answer = Result { try read() }
            if stamp.isUnchanged { return try answer.get() }
            place = try ReadOnlyPlace(path: location, asOwner: asOwner)
            try connection.execute("PRAGMA query_only = ON")
        }
        let answer = Result { try read() }
        try place.stamp?.expectUnchanged()
        return try answer.get()
    }

    /// Reads something in several queries that all see the same commit.
    func atOneMoment<Answer>(_ read: () throws -> Answer) throws -> Answer {
        try connection.execute("BEGIN")
        // The transaction only reads, so COMMIT and ROLLBACK are the same.
        defer { try? connection.execute("COMMIT") }
        return try read()
    }

    /// Runs a query.
    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows { try connection.query(sql, values) }

    /// The names of a table's columns.
    func columns(of table: String) throws -> Set<String> { try connection.columns(of: table) }

    /// The declared indexes that exist.
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    /// The size of an index in bytes; nil when the library was built without the `dbstat` table
    /// (https://sqlite.org/dbstat.html).
    func size(of index: TableIndex) throws -> Int64? {
        try? connection.integer("SELECT sum(pgsize) FROM dbstat('main', 1) WHERE name = '\(index.name)'")
    }

    /// The size in bytes.
    func size() throws -> Int64 {
        let pages = try connection.integer("PRAGMA page_count") ?? 0
        return pages * (try connection.integer("PRAGMA page_size") ?? 0)
    }

    /// The faults that SQLite's integrity check and the foreign keys show
    /// (https://sqlite.org/pragma.html#pragma_integrity_check).
    func faults() throws -> [String] {
        var faults: [String] = []
        let integrity = try connection.prepare("PRAGMA integrity_check(10)")
        while try integrity.step() {
            if let text = integrity.text(0), text != "ok" { faults.append(text) }
        }
        let keys = try connection.prepare(
            "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2")
        while try keys.step() {
            faults.append(
                "\(keys.integer(2)) rows of \(keys.text(0) ?? "") refer to rows of \(keys.text(1) ?? "") "
                    + "that are not there")
        }
        return faults
    }

    /// Runs one statement that only reads.
    func runQuery(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws {
        let statement = try consistently { try prepareQuery(sql) }
        let stamp = place.stamp
        try header((0..<statement.columnCount).map(statement.columnName))
        do {
            while try statement.step() {
                try row((0..<statement.columnCount).map { value(statement, $0) })
            }
        } catch let error as SQLiteError {
            // If the file has changed, the rows may be wrong.
            try stamp?.expectUnchanged()
            throw runError(error)
        }
        try stamp?.expectUnchanged()
    }

    private func value(_ statement: Statement, _ column: Int) -> QueryValue {
        switch statement.type(column) {
        case SQLITE_INTEGER: .integer(statement.integer(column))
        case SQLITE_FLOAT: .real(statement.real(column))
        case SQLITE_TEXT: .text(statement.text(column) ?? "")
        case SQLITE_BLOB: .blob([UInt8](statement.bytes(column)))
        default: .null
        }
    }
}

import CPostgres
import Domain
import SQLWarehouse

/// The temporary tables that staged rows are copied into. Each is made when it is first needed on a connection, and its
/// rows go with the transaction, so that many batches leave nothing behind in the server's catalog.
struct StagingTables {
    /// What the names of the tables begin with.
    static let namePrefix = "new_"

    private let connection: PostgresConnection
    /// The tables that are there.
    private var made: Set<String> = []
    /// Those of them that a rollback would take away.
    private var madeInTransaction: Set<String> = []
    /// The tables that have rows, and how many were copied into each since it was last truncated.
    private var filled: [String: Int] = [:]
    /// So many rows may be deleted one by one. The server looks through deleted rows until the transaction ends.
    private static let deletedRows = 1_000

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// The transaction has ended, and the rows with it.
    mutating func didEnd(committed: Bool) {
        if !committed { made.subtract(madeInTransaction) }
        madeInTransaction = []
        filled = [:]
    }

    /// Another server process may do the next transaction, which has other temporary tables.
    mutating func forgetTables() { made = [] }

    /// Copies rows into the table of their name, in the place of those that are there.
    mutating func copy(_ rows: RowSource, into table: StagedTable) throws {
        let name = Self.namePrefix + table.name
        try make(table, name)
        if let copied = filled[name] {
            let isShort = copied <= Self.deletedRows
            try connection.execute("\(isShort ? "DELETE FROM" : "TRUNCATE") pg_temp.\(name)")
            if !isShort { filled[name] = 0 }
        }
        filled[name, default: 0] += rows.count
        if rows.count == 0 { return }
        let columns = table.columns.map { (name: $0.name, type: $0.type.serverType) }
        let isTimestamp = table.columns.map { $0.type == .timestamp }
        try connection.copy(rows, into: name, schema: "pg_temp", columns: columns) { cell, column, copy in
            // A line may be in quarantine for a time that no timestamp holds.
            if case .integer(let time) = cell, isTimestamp[column], !serverTimes.contains(time) {
                return copy.addNull()
            }
            copy.add(cell)
        }
    }

    private mutating func make(_ table: StagedTable, _ name: String) throws {
        guard !made.contains(name) else { return }
        let columns = table.columns.map { "\(PostgresLocation.quoted($0.name)) \($0.type.declaration)" }
        // A pooler may give a server process that has the table from before.
        try connection.makeTemporary(name, columns: columns.joined(separator: ", "))
        made.insert(name)
        madeInTransaction.insert(name)
    }
}

extension PostgresConnection {
    /// Creates a temporary table whose rows go with the transaction, unless it is there.
    ///
    /// - Throws: an error that says what to grant, when the role may not create temporary tables.
    func makeTemporary(_ name: String, columns: String) throws(PostgresError) {
        do throws(PostgresError) {
            try execute("CREATE TEMPORARY TABLE IF NOT EXISTS \(name) (\(columns)) ON COMMIT DELETE ROWS")
        } catch {
            guard error.problem == .permission else { throw error }
            var error = error
            let (database, role) = (PQdb(handle), PQuser(handle))
            let name = { (text: UnsafeMutablePointer<CChar>?) in
                PostgresLocation.quoted(text.map { String(cString: $0) } ?? "…")
            }
            error.ownHint =
                "A load needs temporary tables. Let the owner of the database run GRANT TEMPORARY ON DATABASE "
                + "\(name(database)) TO \(name(role))."
            throw error
        }
    }
}

/// The times that a `timestamptz` holds, in milliseconds since 1970.
let serverTimes: ClosedRange<Int64> = -210_866_803_200_000...9_224_318_015_999_999

extension ColumnType {
    /// The type of a staged column.
    fileprivate var serverType: PostgresType {
        switch self {
        case .integer: .bigint
        case .real: .double
        case .text: .text
        case .boolean: .boolean
        case .date: .date
        case .timestamp: .timestamptz
        case .uuid: .uuid
        case .blob: .bytea
        }
    }

    /// The same in SQL. Text is compared by its bytes, as in the tables.
    fileprivate var declaration: String {
        switch self {
        case .integer: "bigint"
        case .real: "double precision"
        case .text: "text COLLATE \"C\""
        case .boolean: "boolean"
        case .date: "date"
        case .timestamp: "timestamptz"
        case .uuid: "uuid"
        case .blob: "bytea"
        }
    }
}

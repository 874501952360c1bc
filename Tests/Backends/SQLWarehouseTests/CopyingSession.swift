import Domain
import Schema

@testable import SQLWarehouse
@testable import SQLite

/// A session that copies staged rows to real tables, in reverse order, and uses as little of SQLite's own syntax as
/// possible. A rule that relies on SQLite reading rows in place and in order fails here.
final class CopyingSession: SQLSession {
    let location = "in memory"
    let dialect: SQLDialect
    let migrations = Schema.sqlite
    let connection: Connection
    private(set) var isInPlace = false
    private var isInTransaction = false
    /// The calls of the functions around a commit, in order.
    private(set) var calls: [String] = []

    init() throws {
        var dialect = SQLDialect.sqlite
        dialect.stagePrefix = "temp.copied_"
        dialect.comparesRows = false
        dialect.orderedJoin = "JOIN"
        dialect.indexedBy = { _ in "" }
        dialect.notIndexed = ""
        self.dialect = dialect
        connection = try Connection(path: location, access: .inMemory)
        for table in StagedTable.all {
            try connection.execute("CREATE TABLE \(dialect.staged(table)) (\(table.names))")
        }
    }

    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows { try connection.query(sql, values) }
    func columns(of table: String) throws -> Set<String> { try connection.columns(of: table) }
    func declaredIndexes() throws -> [TableIndex] { [] }

    func run(_ sql: String, _ values: [RowValue]) throws -> Int64 {
        let statement = try connection.statement(sql)
        try statement.bind(values)
        try statement.run()
        return connection.changes
    }

    func runScript(_ sql: String) throws { try connection.execute(sql) }

    func stage(_ rows: RowSource, as table: StagedTable) throws {
        try connection.execute("DELETE FROM \(dialect.staged(table))")
        let places = (1...table.columns.count).map(dialect.parameter).joined(separator: ", ")
        for index in (0..<rows.count).reversed() {
            rows.move(to: index)
            let values = rows.columns.indices.map { RowValue(rows.cell($0)) }
            _ = try run("INSERT INTO \(dialect.staged(table)) VALUES (\(places))", values)
        }
    }

    func unstage(_ table: StagedTable) {}

    /// Whether rows are inserted without staging them.
    var insertsDirectly = false
    /// How many rows were inserted so, into tables with rows.
    private(set) var directRows = 0
    /// How often it was tried, and the key of a row was stored.
    private(set) var storedKeys = 0

    func insertDirectly(_ rows: RowSource, into table: StagedTable, onlyIfEmpty: Bool) throws -> Bool {
        guard insertsDirectly else { return false }
        if onlyIfEmpty, try integer("SELECT count(*) FROM \(table.name)") != 0 { return false }
        let places = (1...table.columns.count).map(dialect.parameter).joined(separator: ", ")
        try connection.execute("SAVEPOINT direct")
        do {
            for index in 0..<rows.count {
                rows.move(to: index)
                let values = rows.columns.indices.map { RowValue(rows.cell($0)) }
                _ = try run("INSERT INTO \(table.name) (\(table.names)) VALUES (\(places))", values)
            }
        } catch {
            try connection.execute("ROLLBACK TO direct; RELEASE direct")
            storedKeys += 1
            return false
        }
        try connection.execute("RELEASE direct")
        if !onlyIfEmpty { directRows += rows.count }
        return true
    }

    func insertOfNewRows(into table: String) throws -> String { "INSERT INTO main.\(table)" }
    func willChangeManyRows() throws {}
    func didInsertGroup() {}

    func begin() throws {
        try connection.execute("BEGIN")
        isInTransaction = true
    }
    func checkFence() throws {
        calls.append("fence")
        if isOvertaken { throw Overtaken() }
    }
    func commit() throws {
        calls.append("commit")
        try connection.execute("COMMIT")
        isInTransaction = false
    }
    func rollback() throws {
        if isInTransaction { try connection.execute("ROLLBACK") }
        isInTransaction = false
    }

    /// Simulates that another process has become the writer.
    var isOvertaken = false
    struct Overtaken: Error {}

    func takePlace(for work: SQLWriterWork) throws { isInPlace = true }
    func releasePlace() { isInPlace = false }
    func willEndRun() {}
    func note(_ run: RunRecord) {}
    func willApply(_ migrations: [Schema.Migration]) throws {}
    func didMigrate() {}
    func checkAdditions() throws {}
    func kind(of name: String) throws -> String? { nil }
    func create(_ index: TableIndex) throws {}
    func remove(_ index: TableIndex) throws {}
    func updateStatistics() throws {}
}

extension RowValue {
    /// Copies the value of a cell.
    init(_ cell: RowCell) {
        switch cell {
        case .null: self = .null
        case .integer(let value): self = .integer(value)
        case .real(let value): self = .real(value)
        case .date(let day): self = .date(day)
        case .uuid(let high, let low): self = .uuid(high: high, low: low)
        case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): self = .blob([UInt8](bytes))
        }
    }
}

/// A warehouse on a `CopyingSession`, with the newest schema and a current run.
struct CopyingWarehouse {
    let session: CopyingSession
    let warehouse: SQLWarehouse
    let run: RunRecord

    init() throws {
        session = try CopyingSession()
        warehouse = SQLWarehouse(session)
        run = try warehouse.beginRun(at: 1, as: .bounded)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
    }

    /// The rows of a query, each as text.
    func rows(_ sql: String) throws -> [String] {
        let statement = try session.connection.prepare(sql)
        var rows: [String] = []
        while try statement.step() {
            rows.append((0..<statement.columnCount).map { statement.text($0) ?? "-" }.joined(separator: " "))
        }
        return rows
    }
}

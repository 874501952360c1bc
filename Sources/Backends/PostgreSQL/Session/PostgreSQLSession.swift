import Domain
import SQLWarehouse
import Schema

extension PostgresRows: SQLRows {}

/// The connection that writes a warehouse: statements, transactions and the writer's place in a schema of a PostgreSQL
/// database.
final class PostgreSQLSession: SQLSession {
    let location: String
    let dialect: SQLDialect
    let migrations = Schema.postgres
    let connection: PostgresConnection
    private let settings: TransactionSettings
    private var place: WriterPlace
    private var staging: StagingTables
    private var months: LoadedMonths
    private var isOpen = false
    /// Whether the transaction was begun since rows were staged outside of any.
    private var isForStaging = false

    /// Connects to a server.
    ///
    /// - Throws: `PostgresError`.
    init(_ location: PostgresLocation) throws {
        self.location = location.description
        dialect = .postgreSQL(schema: location.schema)
        connection = try PostgresConnection(location, PostgresOptions(.writing))
        var settings = TransactionSettings()
        settings.schema = location.schema
        self.settings = settings
        place = WriterPlace(connection)
        staging = StagingTables(connection)
        months = LoadedMonths(connection)
    }

    deinit {
        // What holds a place that was not given up is an error that somebody tells of.
        try? rollback()
        place.release(settings)
    }

    // MARK: Statements

    func query(_ sql: String, _ values: [RowValue]) throws -> any SQLRows {
        try connection.query(sql, values.map(PostgresValue.init))
    }

    @discardableResult
    func run(_ sql: String, _ values: [RowValue]) throws -> Int64 {
        try connection.execute(sql, values.map(PostgresValue.init))
    }

    func runScript(_ sql: String) throws { try connection.execute(sql) }

    /// Copies rows into the temporary table of their name.
    func stage(_ rows: RowSource, as table: StagedTable) throws {
        if !isOpen {
            try connection.begin(settings)
            (isOpen, isForStaging) = (true, true)
        }
        guard let time = eventTime(of: table) else { return try staging.copy(rows, into: table, onRow: {}) }
        months.removeEvents()
        try staging.copy(rows, into: table) {
            if case .integer(let value) = rows.cell(time) { months.add(value) }
        }
    }

    /// The column by which events go to partitions; nil for other rows.
    private func eventTime(of table: StagedTable) -> Int? {
        table.name == StagedTable.eventsName ? table.columns.firstIndex { $0.name == "event_time" } : nil
    }

    /// Nothing: rows go with the transaction, or when others take their place.
    func unstage(_ table: StagedTable) {}

    /// Makes the partitions that the staged events need.
    func insertOfNewRows(into table: String) throws -> String {
        if MonthPartitions.tables.contains(table) { try months.make() }
        return "INSERT INTO \(dialect.table(table))"
    }

    func willChangeManyRows() throws {}
    func didInsertGroup() {}

    // MARK: Transactions

    func begin() throws {
        if isForStaging { try rollback() }
        try connection.begin(settings)
        isOpen = true
        do { try place.lock() } catch {
            // What failed is the error to tell of.
            try? rollback()
            throw error
        }
    }

    func checkFence() throws { try place.renew() }

    func commit() throws {
        try connection.commit()
        didEnd(committed: true)
    }

    func rollback() throws {
        defer { didEnd(committed: false) }
        if connection.loss == nil { try connection.rollback() }
    }

    private func didEnd(committed: Bool) {
        (isOpen, isForStaging) = (false, false)
        staging.didEnd(committed: committed)
        months.didEnd(committed: committed)
        place.didEnd(committed: committed)
    }

    // MARK: The writer's place

    var isInPlace: Bool { place.isHeld }

    func takePlace(for work: SQLWriterWork) throws {
        if isForStaging { try rollback() }
        try checkRights()
        var commits = true
        if case .run(.dryRun) = work { commits = false }
        try place.take(settings, commits: commits)
    }

    func releasePlace() {
        try? rollback()
        place.release(settings)
    }

    func willEndRun() {}
    func note(_ run: RunRecord) {}
}

extension PostgresValue {
    /// A value of the core's.
    init(_ value: RowValue) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .boolean(let isTrue): self = .boolean(isTrue)
        case .date(let day): self = .date(day)
        case .timestamp(let time): self = .timestamp(time)
        case .uuid(let high, let low): self = .uuid(high, low)
        case .text(let text): self = .text(text)
        case .blob(let bytes): self = .bytes(bytes)
        }
    }
}

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
    private(set) var connection: PostgresConnection
    private let postgresLocation: PostgresLocation
    private let settings: TransactionSettings
    private var place: WriterPlace
    private var staging: StagingTables
    private var months: LoadedMonths
    private var isOpen = false
    /// Whether the transaction was begun since rows were staged outside of any.
    private var isForStaging = false
    /// Whether the connection was lost while it committed.
    private var isCommitUnknown = false
    /// Whether it has to be found out what became of the transaction of a lost connection.
    private var isUnsettled = false

    /// Connects to a server.
    ///
    /// - Throws: `PostgresError`.
    init(_ location: PostgresLocation) throws {
        self.location = location.description
        postgresLocation = location
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
            try beginTransaction()
            isForStaging = true
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
        try beginTransaction()
        do { try place.lock() } catch {
            // What failed is the error to tell of.
            try? rollback()
            throw error
        }
    }

    private func beginTransaction() throws {
        try connection.begin(settings)
        isOpen = true
        // Each server process has temporary tables of its own.
        if place.isPooled { staging.forgetTables() }
    }

    func checkFence() throws { try place.renew() }

    func commit() throws {
        do throws(PostgresError) { try connection.commit() } catch {
            isCommitUnknown = error.isCommitUnknown
            throw error
        }
        didEnd(committed: true)
    }

    func rollback() throws {
        defer { didEnd(committed: false) }
        if connection.loss == nil { try connection.rollback() }
    }

    var canRecover: Bool { true }

    /// Rolls back; on a lost connection, connects anew and finds out what became of the transaction that was open.
    func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery {
        if connection.loss == nil, !isUnsettled {
            do {
                try rollback()
                return .rolledBack
            } catch { if connection.loss == nil { throw error } }
        }
        isUnsettled = true
        if connection.loss != nil {
            connection = try PostgresConnection(
                postgresLocation, PostgresOptions(.writing, isStopRequested: isStopRequested))
            staging = StagingTables(connection)
            months = LoadedMonths(connection)
        }
        let outcome = try place.goOn(with: connection, settings, isCommitUnknown: isCommitUnknown)
        didEnd(committed: outcome == .committed)
        (isUnsettled, isCommitUnknown) = (false, false)
        return outcome
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
        var commits = true
        if case .run(.dryRun) = work { commits = false }
        try place.take(settings, commits: commits)
    }

    func releasePlace() {
        try? rollback()
        place.release(settings)
    }

    func keepPlace() throws { if !isOpen { try place.keep(settings) } }

    func willEndRun() {}
    func note(_ run: RunRecord) {}

    // MARK: The schema

    func columns(of table: String) throws -> Set<String> { try connection.columnNames(of: table) }
    func declaredIndexes() throws -> [TableIndex] { try connection.declaredIndexes() }

    /// Makes the schema where it is not there. It is looked for first: `IF NOT EXISTS` needs a right on the database also
    /// where it is.
    func willApply(_ migrations: [Schema.Migration]) throws {
        let schema = connection.location.schema
        let rows = try connection.query(
            "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)", [.text(schema)])
        let isThere = try rows.next() && rows.boolean(0)
        if !isThere { try connection.execute("CREATE SCHEMA \(PostgresLocation.quoted(schema))") }
    }

    func didMigrate() {}
    func checkAdditions() throws {}

    func kind(of name: String) throws -> String? {
        let rows = try connection.query(
            """
            SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index'
                ELSE 'type' END
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2
            """, [.text(connection.location.schema), .text(name)])
        return try rows.next() ? rows.text(0) : nil
    }

    func create(_ index: TableIndex) throws {
        try connection.execute(
            "CREATE INDEX \(index.name) ON \(dialect.table(index.table)) (\(index.columns.joined(separator: ", ")))")
    }

    func remove(_ index: TableIndex) throws { try connection.execute("DROP INDEX \(dialect.table(index.name))") }

    func updateStatistics() throws {
        for table in AllTables.content { try connection.execute("ANALYZE \(dialect.table(table.name))") }
    }
}

extension PostgresConnection {
    /// The names of a table's columns; none when there is no such table in the location's schema.
    func columnNames(of table: String) throws -> Set<String> {
        let rows = try query(
            """
            SELECT a.attname FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
            """, [.text(location.schema), .text(table)])
        var names: Set<String> = []
        while try rows.next() { names.insert(rows.text(0) ?? "") }
        return names
    }

    /// The declared indexes that are there.
    func declaredIndexes() throws -> [TableIndex] {
        let rows = try query(
            "SELECT indexname || ' ' || tablename FROM pg_catalog.pg_indexes WHERE schemaname = $1",
            [.text(location.schema)])
        var names: Set<String> = []
        while try rows.next() { names.insert(rows.text(0) ?? "") }
        return AllTables.indexes.filter { names.contains("\($0.name) \($0.table)") }
    }
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

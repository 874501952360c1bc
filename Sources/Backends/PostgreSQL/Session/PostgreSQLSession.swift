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
    var facts: FactLoader
    /// The types of the columns of the tables that the transaction copied rows into, by the tables' names.
    var columnTypes: [String: [String: PostgresType]] = [:]
    /// Whether the writer's place was taken to commit anything; a dry run does not.
    private var commits = true
    private var isOpen = false
    /// Whether the transaction was begun only because rows were staged while none was open.
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
        connection = try PostgresConnection(
            location, PostgresOptions(.writing, isStopRequested: { StopRequest.isMade }))
        var settings = TransactionSettings()
        settings.schema = location.schema
        // A merge reads a transaction's staged rows and the table beside them by hash tables; the default of 4 MB has
        // them written to the disk.
        settings.workMemory = "64MB"
        // The planner overestimates staged rows, which have no statistics, so far that the server would compile look-ups of
        // a few keys each time.
        settings.compilesStatements = false
        self.settings = settings
        place = WriterPlace(connection)
        staging = StagingTables(connection)
        facts = FactLoader(connection, settings, dialect)
    }

    deinit {
        // The place is still held only after an error, which the caller reports.
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
        try staging.copy(rows, into: table)
    }

    func query(_ sql: String, list: [Int64], as table: Table) throws -> any SQLRows {
        try connection.query(sql, [.integers(list)])
    }

    /// Nothing: rows go with the transaction, or when others take their place.
    func unstage(_ table: StagedTable) {}

    func insertOfNewRows(into table: String) throws -> String { "INSERT INTO \(dialect.table(table))" }

    /// Copies the events by COPY.
    func insertFacts(_ group: EventGroup) throws -> InsertedFacts? { try facts.insert(group, staging: &staging) }

    /// Attaches the months that are new in the transaction.
    func willUseFacts() throws { try facts.attachMonths() }

    /// Runs statements under a savepoint, to which an error about a value of a row rolls back.
    func attempt(_ body: () throws -> Void) throws -> Refusal? {
        let before = staging
        try connection.execute("SAVEPOINT rows")
        do { try body() } catch let error as PostgresError where error.isRefusalOfARow {
            try connection.execute("ROLLBACK TO SAVEPOINT rows; RELEASE SAVEPOINT rows")
            staging = before
            return Refusal(words: error.wordsForQuarantine, error: error)
        }
        try connection.execute("RELEASE SAVEPOINT rows")
        return nil
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
        try facts.attachMonths()
        do throws(PostgresError) { try connection.commit() } catch {
            isCommitUnknown = error.isCommitUnknown
            throw error.isRefusalOfARow ? deferred(error) : error
        }
        didEnd(committed: true)
    }

    /// The error of a constraint or trigger that was checked at COMMIT, when it is no longer known whose row it is about.
    private func deferred(_ error: PostgresError) -> PostgresError {
        var names: [String] = []
        // The names only make the hint more precise.
        if let rows = try? connection.query(Self.deferredTriggers, [.text(postgresLocation.schema)]) {
            while (try? rows.next()) == true { names.append("\(rows.text(0) ?? "") on \(rows.text(1) ?? "")") }
        }
        let constraint = error.objects.constraint.map { " \($0)" + (error.objects.table.map { " on \($0)" } ?? "") }
        let which =
            constraint
            ?? (names.isEmpty ? "" : names.count == 1 ? " \(names[0])" : ", one of \(names.joined(separator: ", ")),")
        return error.with(
            hint:
                "The constraint or trigger\(which) is deferred: PostgreSQL checks it at COMMIT, when it cannot be told "
                + "which line the row is from. Nothing of the transaction was written. Make it immediate (for a trigger: "
                + "drop it and create it without INITIALLY DEFERRED), so that the line goes to quarantine, or change it; "
                + "then run the same command again.")
    }

    /// The triggers and constraints that users added and that are checked at COMMIT unless something else is asked for.
    private static let deferredTriggers = """
        SELECT trigger.tgname::text, relation.relname::text FROM pg_catalog.pg_trigger AS trigger
        JOIN pg_catalog.pg_class AS relation ON relation.oid = trigger.tgrelid
        JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
        WHERE namespace.nspname = $1 AND trigger.tginitdeferred AND NOT trigger.tgisinternal
        ORDER BY 2, 1 LIMIT 5
        """

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
            facts = FactLoader(connection, settings, dialect)
            facts.didTakePlace(commits: commits)
        }
        let outcome = try place.goOn(with: connection, settings, isCommitUnknown: isCommitUnknown)
        didEnd(committed: outcome == .committed)
        (isUnsettled, isCommitUnknown) = (false, false)
        return outcome
    }

    private func didEnd(committed: Bool) {
        (isOpen, isForStaging) = (false, false)
        columnTypes = [:]
        staging.didEnd(committed: committed)
        facts.didEnd(committed: committed)
        place.didEnd(committed: committed)
    }

    // MARK: The writer's place

    var isInPlace: Bool { place.isHeld }

    func takePlace(for work: SQLWriterWork) throws {
        if isForStaging { try rollback() }
        try checkRights()
        commits = true
        if case .run(.dryRun) = work { commits = false }
        try place.take(settings, commits: commits)
        facts.didTakePlace(commits: commits)
    }

    func releasePlace() {
        try? rollback()
        place.release(settings)
    }

    func keepPlace() throws {
        if isForStaging { try rollback() }
        if !isOpen { try place.keep(settings) }
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

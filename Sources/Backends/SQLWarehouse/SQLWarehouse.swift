import Domain

/// A warehouse in an SQL database. It implements all rules of merging, the ledger, the quarantine and the marts on a
/// session that runs statements. For a new database, implement `SQLSession` and a class that opens it:
///
///     public final class SQLiteWarehouse: SQLWarehouse {
///         public init(path: String) throws { super.init(try SQLiteSession(path: path)) }
///     }
open class SQLWarehouse: Warehouse {
    /// The connection to the database.
    public let session: any SQLSession
    let enrichment: Enrichment
    let facts: FactStatements
    let movies: MovieStatements
    let ledger: LedgerStatements
    let quarantineTable: QuarantineStatements
    let marts: MartStatements
    let siteDaily: SiteDailyStatements
    let merges: [String: MergeStatements]
    /// The number of the current run; nil outside a run.
    private(set) var currentRun: Int64?
    /// The rejected lines that are not stored yet.
    var pendingRejections = PendingRejections()
    /// The new events and movies that may cure lines in quarantine.
    var arrivals = Arrivals()
    /// The same as of the last commit.
    private var committedArrivals = Arrivals()
    /// What the days of `site_daily` gain by the users and sessions that were merged in this transaction.
    var siteChanges = SiteChanges()
    /// The keys that may be stored, of the tables that this run has found empty and filled. In the tables that have
    /// withdrawals, the withdrawn keys are among them.
    private var possibleKeys: [String: PossibleKeys] = [:]

    /// The location without its password.
    public var location: String { session.location }

    /// Creates a warehouse on an open connection.
    public init(_ session: any SQLSession) {
        self.session = session
        let dialect = session.dialect
        enrichment = Enrichment(dialect)
        facts = FactStatements(dialect, enrichment)
        movies = MovieStatements(dialect)
        ledger = LedgerStatements(dialect)
        quarantineTable = QuarantineStatements(dialect)
        marts = MartStatements(dialect)
        siteDaily = SiteDailyStatements(dialect)
        let merged = MovieTables.all + BehaviourTables.merged + [MartTables.genreDaily, MartTables.siteDaily]
        merges = Dictionary(uniqueKeysWithValues: merged.map { ($0.name, MergeStatements($0, dialect)) })
    }

    // MARK: The schema

    /// Updates the schema. If the warehouse has data, creates its missing indexes too.
    public func migrate(at now: Int64) throws -> [String] {
        try withPlace {
            let migrator = Migrator(session: session)
            var applied = try migrator.pending().isEmpty ? [] : inTransaction { try apply(migrator, at: now) }
            session.didMigrate()
            if try session.boolean(ledger.hasReadLines), try !missingIndexes().isEmpty {
                applied += try inTransaction { try prepareForQuestions().map { "index \($0.name)" } }
            }
            return applied
        }
    }

    /// Applies the pending migrations in the open transaction, and fills the mart that older warehouses lack.
    private func apply(_ migrator: Migrator, at now: Int64) throws -> [String] {
        let applied = try migrator.apply(at: now)
        try fillSiteDaily()
        return applied
    }

    /// Creates the missing indexes that every warehouse has, and updates the planner's statistics; see `Warehouse`.
    @discardableResult
    public func prepareForQuestions() throws -> [TableIndex] {
        let missing = try missingIndexes()
        for index in missing { try session.create(index) }
        try session.updateStatistics()
        return missing
    }

    /// The indexes that every warehouse has and this one lacks. Left out are those of empty tables, which are filled
    /// faster without, and those whose name a user gave to another object.
    private func missingIndexes() throws -> [TableIndex] {
        let there = try session.declaredIndexes()
        return try AllTables.indexes.filter { index in
            guard try !index.isOnRequest && !there.contains(index) && session.kind(of: index.name) == nil else {
                return false
            }
            return try session.boolean("SELECT EXISTS (SELECT 1 FROM \(session.dialect.table(index.table)))")
        }
    }

    /// Creates an index; see `Warehouse`.
    public func make(_ index: TableIndex) throws -> Bool {
        try withPlace {
            try inTransaction {
                if try session.declaredIndexes().contains(index) { return false }
                if let kind = try session.kind(of: index.name) {
                    throw WarehouseError.nameTaken(
                        location: location, kind: kind, name: index.name, by: "the index of that name")
                }
                try session.create(index)
                try session.updateStatistics()
                return true
            }
        }
    }

    /// Removes an index; see `Warehouse`.
    public func drop(_ index: TableIndex) throws -> Bool {
        try withPlace {
            try inTransaction {
                guard try session.declaredIndexes().contains(index) else { return false }
                try session.remove(index)
                return true
            }
        }
    }

    // MARK: Runs and transactions

    /// Begins a run; see `Warehouse`.
    public func beginRun(at now: Int64, as kind: RunKind) throws -> RunRecord {
        try session.takePlace(for: .run(kind))
        do {
            (arrivals, committedArrivals) = (Arrivals(), Arrivals())
            possibleKeys = [:]
            try begin()
            try session.checkAdditions()
            _ = try apply(Migrator(session: session), at: now)
            if try session.boolean(ledger.mayHavePutOffCures) { arrivals.addAll() }
            try session.run(ledger.markKilledRuns, [.text(RunRecord.killed)])
            let id = (try session.integer(ledger.lastRun) ?? 0) + 1
            if kind != .dryRun { try commit() }
            currentRun = id
            return RunRecord(id: id, startedAt: now, endedAt: nil, outcome: .running, counts: LineCounts())
        } catch {
            // The first error is the one to report.
            try? rollback()
            session.releasePlace()
            throw error
        }
    }

    /// Ends the run, and lets other processes become the writer.
    public func endRun() {
        session.willEndRun()
        currentRun = nil
        possibleKeys = [:]
        session.releasePlace()
    }

    /// Begins a transaction.
    public func begin() throws {
        siteChanges.removeAll()
        try session.begin()
    }

    /// Commits everything since `begin`, and makes it durable.
    public func commit() throws {
        try storeRejections()
        try session.checkFence()
        try session.commit()
        committedArrivals = arrivals
    }

    /// Rolls back everything since `begin`.
    public func rollback() throws {
        pendingRejections.removeAll()
        try session.rollback()
    }

    /// Whether the database can be used again after its connection was lost.
    public var canRecover: Bool { session.canRecover }

    /// Makes the warehouse usable again after an error; see `Warehouse`.
    public func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery {
        pendingRejections.removeAll()
        possibleKeys = [:]
        let outcome = try session.recover(isStopRequested: isStopRequested)
        if outcome == .committed { committedArrivals = arrivals } else { arrivals = committedArrivals }
        return outcome
    }

    /// Tells other processes that this one is still the writer.
    public func keepLock() throws { try session.keepPlace() }

    /// Runs `body` as the only writer. If this process was not the writer before, it stops being the writer afterwards.
    func withPlace<Answer>(_ body: () throws -> Answer) throws -> Answer {
        if session.isInPlace { return try body() }
        try session.takePlace(for: .change)
        defer { session.releasePlace() }
        return try body()
    }

    /// Runs `body` in its own transaction.
    func inTransaction<Answer>(_ body: () throws -> Answer) throws -> Answer {
        try begin()
        do {
            let answer = try body()
            try commit()
            return answer
        } catch {
            // The first error is the one to report.
            try? rollback()
            throw error
        }
    }

    /// The row count of each table.
    public func rowCounts() throws -> [(table: String, rows: Int64)] {
        try storeRejections()
        return try RowCounts(session).all()
    }

    // MARK: Merging

    /// Merges rows of a set into their table by the rules of its declaration.
    ///
    /// - Parameter order: the indices of the rows, in the order of their keys.
    func merge(_ rows: RowSet, _ order: [UInt32]) throws {
        guard !order.isEmpty else { return }
        let table = rows.table
        guard let statements = merges[table.name] else {
            preconditionFailure("the rows of \(table.name) are not merged")
        }
        try session.willChangeManyRows()
        try session.willLookUp(in: [table])
        let staged = StagedTable(table)
        defer { session.unstage(staged) }
        if let withdrawals = statements.withdrawals {
            try merge(rows, order, statements, withdrawals)
        } else {
            try upsert(rows, order, statements)
        }
        if table.name == MovieTables.moviePopularity.name { arrivals.add(movies: order.count) }
        if table.name == MartTables.movieDaily.name { try addStaleDays(of: rows, order) }
    }

    /// Merges rows none of which is a withdrawal, while no withdrawal is stored.
    private func upsert(_ rows: RowSet, _ order: [UInt32], _ statements: MergeStatements) throws {
        let order = try insertNew(rows, order)
        if order.isEmpty { return }
        let (table, packed) = (StagedTable(rows.table), PackedRows(rows, order: order))
        if try session.insertDirectly(packed, into: table, onlyIfEmpty: true) {
            var keys = PossibleKeys(rows.table)
            keys.insert(rows, order)
            possibleKeys[rows.table.name] = keys
            siteChanges.add(new: rows, order)
            return
        }
        try session.stage(packed, as: table)
        try noteSiteChanges(by: rows, order)
        try merge(packed.count, into: rows.table, by: statements.upsert, statements)
    }

    /// Runs a statement that merges staged rows.
    private func merge(_ staged: Int, into table: Table, by sql: String, _ statements: MergeStatements) throws {
        let changed = try session.run(sql, [])
        if changed < staged { try session.checkMerge(into: table, isLacking: statements.isLacking) }
    }

    /// Inserts those of the rows whose keys are certainly not stored, which is faster than to merge them.
    ///
    /// - Returns: the others.
    private func insertNew(_ rows: RowSet, _ order: [UInt32]) throws -> [UInt32] {
        let name = rows.table.name
        guard let (new, others) = possibleKeys[name]?.split(rows, order), !new.isEmpty else { return order }
        possibleKeys[name]?.insert(rows, new)
        let packed = PackedRows(rows, order: new)
        let isInserted = try session.insertDirectly(packed, into: StagedTable(rows.table), onlyIfEmpty: false)
        guard isInserted else { return order }
        siteChanges.add(new: rows, new)
        return others
    }

    /// Notes the days of rows of `movie_daily`.
    private func addStaleDays(of rows: RowSet, _ order: [UInt32]) throws {
        let day = rows.table.cells[rows.table.index(of: "day")]
        var days: Set<Int32> = []
        var last: Int32?
        for index in order {
            let next = Int32(truncatingIfNeeded: rows[Int(index)].integer(day))
            if next != last { days.insert(next) }
            last = next
        }
        try session.stage(days.sorted().lazy.map { [.date($0)] }, as: ListTables.days)
        try session.run(marts.addStaleDays, [])
    }

    /// Merges rows of a table whose entries can be withdrawn. There is one row a key: it is a withdrawal or it is not.
    private func merge(
        _ rows: RowSet, _ order: [UInt32], _ statements: MergeStatements,
        _ withdrawals: MergeStatements.Withdrawals
    ) throws {
        let staged = StagedTable(rows.table)
        let isWithdrawnBefore = try session.boolean(withdrawals.areThere)
        let withdrawn = order.filter { rows[Int($0)].isWithdrawn }
        if !withdrawn.isEmpty {
            try session.stage(PackedRows(rows, order: withdrawn), as: staged)
            try session.run(withdrawals.remember, [])
            try session.run(withdrawals.delete, [])
            try forget(withdrawals, staged: withdrawn.count)
        }
        defer { possibleKeys[rows.table.name]?.insert(rows, withdrawn) }
        var others = withdrawn.isEmpty ? order : order.filter { !rows[Int($0)].isWithdrawn }
        if !isWithdrawnBefore { return try upsert(rows, others, statements) }
        others = try insertNew(rows, others)
        if others.isEmpty { return }
        try session.stage(PackedRows(rows, order: others), as: staged)
        try merge(others.count, into: rows.table, by: statements.upsertUnlessWithdrawn, statements)
        if session.dialect.countsQuickly {
            try forget(withdrawals, staged: others.count)
        } else {
            try session.run(withdrawals.forgetBeatenByStaged, [])
        }
    }

    /// Deletes the withdrawals that rows of the table beat. Those can only be withdrawals with a staged key.
    private func forget(_ withdrawals: MergeStatements.Withdrawals, staged count: Int) throws {
        // Looks through the withdrawals or the staged rows, whichever are fewer, where it is cheap to know.
        let isFewer = try session.dialect.countsQuickly && (session.integer(withdrawals.count) ?? 0) <= count
        try session.run(isFewer ? withdrawals.forget : withdrawals.forgetOfStaged, [])
    }
}

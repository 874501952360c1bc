import Domain

/// Performs a load: asks its input for batches, tells `LoadMachine` of them, and performs the steps that it decides.
final class LoadRun {
    private let warehouse: any Warehouse
    private let input: any LoadInput
    private let stop: StopSignal
    private let retries: WarehouseRetries
    private let stages: StageTimes
    private let isDryRun: Bool
    private let isEndless: Bool
    private let wallClock: () -> Int64
    /// Called before the marts are brought up to date.
    private let willRefresh: (LineCounts) -> Void
    private let movies: MovieWork
    private let events: EventWork
    private let refused = RefusedLines()
    private var machine: LoadMachine
    /// The step that is being performed.
    private var current: LoadMachine.Step?
    /// Whether a transaction is open in the warehouse.
    private var isOpen: Bool
    /// Whether the program was asked to stop while the warehouse could not be used.
    private var isStoppedWithoutWarehouse = false
    private var ledger: SourceLedger
    /// The changes of checkpoints that the next `save` writes.
    private var pending = SourceLedger.Pending()
    private var movieBatch: MovieBatch?
    /// A batch that waits for the commit of the transaction that it did not fit into.
    private var waiting: LoadBatch?

    /// The counts of the run.
    private(set) var tally: RunTally
    /// How much was recomputed after the load.
    private(set) var refresh = RefreshReport()
    private var committedRefresh = RefreshReport()
    /// The row counts of the tables, one entry for each time that they were counted.
    private(set) var rowCounts: [[(table: String, rows: Int64)]] = []
    /// Why the run is stopped; nil when it is not.
    var stopReason: StopSignal.Reason? { machine.stopReason }

    /// Whether the marts may be out of date.
    var areMartsStale: Bool { machine.isStale }

    /// The counts that earlier runs have stored for a source that this run continues; nil when this run began it.
    func countsBefore(_ key: SourceLedger.Key) -> LineCounts? { ledger.counts(before: key) }

    /// A run that the warehouse has begun.
    init(
        _ record: RunRecord, plan: LoadPlan, input: any LoadInput, warehouse: any Warehouse, rawStore: (any RawStore)?,
        backups: [LineBackup] = [], retries: WarehouseRetries, stop: StopSignal, stages: StageTimes,
        wallClock: @escaping () -> Int64,
        willRefresh: @escaping (LineCounts) -> Void
    ) {
        self.warehouse = warehouse
        self.input = input
        self.retries = retries
        self.stop = stop
        self.stages = stages
        self.wallClock = wallClock
        self.willRefresh = willRefresh
        isDryRun = plan.isDryRun
        isEndless = plan.isEndless
        isOpen = plan.isDryRun
        // One thread puts movies, another one comments.
        let store = rawStore.map { Guarded($0) }
        movies = MovieWork(
            warehouse: warehouse, rawStore: store, refused: refused, backup: backups.first { $0.port == .movies })
        events = EventWork(
            warehouse: warehouse, rawStore: store, stages: stages, refused: refused,
            backup: backups.first { $0.port == .events })
        machine = LoadMachine(plan)
        ledger = SourceLedger(run: record.id)
        tally = RunTally(record)
    }

    /// Performs the run until it ends or is stopped.
    ///
    /// After an error that may be retried, what was not committed is read and loaded again.
    ///
    /// - Throws: the error of the input, the raw store or the warehouse. What was committed before stays. The run's row
    ///   gets the outcome `failed`, except when the error came from a commit, which may have succeeded all the same.
    func run() throws {
        defer { for port in SourcePort.allCases { input.close(port) } }
        do {
            try input.prepare()
            try receive(.started)
            while !machine.isFinished {
                // The stop signal is checked before the next batch is asked for, so that no batch has to be dropped.
                let isStopNew = stop.reason != nil && machine.stopReason == nil
                if let input = isStopNew ? .pause : try nextInput() { try receive(input) }
            }
            if isDryRun { tally.end(machine.stopReason == nil ? .completed : .stopped, at: wallClock()) }
        } catch {
            // The first error is the one to report. If the run's row cannot be written either, the next run marks this
            // one as interrupted.
            try? fail(because: error)
            throw error
        }
    }

    /// The next input for the machine; nil when the input failed and was made good.
    private func nextInput() throws -> LoadMachine.Input? {
        let arrival: LoadArrival
        do { arrival = try waiting.map { .batch($0) } ?? input.next() } catch {
            // The ports have to be opened again, also when no transaction is open.
            return try recover(from: error) ? .lost : nil
        }
        waiting = nil
        if case .batch(let batch) = arrival, !machine.takes(lines: batch.read) {
            waiting = batch
            return .full
        }
        switch arrival {
        case .batch(.movies(let batch)):
            movieBatch = batch
            return .movies(lines: batch.read)
        case .batch(.events(let batch)):
            events.hold(batch)
            return .events(lines: batch.read, weight: FlightBudget.weight(of: batch.chunk))
        case .pause:
            if !isOpen {
                do { try warehouse.keepLock() } catch { if try !makeGood(error) { return nil } }
            }
            return .pause
        case .heldBack: return .heldBack
        case .ended(let port): return .ended(port)
        }
    }

    /// Gives an input to the machine and performs the steps that it returns, until the machine waits for a batch.
    private func receive(_ first: LoadMachine.Input) throws {
        var next: LoadMachine.Input? = first
        while let input = next {
            next = try perform(machine.receive(input, at: StageTime.monotonicSeconds, stop: stop.reason))
        }
    }

    /// Performs steps, of which only the last one has an answer.
    ///
    /// - Returns: the next input for the machine, if there is one.
    private func perform(_ steps: [LoadMachine.Step]) throws -> LoadMachine.Input? {
        for step in steps {
            while true {
                current = step
                do {
                    if let answer = try perform(step) { return answer }
                    break
                } catch {
                    guard try makeGood(error) else {
                        return isStoppedWithoutWarehouse ? nil : error is RefusedRows ? .refused : .lost
                    }
                    // The transaction was committed, or none was open.
                    if step == .commit { return didCommit() }
                }
            }
        }
        current = nil
        return nil
    }

    private func fail(because error: any Error) throws {
        let steps = machine.fail(at: current)
        ledger.rollback()
        pending = SourceLedger.Pending()
        tally.fail(because: error)
        // A failure of these steps is not retried.
        for step in steps { _ = try perform(step) }
    }
}

// MARK: Retries

extension LoadRun {
    /// Makes the warehouse usable after an error of a step.
    ///
    /// - Returns: whether the run goes on where it is, since no transaction was open, or its commit succeeded after all.
    ///   When false, everything that was not committed is forgotten, and the machine has to be told (`.lost`), unless it
    ///   is finished because the program was asked to stop.
    /// - Throws: the error, or a later one, when it is not to be tried again.
    private func makeGood(_ error: any Error) throws -> Bool {
        // The transaction of a dry run cannot be repeated in part.
        if isDryRun { throw error }
        if let rows = error as? RefusedRows { return try makeGood(rows) }
        if error is BackupStopped {
            try stopWithoutBackup()
            return false
        }
        switch try retries.recover(from: error) {
        case .usable(.committed) where current == .commit: return true
        case .usable where !isOpen: return true
        case .usable: try forgetUncommitted(because: error)
        case .stopped: stopWithoutWarehouse()
        }
        return false
    }

    /// Rolls back after the warehouse did not take some rows, and notes them for the next reading.
    private func makeGood(_ rows: RefusedRows) throws -> Bool {
        // Without new ones, the next reading would end here again.
        guard refused.note(rows) else { throw rows.cause }
        do { _ = try warehouse.recover { [stop] in stop.reason != nil } } catch { return try makeGood(error) }
        try forgetUncommitted(because: rows)
        return false
    }

    /// Makes the warehouse usable after an error of the input, and forgets everything that was not committed.
    ///
    /// - Returns: false when the program was asked to stop meanwhile; the machine is finished then.
    private func recover(from error: any Error) throws -> Bool {
        if isDryRun { throw error }
        if case .stopped = try retries.recover(from: error) {
            stopWithoutWarehouse()
            return false
        }
        try forgetUncommitted(because: error)
        return true
    }

    private func stopWithoutWarehouse() {
        isStoppedWithoutWarehouse = true
        forgetUncommitted()
        tally.end(.stopped, at: wallClock())
        machine.stopWithoutWarehouse(stop.reason ?? .terminate)
    }

    /// Ends the run after its last commit, because the backup does not confirm what came after it.
    private func stopWithoutBackup() throws {
        try warehouse.rollback()
        stopWithoutWarehouse()
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: tally.run))
        try warehouse.commit()
    }

    private func forgetUncommitted(because error: any Error) throws {
        current = nil
        forgetUncommitted()
        try input.rollback(to: tally.run, because: error)
    }

    private func forgetUncommitted() {
        isOpen = false
        refused.didRollBack()
        movies.removeAll()
        events.removeAll()
        (movieBatch, waiting) = (nil, nil)
        ledger.rollback()
        pending = SourceLedger.Pending()
        tally.rollback()
        refresh = committedRefresh
    }
}

// MARK: Steps

extension LoadRun {
    /// Performs one step.
    ///
    /// - Returns: the answer for the machine, if the step has one.
    private func perform(_ step: LoadMachine.Step) throws -> LoadMachine.Input? {
        switch step {
        case .begin:
            try warehouse.begin()
            isOpen = true
        case .open(let port):
            // Who reads up to an end is told at once that the server is away, and can run the command again.
            if isEndless { try retries.open(source: { try input.open(port) }) } else { try input.open(port) }
        case .addMovies: return .added(try addMovies())
        case .insertEvents:
            try events.insert()
            retries.worked()
        case .settleEvents: events.settle()
        case .awaitSettled: return .settled(try countSettled())
        case .dropEvents: for _ in 0..<events.drop() { input.release(.events) }
        case .upsert:
            try events.upsert { try stages.measure(.movies, movies.upsert) }
            retries.worked()
            try refused.check()
            try movies.confirmBackup()
            try events.confirmBackup()
        case .cureRead: try stages.measure(.commit, cureRead)
        case .save(let outcome): try stages.measure(.commit) { try save(outcome) }
        case .commit:
            try stages.measure(.commit, warehouse.commit)
            return didCommit()
        case .rollback:
            try warehouse.rollback()
            isOpen = false
        case .close(let port): input.close(port)
        case .reenrichFacts:
            refresh.reenrichedFacts += try stages.measure(.marts, warehouse.reenrichFacts)
            return .done
        case .refreshMarts:
            willRefresh(tally.run.counts)
            let days = try stages.measure(.marts, warehouse.refreshMarts)
            refresh.refreshedDays += days.genre
            refresh.recountedDays += days.site
            return .done
        case .cureArrived:
            tally.cured += try stages.measure(.commit) { try warehouse.cureArrived(run: tally.run.id, isLast: true) }
            return .done
        case .countRows: rowCounts.append(try stages.measure(.count, warehouse.rowCounts))
        case .prepareForQuestions:
            _ = try stages.measure(.indexes, warehouse.prepareForQuestions)
            return .done
        }
        return nil
    }

    private func didCommit() -> LoadMachine.Input {
        isOpen = false
        retries.succeeded()
        tally.didCommit()
        committedRefresh = refresh
        refused.didCommit()
        movies.didCommit()
        events.didCommit()
        let positions = ledger.didCommit()
        input.committed(positions)
        return .committed
    }

    private func addMovies() throws -> LoadMachine.Growth {
        guard let batch = movieBatch else { return LoadMachine.Growth() }
        movieBatch = nil
        let added = try stages.measure(.movies) { try movies.add(batch) }
        if added.replacesMovies { events.forgetMovies() }
        let kept = try count(batch.chunk, added.counts, batch.rejections, batch.warningTally)
        input.release(.movies)
        return LoadMachine.Growth(
            keptBytes: kept + keptBytes(added.longDocuments), mergedBytes: movies.mergedBytes)
    }

    private func countSettled() throws -> LoadMachine.Growth {
        var growth = LoadMachine.Growth()
        for settled in try events.settled() {
            let batch = settled.batch
            tally.add(batch.misplaced)
            growth.keptBytes += try count(batch.chunk, settled.counts, batch.rejections, batch.warningTally)
            growth.keptBytes += keptBytes(batch.longBodies)
            input.release(.events)
        }
        growth.mergedBytes = events.mergedBytes
        return growth
    }

    /// Adds a settled chunk to the counts, the quarantine and the ledger.
    ///
    /// - Returns: the size in bytes of the lines that the transaction stores as they came.
    private func count(
        _ chunk: LineChunk, _ counts: LineCounts, _ rejections: [Rejection], _ warnings: WarningTally
    ) throws -> Int {
        tally.add(counts, rejections, warnings)
        let kept = try input.settle(rejections, of: chunk, run: tally.run)
        let early = ledger.add(chunk, counts: counts)
        if !early.isEmpty, !isDryRun {
            var changes = LedgerChanges(run: tally.run)
            changes.checkpoints = early
            try warehouse.save(changes)
        }
        input.didCount(chunk, counts, total: tally.run.counts)
        return kept
    }

    private func keptBytes(_ lengths: [Int]) -> Int { lengths.reduce(0) { $0 + $1 + LoadRun.keptOverhead } }

    /// The approximate bytes that a stored line needs beside its own: for its message, names and index.
    static let keptOverhead = 320

    private func cureRead() throws {
        tally.cured += try warehouse.cureArrived(run: tally.run.id, isLast: false)
        pending = ledger.pending()
        for reading in pending.readings {
            tally.cured += try warehouse.cureRejected(
                ofSource: reading.source, port: reading.port, before: reading.firstRun, run: tally.run.id)
        }
    }

    private func save(_ outcome: RunOutcome) throws {
        if outcome != .running { tally.end(outcome, at: wallClock()) }
        var changes = LedgerChanges(run: tally.run)
        changes.checkpoints = pending.checkpoints
        changes.renames = pending.renames
        pending = SourceLedger.Pending()
        try warehouse.save(changes)
    }
}

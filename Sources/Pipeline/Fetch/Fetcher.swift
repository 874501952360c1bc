import Domain
import Logging

/// Fetches movie documents from a service into a dated snapshot. A fetch that was killed goes on where it was when the same
/// one is run again.
///
///     let fetcher = try Fetcher(from: service, to: store, rawStore: nil, options: options, clock: { seconds })
///     let report = try fetcher.run()
///     print(report.documents, report.gone, report.failed)
public final class Fetcher {
    let service: any MovieService
    let store: any FetchStore
    let rawStore: (any RawStore)?
    let backup: LineBackup?
    let options: FetchOptions
    let stop: StopSignal
    let logger: Logger
    let clock: () -> Double
    let progress: (FetchProgress) -> Void
    let inspector: DocumentInspector
    var report: FetchReport
    var plan: FetchPlan
    /// Whether there is something that a resume can go on with.
    private var hasKept = false
    private let line = RestoredLine()

    /// - Parameters:
    ///   - rawStore: where documents and posters are put too, and where `--refresh-older-than` looks; nil for nowhere.
    ///   - backup: where documents are sent to; nil for nowhere.
    ///   - clock: seconds since a fixed moment.
    ///   - progress: called often, on the thread that calls `run`.
    /// - Throws: `OutOfMemory`.
    public init(
        from service: any MovieService, to store: any FetchStore,
        rawStore: (any RawStore)? = nil, backup: LineBackup? = nil, options: FetchOptions,
        stop: StopSignal = StopSignal(), logger: Logger = .silent, clock: @escaping () -> Double,
        progress: @escaping (FetchProgress) -> Void = { _ in }
    ) throws {
        self.service = service
        self.store = store
        self.rawStore = rawStore
        self.backup = backup
        self.options = options
        self.stop = stop
        self.logger = logger
        self.clock = clock
        self.progress = progress
        inspector = try DocumentInspector()
        report = FetchReport(day: options.day)
        plan = FetchPlan(key: options.key, arguments: options.arguments, day: options.day, started: options.now)
    }

    /// Fetches. Called once.
    ///
    /// - Throws: `FetchError`; the errors of the service, the store, the raw store and the backup. What was kept stays, but
    ///   for an error of the service where nothing was fetched yet.
    public func run() throws -> FetchReport {
        let start = clock()
        defer {
            service.close()
            backup?.close()
        }
        do {
            try fetch()
        } catch let stopped as FetchStopped {
            report.stopReason = stopped.reason
            try forgetNothing()
        } catch is BackupStopped {
            report.stopReason = stop.reason
        } catch {
            try? forgetNothing()
            throw error
        }
        report.backup = backup?.result
        report.seconds = clock() - start
        return report
    }

    /// Removes the plan of a fetch that has nothing yet, so that the next call has a date of its own.
    private func forgetNothing() throws {
        if !hasKept, store.plan != nil { try store.end() }
    }

    private func fetch() throws {
        if !options.isAgain, store.plan == nil, let (_, text) = try store.complete(day: options.day) {
            FetchManifest.read(text, into: &report)
            report.wasComplete = true
            return try fetchPosters(paths: [])
        }
        hasKept = try !options.isAgain && store.plan != nil && (store.ids() != nil || !store.pages().isEmpty)
        if hasKept, let unfinished = store.plan {
            plan = unfinished
            report.day = plan.day
            if plan.day != options.day {
                logger.warning(
                    "going on with the fetch of \(CivilDate.text(ofDay: plan.day)); --again begins a new one")
            }
        } else {
            try store.begin(plan)
        }
        let isSealed = try resumeSealed()
        var records = try store.records()
        if !isSealed {
            let ids = try store.ids() ?? listIDs()
            report.ids = Int64(ids.count)
            if ids.isEmpty { return try store.end() }
            report.resumed = Int64(records.count)
            try fetchMovies(ids, &records)
        }
        records.sort { $0.index < $1.index }
        if isSealed { try publish(records) } else { try finish(records) }
        try fetchPosters(paths: store.posterPaths())
        try store.end()
    }

    /// Whether the fetch was killed after its snapshot was whole.
    private func resumeSealed() throws -> Bool {
        guard let text = try store.sealed() else { return false }
        FetchManifest.read(text, into: &report)
        return true
    }

    // MARK: The list

    private func listIDs() throws -> [Int64] {
        let selection = options.selection
        var ids = selection.listed.union(selection.ids)
        var plans: [ListPlan] = []
        if let pages = selection.popularPages { plans.append(.popular(pages: pages)) }
        if let years = selection.years { plans.append(.released(years: years)) }
        if let first = selection.changedSince { plans.append(.changed(since: first, until: plan.day)) }
        for list in plans { ids.formUnion(try listPages(list)) }
        if selection.isAll {
            try listAll(isAdult: false, into: &ids)
            if selection.includesAdult { try listAll(isAdult: true, into: &ids) }
        }
        if let days = selection.refreshDays { try addOld(days, to: &ids) }
        let named = Set(selection.ids)
        // What is gone is asked again after some weeks, since it may have been merged and split again.
        try store.forEachSeen { movie in
            guard movie.gone != nil, movie.asked > plan.day - FetchOptions.goneDays, !named.contains(movie.movieID),
                ids.remove(movie.movieID) != nil
            else { return }
            report.leftOut += 1
        }
        let sorted = ids.sorted()
        if !sorted.isEmpty { try store.fix(ids: sorted) }
        return sorted
    }

    private func listPages(_ first: ListPlan) throws -> Set<Int64> {
        var list = first
        var kept = try store.pages()
        var wanted: [MovieQuestion] = []
        func takeKept() {
            while let question = list.next() {
                guard case .page(let movies, let number) = question else { continue }
                if let page = kept.removeValue(forKey: AskLoop.name(question)) {
                    list.take(movies, number: number, ids: page.ids, pages: page.pages)
                } else {
                    wanted.append(question)
                }
            }
        }
        takeKept()
        let loop = AskLoop(service, limits: options.limits, stop: stop, logger: logger, clock: clock)
        var done: Int64 = 0
        try loop.run(wanted) { question, answer in
            guard case .page(let movies, let number) = question, case .page(let ids, let pages) = answer else {
                return ("it is no page of a list", [])
            }
            try store.keep(page: AskLoop.name(question), ids: ids, pages: pages)
            hasKept = true
            list.take(movies, number: number, ids: ids, pages: pages)
            done += 1
            wanted = []
            takeKept()
            return (nil, wanted)
        } tell: {
            tell(.listing, done: done, total: nil, loop)
        }
        add(loop)
        if let failure = loop.failures.first {
            throw FetchError.listFailed(what: AskLoop.name(failure.question), words: failure.words)
        }
        report.cutLists += list.cut.map { AskLoop.name(.page($0, number: 1)) }
        return list.ids
    }

    /// Adds the ids of the newest daily file. That of a day is whole only from about 08:00 UTC.
    private func listAll(isAdult: Bool, into ids: inout Set<Int64>) throws {
        let hour = (options.now / 3_600_000) % 24
        var day = CivilDate.day(ofMilliseconds: options.now) - (hour < 8 ? 1 : 0)
        for _ in 1...4 {
            let loop = AskLoop(service, limits: options.limits, stop: stop, logger: logger, clock: clock)
            var file: [UInt8]?
            try loop.run([.allIDs(day: day, isAdult: isAdult)]) { _, answer in
                if case .content(let bytes) = answer { file = bytes }
                return (nil, [])
            } tell: {
                tell(.listing, done: 0, total: nil, loop)
            }
            add(loop)
            if let failure = loop.failures.first {
                throw FetchError.listFailed(what: AskLoop.name(failure.question), words: failure.words)
            }
            if let file { return try addLines(of: file, of: .allIDs(day: day, isAdult: isAdult), to: &ids) }
            day -= 1
        }
        throw FetchError.listFailed(
            what: AskLoop.name(.allIDs(day: day + 4, isAdult: isAdult)), words: "there is none of the last four days")
    }

    /// Adds the ids of the daily file, which comes whole or not at all.
    private func addLines(of file: [UInt8], of question: MovieQuestion, to ids: inout Set<Int64>) throws {
        do {
            let lines = try IDLines(leastPopularity: options.selection.leastPopularity).read(
                store.lines(of: file), into: &ids)
            if lines == 0 { throw FetchError.listFailed(what: AskLoop.name(question), words: "it has no ids") }
        } catch FetchError.unreadableList(_, let why) {
            throw FetchError.listFailed(what: AskLoop.name(question), words: why)
        } catch FetchError.noID(_, let line) {
            throw FetchError.listFailed(what: AskLoop.name(question), words: "its line \(line) has no id of a movie")
        }
    }

    /// Adds the movies of the raw store that were not seen for so many days.
    private func addOld(_ days: Int32, to ids: inout Set<Int64>) throws {
        guard let rawStore else { return }
        let last = plan.day - days
        var (all, old): (Set<Int64>, Set<Int64>) = ([], [])
        try rawStore.forEachMovie { movie in
            all.insert(movie.movieID)
            if movie.rank.snapshotDay <= last { old.insert(movie.movieID) }
        }
        // A replay from the raw store gives its documents a later date, although nobody asked the service.
        try store.forEachSeen { movie in
            if movie.asked > last {
                old.remove(movie.movieID)
            } else if all.contains(movie.movieID) {
                old.insert(movie.movieID)
            }
        }
        ids.formUnion(old)
    }

    // MARK: Documents

    private func fetchMovies(_ ids: [Int64], _ records: inout [FetchRecord]) throws {
        var isDone = [Bool](repeating: false, count: ids.count)
        for record in records { isDone[record.index] = true }
        let missing = ids.indices.filter { !isDone[$0] }
        var index: [Int64: Int] = [:]
        for place in missing { index[ids[place]] = place }
        let loop = AskLoop(service, limits: options.limits, stop: stop, logger: logger, clock: clock)
        defer { add(loop) }
        try loop.run(missing.map { .movie(ids[$0]) }) { question, answer in
            guard case .movie(let id) = question, let place = index[id] else { return (nil, []) }
            switch answer {
            case .content(let bytes):
                do { records.append(try keep(bytes, movieID: id, index: place)) } catch let fault as DocumentFault {
                    return (fault.words, [])
                }
            case .absent:
                hasKept = true
                let record = FetchRecord(index: place, movieID: id, outcome: .gone)
                try store.keep(record, posterPath: nil, document: UnsafeRawBufferPointer(start: nil, count: 0))
                records.append(record)
            default: return ("it is no document", [])
            }
            return (nil, [])
        } tell: {
            tell(.fetching, done: Int64(records.count), total: Int64(ids.count), loop)
        }
        for failure in loop.failures {
            guard case .movie(let id) = failure.question else { continue }
            report.failed += 1
            if report.failures.count < FetchReport.mostFailures { report.failures.append((id, failure.words)) }
            failedIDs.append(id)
        }
        failedIDs.sort()
    }

    /// The movies that failed.
    private(set) var failedIDs: [Int64] = []

    private func keep(_ bytes: [UInt8], movieID: Int64, index: Int) throws -> FetchRecord {
        let document = try inspector.inspect(bytes, asked: movieID, day: nil)
        let record = FetchRecord(
            index: index, movieID: movieID, outcome: .document, fingerprint: document.fingerprint)
        try bytes.withUnsafeBytes { body in
            guard let text = line.of(body) else { throw DocumentFault.noMovie("it has a line feed within a text") }
            try store.keep(record, posterPath: document.posterPath, document: text)
            hasKept = true
        }
        return record
    }

    // MARK: Counting

    func add(_ loop: AskLoop) {
        report.requests += loop.requests
        report.retries += loop.retries
    }

    func tell(_ phase: FetchProgress.Phase, done: Int64, total: Int64?, _ loop: AskLoop?) {
        progress(
            FetchProgress(
                phase: phase, done: done, total: total, retries: report.retries + (loop?.retries ?? 0),
                failures: report.failed + Int64(loop?.failures.count ?? 0)))
    }
}

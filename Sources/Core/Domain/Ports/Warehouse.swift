/// The columns that a fact copies from its movie.
public struct MovieEnrichment: Sendable, Equatable {
    /// The movie.
    public var movieID: Int64
    /// The release date as days since 1970-01-01, or nil.
    public var releaseDay: Int32?
    /// The year of the release date, or nil.
    public var releaseYear: Int32?
    /// The first genre, or nil.
    public var primaryGenreID: Int64?

    /// The enrichment of a movie's facts.
    public init(movieID: Int64, releaseDay: Int32?, releaseYear: Int32?, primaryGenreID: Int64?) {
        self.movieID = movieID
        self.releaseDay = releaseDay
        self.releaseYear = releaseYear
        self.primaryGenreID = primaryGenreID
    }
}

/// The ranks in the warehouse that a movie document is compared with.
public struct StoredRanks: Sendable, Equatable {
    /// The rank of the row of `movie_popularity` with the document's movie and snapshot date; nil when there is none.
    public var snapshot: MovieRank?
    /// The rank of the document that the movie's rows come from; nil when the warehouse does not have the movie.
    public var movie: MovieRank?

    /// Ranks; none by default.
    public init(snapshot: MovieRank? = nil, movie: MovieRank? = nil) {
        self.snapshot = snapshot
        self.movie = movie
    }
}

/// How much a run recomputed after it had loaded its lines.
public struct RefreshReport: Sendable, Equatable {
    /// Facts that were enriched again because their movie arrived or changed.
    public var reenrichedFacts: Int64 = 0
    /// Days of genre_daily that were computed again.
    public var refreshedDays: Int64 = 0
    /// Days of site_daily whose active users were counted again.
    public var recountedDays: Int64 = 0

    /// Nothing done.
    public init() {}
}

/// How many days of the marts a refresh computed again.
public struct RefreshedDays: Sendable, Equatable {
    /// Days of genre_daily.
    public var genre: Int64
    /// Days of site_daily whose active users were counted.
    public var site: Int64

    /// Numbers of days; none by default.
    public init(genre: Int64 = 0, site: Int64 = 0) {
        self.genre = genre
        self.site = site
    }
}

/// What became of a transaction during which the warehouse failed; see `Warehouse.recover`.
public enum Recovery: Sendable, Equatable {
    /// It was rolled back: nothing of it is in the warehouse.
    case rolledBack
    /// It was committed: only the answer to the commit was lost.
    case committed
}

/// The writing side of the warehouse port: a star schema that clean rows go into. Used by one thread at a time.
///
/// Every backend promises:
/// * Everything between `begin` and `commit` becomes visible at once or not at all: rows, counts and positions.
/// * What was committed survives a crash of the program.
/// * Only one run writes at a time.
///
/// The calls of a run, which `LoadRun` makes:
///
///     let run = try warehouse.beginRun(at: now, as: .bounded)
///     defer { warehouse.endRun() }
///     try warehouse.begin()
///     try warehouse.insertFacts(group)
///     try warehouse.merge(ratings)
///     try warehouse.save(LedgerChanges(run: run, checkpoints: [checkpoint]))
///     try warehouse.commit()
public protocol Warehouse: AnyObject {
    /// The warehouse's location, without a password.
    var location: String { get }

    /// Brings the schema up to date.
    ///
    /// - Parameter now: milliseconds since 1970, stored in `schema_migration`.
    /// - Returns: the names of the migrations that this call applied.
    func migrate(at now: Int64) throws -> [String]

    /// Begins a run: acquires the writer's lock, brings the schema up to date, marks runs that were killed as
    /// interrupted and inserts the row of this run, in one transaction.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - kind: what the run is. A dry run leaves no change behind, not even those of this call: its transaction is
    ///     still open when this returns, and `rollback` ends it.
    /// - Throws: an error of kind `.inUse` when another run is writing. After any error the lock is released already,
    ///   and `endRun` must not be called.
    func beginRun(at now: Int64, as kind: RunKind) throws -> RunRecord

    /// Calls `body` with each source of a port that is in the ledger, and with the earlier states of sources that have
    /// grown since (`KnownSource.isOutgrown`).
    func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws

    /// The last run that ended as it was meant to (`RunOutcome.isOrderly`); 0 when none did.
    func lastOrderlyRun() throws -> Int64

    /// Begins a transaction.
    func begin() throws
    /// Makes everything since `begin` visible and durable.
    func commit() throws
    /// Undoes everything since `begin`.
    func rollback() throws

    /// Whether `recover` can make this warehouse usable again.
    var canRecover: Bool { get }
    /// Makes the warehouse usable again after an error that may be retried (`ReportedError.mayRetry`): ends the
    /// transaction that was open, connects anew if the connection is lost, and finds out what became of a commit that
    /// got no answer. No transaction is open afterwards, and the run still has the writer's lock.
    ///
    /// - Parameter isStopRequested: whether the program is asked to stop; called while the server is waited for.
    /// - Throws: the error that keeps it from being usable. It may be called again if that may be retried.
    func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery
    /// Tells other runs that this one still has the writer's lock. Called often while no transaction is open and the
    /// sources have nothing to load. A warehouse whose lock does not expire does nothing.
    func keepLock() throws

    /// The enrichment of the facts of some movies, in any order; movies that the warehouse does not have are left out.
    ///
    /// - Parameter ids: the movies, each at most once.
    func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment]
    /// Inserts a group's events into `fact_user_event` and `watch_history`. In the group it marks each event whose
    /// identity the warehouse has already, as a duplicate or a conflict.
    func insertFacts(_ group: EventGroup) throws
    /// Upserts rows into their table by the merge rules that the table declares.
    func merge(_ rows: MergeTable) throws
    /// Adds to the days of `site_daily`: these sums, and what they gain by the users and sessions that were merged in the
    /// transaction before. Called once after those, whether or not there are days.
    func merge(_ days: SiteDays) throws

    /// The stored ranks that some documents are compared with: one a document, in the order of the documents.
    func ranks(of documents: [MovieDocument]) throws -> [StoredRanks]
    /// Replaces all rows of some movies by the rows of the documents. There is at most one document a movie.
    func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws

    /// Puts lines into quarantine, each once by (source, line, rule, raw). A line that is there already becomes open
    /// again, and its `last_run_id` becomes this run.
    func quarantine(_ rejections: [Rejection], run: Int64) throws
    /// One page of the matching lines in quarantine; see `WarehouseReader.rejected`.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord]
    /// Gives lines in quarantine the rules and messages that apply to them now, one after the other. If the same line is
    /// in quarantine for that rule too, the two rows become one, which is open if either of them was.
    func replaceRejected(_ replacements: [(id: Int64, rejection: Rejection)], run: Int64) throws
    /// Counts, by rule, the lines that a run rejected again without a change to their rows in quarantine.
    func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws
    /// Marks open lines in quarantine as cured by a run.
    func cureRejected(_ ids: [Int64], run: Int64) throws
    /// Marks open lines of a source as cured after the whole source was read: those that this reading did not find,
    /// that is, whose `last_run_id` is less than `firstRun`.
    ///
    /// - Parameter firstRun: the run in which the reading of the source began.
    /// - Returns: how many lines were cured.
    func cureRejected(ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64) throws
        -> Int64
    /// Marks open lines as cured whose event, or whose movie on its snapshot date, is in the warehouse now. Only what
    /// came into the quarantine or into the warehouse since the last call is looked at.
    ///
    /// - Parameter isLast: whether this is the last call of the run. An earlier call may leave work to a later one.
    /// - Returns: how many lines were cured.
    func cureArrived(run: Int64, isLast: Bool) throws -> Int64
    /// Deletes the matching lines from the quarantine, and counts them in `load_dropped` by the run that put them
    /// there, source and rule.
    ///
    /// - Parameter now: milliseconds since 1970, stored in `load_dropped`.
    /// - Returns: the number of dropped lines by rule and source, the largest number first.
    func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount]
    /// Writes the run's row and the checkpoints of its sources.
    func save(_ changes: LedgerChanges) throws

    /// Enriches the facts of the movies that arrived or changed since the last call.
    ///
    /// - Returns: how many facts changed.
    func reenrichFacts() throws -> Int64
    /// Brings the marts up to date, and stores in `load_mart_refresh` the number of the run that has begun.
    ///
    /// - Returns: how many days were computed again.
    func refreshMarts() throws -> RefreshedDays
    /// The number of rows of each table.
    func rowCounts() throws -> [(table: String, rows: Int64)]
    /// Makes the indexes that every warehouse has and that are missing on tables with rows, and updates the statistics of
    /// the database's query planner. Called in the last transaction of a run. An empty table gets its indexes when it has
    /// been filled.
    ///
    /// - Returns: the indexes that this call made.
    @discardableResult
    func prepareForQuestions() throws -> [TableIndex]
    /// Makes an index in a transaction of its own; not called during a run. Later runs keep it up to date.
    ///
    /// - Returns: true when this call made it, false when it existed before.
    func make(_ index: TableIndex) throws -> Bool
    /// Removes an index in a transaction of its own; not called during a run.
    ///
    /// - Returns: whether it existed.
    func drop(_ index: TableIndex) throws -> Bool
    /// Releases the writer's lock. Called once at the end of a run, also after an error.
    func endRun()
}

extension Warehouse {
    /// False by default.
    public var canRecover: Bool { false }
    /// Rolls back by default.
    public func recover(isStopRequested: @escaping @Sendable () -> Bool) throws -> Recovery {
        try rollback()
        return .rolledBack
    }
    /// Does nothing by default.
    public func keepLock() throws {}
}

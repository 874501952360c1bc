/// What the facts of a movie carry of it.
public struct MovieEnrichment: Sendable, Equatable {
    /// The movie.
    public var movieID: Int64
    /// The release date as days since 1970-01-01, or nil.
    public var releaseDay: Int32?
    /// The year of the release date, or nil.
    public var releaseYear: Int32?
    /// The first genre, or nil.
    public var primaryGenreID: Int64?

    /// What the facts of a movie carry of it.
    public init(movieID: Int64, releaseDay: Int32?, releaseYear: Int32?, primaryGenreID: Int64?) {
        self.movieID = movieID
        self.releaseDay = releaseDay
        self.releaseYear = releaseYear
        self.primaryGenreID = primaryGenreID
    }
}

/// The ranks that a document is compared with, as the warehouse has them.
public struct StoredRanks: Sendable, Equatable {
    /// The rank of the row of `movie_popularity` of the document's movie and snapshot date; nil when there is none.
    public var snapshot: MovieRank?
    /// The rank of the document that the movie's rows come from; nil when the movie is not there.
    public var movie: MovieRank?

    /// Ranks; none unless told.
    public init(snapshot: MovieRank? = nil, movie: MovieRank? = nil) {
        self.snapshot = snapshot
        self.movie = movie
    }
}

/// What followed from what a run loaded.
public struct RefreshReport: Sendable, Equatable {
    /// Facts that were enriched anew because their movie came or changed.
    public var reenrichedFacts: Int64 = 0
    /// Days of genre_daily that were computed anew.
    public var refreshedDays: Int64 = 0

    /// Nothing done.
    public init() {}
}

/// The warehouse port, its writing side: a star schema that clean rows go into. Used by one thread at a time.
///
/// What every backend promises: all between `begin` and `commit` becomes visible at once or not at all, with the
/// position it came from; what was committed survives a crash of the program; only one writer is in at a time.
public protocol Warehouse: AnyObject {
    /// Where it is, without a password.
    var location: String { get }

    /// Brings the schema up to date.
    ///
    /// - Parameter now: milliseconds since 1970, for the record.
    /// - Returns: the names of the migrations that were applied now.
    func migrate(at now: Int64) throws -> [String]

    /// Begins a run: takes the writer's place, brings the schema up to date, and marks runs that were killed as
    /// interrupted, in one transaction.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - kind: what the run is. Of a dry run nothing is to stay, this included: the transaction is open then when this
    ///     returns, for `rollback` to end.
    /// - Throws: an error that says so when another run is in. What was taken here is given up then, and `endRun` is
    ///   not to be called.
    func beginRun(at now: Int64, as kind: RunKind) throws -> RunRecord

    /// Gives what is known of all sources of a port, and what those that grew were before.
    func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws

    /// Begins a transaction.
    func begin() throws
    /// Makes all since `begin` visible and durable.
    func commit() throws
    /// Forgets all since `begin`.
    func rollback() throws

    /// What the facts of some movies carry, in any order; movies that the warehouse does not have are left out.
    ///
    /// - Parameter ids: each once.
    func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment]
    /// Inserts a group's events into `fact_user_event` and `watch_history`, and marks those whose identity stands.
    func insertFacts(_ group: EventGroup) throws
    /// Merges rows into their table, as it declares.
    func merge(_ rows: MergeTable) throws

    /// The ranks that some documents are compared with: one answer a document, in their order.
    func ranks(of documents: [MovieDocument]) throws -> [StoredRanks]
    /// Replaces all rows of some documents' movies by those of the documents, one a movie.
    func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws

    /// Puts lines into quarantine, each once by (source, line, rule, raw); one that is there already is found again by
    /// this run, and open again.
    func quarantine(_ rejections: [Rejection], run: Int64) throws
    /// Lines in quarantine in the order of their numbers, from the one after `id`: at most `limit`, fewer where they
    /// are long, none when there are no more.
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord]
    /// Gives a line in quarantine the rule and message that apply to it now. Where it is in quarantine for that rule
    /// already, it is there once, and open if one of the two was.
    func replaceRejected(_ id: Int64, by rejection: Rejection, run: Int64) throws
    /// Notes that a run rejected lines that are in quarantine already, and stay as they are.
    func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws
    /// Marks open lines in quarantine as cured by a run.
    func cureRejected(_ ids: [Int64], run: Int64) throws
    /// Marks as cured what a reading of a source from its start to its end did not find: the open lines of that source
    /// that were found last before the reading began.
    ///
    /// - Parameter firstRun: the run in which the reading began.
    /// - Returns: how many lines.
    func cureRejected(ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64) throws
        -> Int64
    /// Marks as cured the open lines whose event, or whose movie on its snapshot date, is in the warehouse now, of those
    /// that came into the quarantine or into the warehouse since this was last done.
    ///
    /// - Parameter isLast: whether the run ends; before that it may be put off where it would take long.
    /// - Returns: how many lines.
    func cureArrived(run: Int64, isLast: Bool) throws -> Int64
    /// Takes lines out of quarantine, and keeps their number by the run that put them there, source and rule.
    ///
    /// - Parameter now: milliseconds since 1970, for the record.
    /// - Returns: what was dropped, by rule and source, the most first.
    func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount]
    /// Writes a run's row, and how far sources are loaded.
    func save(_ changes: LedgerChanges) throws

    /// Enriches anew the facts of movies that came or changed since this was last done.
    ///
    /// - Returns: how many facts.
    func reenrichFacts() throws -> Int64
    /// Brings the marts up to date, and remembers that they are as of the run that has begun.
    ///
    /// - Returns: how many days of genre_daily were computed anew.
    func refreshMarts() throws -> Int64
    /// How many rows each table has, by its name.
    func rowCounts() throws -> [(table: String, rows: Int64)]
    /// Makes the indexes that every warehouse has and this one lacks, and brings up to date what the database knows of
    /// its tables to plan questions by. Called in the last transaction of a run.
    ///
    /// - Returns: the indexes that were made.
    @discardableResult
    func prepareForQuestions() throws -> [TableIndex]
    /// Makes an index, in a transaction of its own and not during a run; later runs keep it up.
    ///
    /// - Returns: whether it was not there.
    func make(_ index: TableIndex) throws -> Bool
    /// Removes an index, in a transaction of its own and not during a run.
    ///
    /// - Returns: whether it was there.
    func drop(_ index: TableIndex) throws -> Bool
    /// Gives up the writer's place. Called once at the end, also after an error.
    func endRun()
}

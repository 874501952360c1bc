/// What a fact carries of its movie.
public struct MovieEnrichment: Sendable, Equatable {
    /// The release date as days since 1970-01-01, or nil.
    public var releaseDay: Int32?
    /// The first genre, or nil.
    public var primaryGenreID: Int64?

    /// What a fact carries of its movie.
    public init(releaseDay: Int32?, primaryGenreID: Int64?) {
        self.releaseDay = releaseDay
        self.primaryGenreID = primaryGenreID
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

/// The port that clean rows leave by: a star-schema warehouse. Used by one thread at a time.
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
    ///   - isDryRun: whether nothing of the run is to stay, this included: the transaction is open then when this
    ///     returns, for `rollback` to end.
    /// - Throws: an error that says so when another run is in. What was taken here is given up then, and `endRun` is
    ///   not to be called.
    func beginRun(at now: Int64, isDryRun: Bool) throws -> RunRecord

    /// How far a source is loaded, or nil when nothing of it is.
    func checkpoint(of identity: SourceIdentity) throws -> Checkpoint?
    /// Gives what is known of all sources of a port, and what those that grew were before.
    func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws

    /// Begins a transaction.
    func begin() throws
    /// Makes all since `begin` visible and durable.
    func commit() throws
    /// Forgets all since `begin`.
    func rollback() throws

    /// What the facts of a movie carry, or nil when the warehouse does not have it.
    func enrichment(ofMovie id: Int64) throws -> MovieEnrichment?
    /// Inserts a group's events into `fact_user_event` and `watch_history`, and marks those whose identity stands.
    func insertFacts(_ group: EventGroup) throws
    /// Merges rows into their table, as it declares.
    func merge(_ rows: MergeTable) throws

    /// The greatest rank of a movie's documents of one snapshot date, or nil when there is none.
    func movieRank(of movieID: Int64, snapshotDay: Int32) throws -> MovieRank?
    /// The rank of the document that a movie's rows come from, or nil when the movie is not there.
    func movieRank(of movieID: Int64) throws -> MovieRank?
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
    /// Writes how far a source is loaded.
    ///
    /// - Parameter previous: what the source was known by when less of it was read: that row goes. Where it was loaded
    ///   whole and has grown, an equal source stays known as loaded.
    func save(_ checkpoint: Checkpoint, replacing previous: SourceIdentity?, run: Int64) throws
    /// Gives a source that was loaded the name that it has now; nothing else of its row changes.
    func rename(_ identity: SourceIdentity, to name: String) throws
    /// Writes a run's row.
    func save(_ run: RunRecord) throws

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

/// Why a warehouse cannot be used.
public enum WarehouseError: Error, CustomStringConvertible, Sendable {
    /// Another run is writing.
    case inUse(path: String)
    /// The first load is under way, and nothing can be read until it ends; so many bytes are written.
    case firstLoad(path: String, bytes: Int64)
    /// The file cannot be opened.
    case notAFile(path: String, reason: String)
    /// There is none yet.
    case notThere(path: String)
    /// It may not be read.
    case notReadable(path: String, reason: String)
    /// What is there is something else, which was left as it is; `what` follows "it is".
    case foreign(path: String, what: String)
    /// The file has several names (hard links), each of which would have a log of its own.
    case severalNames(path: String, other: String)
    /// A part of it is in its log, which cannot be read without writing beside it.
    case logNotReadable(path: String)
    /// What a load that was cut off has to undo is beside it, which cannot be done without writing.
    case journalNotReadable(path: String)
    /// A file beside it belongs to another user, and may not be written to.
    case fileOfAnother(path: String, owner: String, hasRows: Bool)
    /// It was written to while it was read in a way that needs it to stay as it is.
    case changedMeanwhile(path: String)
    /// A name that an update of the schema or an index needs belongs to something that a person made.
    case nameTaken(path: String, kind: String, name: String, by: String)
    /// A trigger that a person made would leave rows out.
    case triggerLeavesOut(path: String, trigger: String, table: String)
    /// A query would change something, or has more than one statement.
    case notReadOnly
    /// The warehouse was written by a newer version.
    case newerSchema(path: String, version: Int, known: Int)

    /// Whether there is nothing to read until the first load ends.
    public var isFirstLoad: Bool {
        if case .firstLoad = self { return true }
        return false
    }

    /// What happened, for a person.
    public var description: String {
        switch self {
        case .inUse(let path): "the warehouse \(path) is in use by another run"
        case .firstLoad(let path, let bytes):
            "the first load of \(path) is under way: \(bytes / 1_000_000).\(bytes / 100_000 % 10) MB so far"
        case .notAFile(let path, let reason): "the warehouse \(path) cannot be opened: \(reason)"
        case .notThere(let path): "there is no warehouse at \(path)"
        case .notReadable(let path, let reason): "the warehouse \(path) may not be read: \(reason)"
        case .foreign(let path, let what): "\(path) is not a Reelhouse warehouse: it is \(what)"
        case .severalNames(let path, let other):
            "the warehouse \(path) is also named \(other) (a hard link), and its newest rows are in the log of that name"
        case .logNotReadable(let path):
            "the warehouse \(path) may be read, but its newest rows are in \(path)-wal, which needs write permission beside it"
        case .journalNotReadable(let path):
            "the warehouse \(path) may be read, but a load that was cut off has to be undone first by \(path)-journal, "
                + "which needs write permission"
        case .fileOfAnother(let path, let owner, _):
            "the file \(path) belongs to \(owner), and you may not write to it; SQLite writes to it before the warehouse"
        case .changedMeanwhile(let path): "the warehouse \(path) was written to while it was read"
        case .nameTaken(let path, let kind, let name, let user):
            "the warehouse \(path) has a \(kind) named \(name), which \(user) needs for itself"
        case .triggerLeavesOut(let path, let trigger, let table):
            "the warehouse \(path) has a trigger \(trigger) that leaves rows out of \(table) (RAISE(IGNORE))"
        case .notReadOnly: "only one statement that reads can be run here"
        case .newerSchema(let path, let version, let known):
            "the warehouse \(path) has schema version \(version), and this program knows \(known)"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .inUse: "Wait for that run to end (see `reelhouse status`), or name another warehouse with --warehouse."
        case .firstLoad:
            "Wait for it to end; the warehouse can be read from then on, also while later runs load."
        case .notAFile: "Check that the folder is there and that you may write to the folder and the file."
        case .notReadable: "Ask its owner for permission to read it and to enter its folder, or run as another user."
        case .foreign: "Nothing was changed. Name another file with --warehouse."
        case .severalNames(_, let other):
            "Nothing was changed. Use the name \(other), and remove this one; a second name should be a symbolic link."
        case .logNotReadable:
            "Ask a user who may write there to run `reelhouse migrate` on it, which copies them into the file; or copy "
                + "both files to a folder of yours."
        case .journalNotReadable:
            "Ask a user who may write there to run `reelhouse migrate` on it, which undoes that; or copy both files to a "
                + "folder of yours."
        case .fileOfAnother(_, let owner, true):
            "It holds a part of the warehouse, so do not remove it. Ask \(owner) to run "
                + "`reelhouse migrate` on the warehouse or to let you write to the file, and run the same command again."
        case .fileOfAnother(let path, _, false):
            "There is nothing in it. When no program has the warehouse open (`fuser \(path)`), remove that file and run the same "
                + "command again; do so with each file that it names."
        case .changedMeanwhile: "Run the same command again when the load has ended."
        case .nameTaken(_, let kind, let name, _):
            "Nothing was changed. Somebody made that \(kind): rename it, or remove it (DROP \(kind.uppercased()) \(name)), "
                + "and run the same command again."
        case .triggerLeavesOut(_, let trigger, _):
            "Nothing was loaded. Remove it (DROP TRIGGER \(trigger)), or filter in a view instead, and run again."
        case .notThere: "Make one with `reelhouse run`, or name another one with --warehouse."
        case .notReadOnly: "Write one SELECT; to change a warehouse, open a copy of it with sqlite3."
        case .newerSchema: "Install the version of reelhouse that last wrote to it, or a newer one."
        }
    }
}

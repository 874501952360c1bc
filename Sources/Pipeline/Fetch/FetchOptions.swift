import Domain

/// Which movies are fetched: all that one of these names.
public struct FetchSelection: Sendable {
    /// Movies that were named. They are asked for also when they were gone before.
    public var ids: [Int64] = []
    /// Those of a file.
    public var listed: Set<Int64> = []
    /// How many pages of the popular movies.
    public var popularPages: Int?
    /// The years of the movies' releases.
    public var years: ClosedRange<Int>?
    /// The first day of the changes, as days since 1970-01-01.
    public var changedSince: Int32?
    /// Whether all movies are fetched, by the daily file of ids.
    public var isAll = false
    /// Whether those of the file of adult movies are too.
    public var includesAdult = false
    /// The least popularity of movies that a file of ids names; nil for any.
    public var leastPopularity: Double?
    /// Movies of the raw store are fetched that were seen last so many days ago or earlier.
    public var refreshDays: Int32?

    /// Nothing.
    public init() {}

    /// Whether nothing is named; a file of ids may be empty.
    public var isEmpty: Bool {
        ids.isEmpty && popularPages == nil && years == nil && changedSince == nil && !isAll && refreshDays == nil
    }

    /// The ids in a text, with commas or white space between them; nil where something else is in it.
    public static func ids(in text: String) -> [Int64]? { IDLines.ids(in: text) }

    /// The ids in files: one or more a line, or TMDB's daily ID export.
    ///
    /// - Parameter leastPopularity: objects of less popularity are left out; nil takes all.
    /// - Throws: `FetchError.noID`, `.unreadableList`; the errors of the sources.
    public static func ids(of set: any SourceSet, leastPopularity: Double?) throws -> Set<Int64> {
        var ids: Set<Int64> = []
        _ = try IDLines(leastPopularity: leastPopularity).read(set, into: &ids)
        return ids
    }
}

/// How a fetch is made.
public struct FetchOptions: Sendable {
    /// Which movies.
    public var selection = FetchSelection()
    /// The arguments as they stand in the manifest, which also tell one fetch from another.
    public var arguments: [String] = []
    /// What the fetch is known by.
    public var key: String
    /// The clock of the command, in milliseconds since 1970.
    public var now: Int64
    /// The snapshot date, as days since 1970-01-01.
    public var day: Int32
    /// The most requests a second; infinite for no limit.
    public var rate: Double = 40
    /// The most requests under way.
    public var connections = 20
    /// How often a movie is tried.
    public var tries = 5
    /// For how long is tried again where nothing works.
    public var retryFor: Duration
    /// The size of the posters that are fetched; nil for none.
    public var posterSize: String?
    /// Whether what an earlier fetch of the same arguments has kept is passed over.
    public var isAgain = false
    /// Whether each document is put into the raw store.
    public var putsDocuments = false
    /// Whether what is seen is kept; not for a replay.
    public var keepsSeen = true

    /// Options.
    public init(key: String, now: Int64, day: Int32, retryFor: Duration) {
        self.key = key
        self.now = now
        self.day = day
        self.retryFor = retryFor
    }

    /// For how many days a movie that is gone is not asked for again.
    public static let goneDays: Int32 = 28

    var limits: FetchMachine<MovieQuestion>.Limits {
        let seconds = Double(retryFor.components.seconds) + Double(retryFor.components.attoseconds) / 1e18
        return FetchMachine.Limits(rate: rate, inFlight: connections, tries: tries, retryFor: seconds)
    }
}

/// How far a fetch is.
public struct FetchProgress: Sendable {
    /// What is fetched.
    public enum Phase: String, Sendable {
        case listing, fetching, writing, posters
    }

    /// What is fetched now.
    public var phase: Phase
    /// How many of it are done.
    public var done: Int64
    /// How many there are; nil where that is not known.
    public var total: Int64?
    /// How many requests were made again.
    public var retries: Int64
    /// How many movies failed.
    public var failures: Int64
}

/// What came of the posters of a fetch.
public struct PosterCounts: Sendable {
    /// How many were fetched.
    public var fetched: Int64 = 0
    /// How many the raw store had.
    public var present: Int64 = 0
    /// How many the service does not have.
    public var absent: Int64 = 0
    /// How many failed.
    public var failed: Int64 = 0
    /// Those that failed, and why; at most `FetchReport.mostFailures` of them.
    public var failures: [(path: String, words: String)] = []

    init(present: Int64) { self.present = present }
}

/// What a fetch did.
public struct FetchReport: Sendable {
    /// The snapshot date, as days since 1970-01-01.
    public var day: Int32
    /// How many ids were asked for in all.
    public var ids: Int64 = 0
    /// Movies of the snapshot that were never fetched before.
    public var new: Int64 = 0
    /// Those that differ from their last document.
    public var changed: Int64 = 0
    /// Those that do not, beside popularity and votes.
    public var unchanged: Int64 = 0
    /// Movies that the service does not have.
    public var gone: Int64 = 0
    /// Movies that were gone before and not asked for.
    public var leftOut: Int64 = 0
    /// Movies that failed, and why; at most `mostFailures` of them.
    public var failures: [(movieID: Int64, words: String)] = []
    /// How many failed.
    public var failed: Int64 = 0
    /// The list of the ids that failed, as a file; nil where none did.
    public var failedList: String?
    /// How many movies an earlier call of this fetch had.
    public var resumed: Int64 = 0
    /// The requests of this call.
    public var requests: Int64 = 0
    /// Those of them that were made again.
    public var retries: Int64 = 0
    /// The snapshot; its path is nil where there is none.
    public var snapshot: FetchedSnapshot?
    /// What came of the posters; nil where none were asked for.
    public var posters: PosterCounts?
    /// What the backup got.
    public var backup: BackupReport?
    /// Lists of one day that have more pages than the service gives.
    public var cutLists: [String] = []
    /// Whether the same fetch was complete already, so that nothing was done.
    public var wasComplete = false
    /// How long it took.
    public var seconds = 0.0
    /// The signal that stopped it.
    public var stopReason: StopSignal.Reason?

    /// The most failures that are named.
    public static let mostFailures = 100
    /// The snapshot's documents.
    public var documents: Int64 { new + changed + unchanged }

    init(day: Int32) { self.day = day }
}

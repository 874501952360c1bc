/// What a fetch has fixed at its beginning, and keeps for its resume.
public struct FetchPlan: Sendable, Equatable {
    /// What the fetch is known by: the SHA-256 of its arguments, in hexadecimal digits.
    public var key: String
    /// Its arguments, as they stand in the manifest. They have no key of the service.
    public var arguments: [String]
    /// The snapshot date, as days since 1970-01-01.
    public var day: Int32
    /// When it began, in milliseconds since 1970.
    public var started: Int64

    /// A plan.
    public init(key: String, arguments: [String], day: Int32, started: Int64) {
        self.key = key
        self.arguments = arguments
        self.day = day
        self.started = started
    }
}

/// What became of a movie of a fetch.
public struct FetchRecord: Sendable, Equatable {
    /// The kinds of outcome that are kept. What failed is not kept, so that a resume asks for it again.
    public enum Outcome: String, Sendable {
        case document, gone
    }

    /// The movie's place in the list of ids.
    public var index: Int
    /// The movie.
    public var movieID: Int64
    /// What became of it.
    public var outcome: Outcome
    /// What a document is compared by with that of another day; 0 where it is gone.
    public var fingerprint: UInt64 = 0

    /// A record.
    public init(index: Int, movieID: Int64, outcome: Outcome, fingerprint: UInt64 = 0) {
        self.index = index
        self.movieID = movieID
        self.outcome = outcome
        self.fingerprint = fingerprint
    }
}

/// When a movie was seen last, over all fetches.
public struct SeenMovie: Sendable, Equatable {
    /// The movie.
    public var movieID: Int64
    /// The last day on which the service was asked for it and answered, as days since 1970-01-01.
    public var asked: Int32
    /// The last day on which the service had it; nil where it never had.
    public var seen: Int32?
    /// The first day on which it was gone; nil where it is there.
    public var gone: Int32?
    /// What its last document is compared by; nil where it never had one.
    public var fingerprint: UInt64?

    /// A movie.
    public init(movieID: Int64, asked: Int32, seen: Int32?, gone: Int32?, fingerprint: UInt64?) {
        self.movieID = movieID
        self.asked = asked
        self.seen = seen
        self.gone = gone
        self.fingerprint = fingerprint
    }
}

/// The finished snapshot of a fetch.
public struct FetchedSnapshot: Sendable, Equatable {
    /// Its path; nil where there were no documents, so that there is no file.
    public var path: String?
    /// The file's SHA-256 in hexadecimal digits.
    public var sha256: String
    /// The file's size in bytes.
    public var bytes: Int64

    /// A snapshot.
    public init(path: String?, sha256: String, bytes: Int64) {
        self.path = path
        self.sha256 = sha256
        self.bytes = bytes
    }
}

/// The place where a fetch keeps what it has until its snapshot is whole, and when each movie was seen. Used by one thread.
///
/// The backend promises: what `keep` has returned for is there after a kill of the program, and is given by `records` of the
/// next start; a record that was cut off by the kill is not. Nothing is visible under its final name before `publish`.
/// `publish` may be repeated after a kill at any moment, and makes the same files.
public protocol FetchStore: AnyObject {
    /// The plan of an unfinished fetch of this key.
    var plan: FetchPlan? { get }
    /// Begins a fetch: what an earlier one has kept is removed.
    func begin(_ plan: FetchPlan) throws

    /// The answers to the pages of lists that were kept, by the page's name.
    func pages() throws -> [String: (ids: [Int64], pages: Int)]
    /// Keeps the answer to a page of a list.
    func keep(page: String, ids: [Int64], pages: Int) throws
    /// The list of ids, once it was fixed.
    func ids() throws -> [Int64]?
    /// Fixes the list of ids.
    func fix(ids: [Int64]) throws
    /// The lines of a file, such as that with all ids, which the backend keeps until the fetch is over.
    func lines(of file: [UInt8]) throws -> any SourceSet

    /// What was kept so far, in the order in which it was kept.
    func records() throws -> [FetchRecord]
    /// Keeps what became of a movie.
    ///
    /// - Parameters:
    ///   - posterPath: the path of its poster; nil where it has none.
    ///   - document: its document as a line with its LF; empty where it has none.
    func keep(_ record: FetchRecord, posterPath: String?, document: UnsafeRawBufferPointer) throws
    /// The paths of the posters of all records.
    func posterPaths() throws -> Set<String>
    /// The document of a record that was kept.
    func document(of index: Int) throws -> [UInt8]

    /// Writes the snapshot, which has no final name yet: each call of the closure gives the next line with its LF.
    func write(_ next: () throws -> [UInt8]?) throws
    /// How many documents of the snapshot, of how many, were sent to the backup, as a call of this fetch has kept it; nil where
    /// none has.
    func backedUp() throws -> (count: Int, total: Int)?
    /// Keeps how many the backup has confirmed.
    func keep(backedUp count: Int, of total: Int) throws

    /// Keeps the manifest, which says that the snapshot is whole.
    ///
    /// - Parameter text: makes the manifest's text of what the snapshot is.
    /// - Returns: the snapshot with its final path.
    func seal(day: Int32, _ text: (FetchedSnapshot) -> String) throws -> FetchedSnapshot
    /// The manifest of an unfinished fetch whose snapshot is whole.
    func sealed() throws -> String?
    /// Keeps the movies that failed, as a list of ids.
    ///
    /// - Returns: the path of the list; nil where none failed.
    func keep(failed ids: [Int64], day: Int32) throws -> String?
    /// Gives snapshot and manifest their names. May be repeated.
    func publish() throws -> FetchedSnapshot
    /// Removes what was kept for the resume.
    func end() throws
    /// The name of a snapshot of a date, for messages.
    func snapshotName(day: Int32) -> String

    /// Calls `body` with each movie that was seen, in ascending order of ids.
    func forEachSeen(_ body: (SeenMovie) throws -> Void) throws
    /// Replaces what is known of the movies that were seen.
    ///
    /// - Parameter body: called with each movie that was seen, in ascending order of ids, and then with nil. It writes the
    ///   new ones by its second argument, in the same order.
    func replaceSeen(_ body: (SeenMovie?, (SeenMovie) throws -> Void) throws -> Void) throws
    /// The manifest of a fetch of this key and date that is complete, with its name.
    func complete(day: Int32) throws -> (name: String, text: String)?

    /// The references of the images that were stored by earlier fetches, by size and path.
    func posters() throws -> [String: RawReference]
    /// Keeps the references of images that are stored durably.
    func keep(posters: [(name: String, reference: RawReference)]) throws
    /// The images that could not be fetched, by size and path.
    func failedPosters() throws -> Set<String>
    /// Replaces them.
    func keep(failedPosters names: Set<String>) throws
}

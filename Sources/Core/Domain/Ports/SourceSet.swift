/// A source that a flag names, before it is read.
public struct SourceDescription: Sendable {
    /// Its name as the user gave it.
    public var name: String
    /// Its own size in bytes (compressed), when that is known.
    public var size: Int64?

    /// A source.
    public init(name: String, size: Int64?) {
        self.name = name
        self.size = size
    }
}

/// How the sources of a set are to be read.
public struct SourceRequest: Sendable {
    /// The date of all movie documents, as days since 1970-01-01; nil takes that of each source.
    public var snapshotDay: Int32?
    /// The date of documents that have no other.
    public var clockDay: Int32
    /// Whether sources that are loaded are read again.
    public var isReload: Bool

    /// A request.
    public init(snapshotDay: Int32? = nil, clockDay: Int32, isReload: Bool = false) {
        self.snapshotDay = snapshotDay
        self.clockDay = clockDay
        self.isReload = isReload
    }
}

/// The sources that `--movies` or `--events` names: the port for movies or for events, whatever backend is behind it.
public protocol SourceSet: Sendable {
    /// The port that its lines come in by.
    var port: SourcePort { get }
    /// What was found and is not read because it belongs to the warehouse itself.
    var passedOver: [SourceRemark] { get }
    /// What was found and cannot be read.
    var unreadable: [SourceRemark] { get }
    /// Whether its sources may go on without an end, as a topic that is followed: then the other port is read beside it, and
    /// the run ends when it is stopped.
    var isEndless: Bool { get }

    /// The sources there are, in the order in which they are read; `Source.number` is a place in this list.
    func describe() throws -> [SourceDescription]

    /// Opens the sources, to be read one after the other. Whether one is loaded, and from where it goes on, is told by
    /// its own bytes when its turn comes; each chunk says what its source is known by after it.
    ///
    /// - Parameter known: gives what the ledger knows of the sources of this port.
    func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource
}

extension SourceSet {
    /// Nothing, unless a backend says more.
    public var passedOver: [SourceRemark] { [] }
    /// Nothing, unless a backend says more.
    public var unreadable: [SourceRemark] { [] }
    /// False, unless a backend says otherwise.
    public var isEndless: Bool { false }
}

/// A source that a flag names, before it is read.
public struct SourceDescription: Sendable {
    /// Its name as the user gave it.
    public var name: String
    /// What it is known by; nil when it is always read (standard input).
    public var identity: SourceIdentity?
    /// Its own size in bytes (compressed), when that is known.
    public var size: Int64?

    /// A source.
    public init(name: String, identity: SourceIdentity?, size: Int64?) {
        self.name = name
        self.identity = identity
        self.size = size
    }
}

/// A source that is to be read, and from where.
public struct PlannedSource: Sendable {
    /// Its place in the list that `describe` gave.
    public var index: Int
    /// What its chunks say they come from.
    public var source: Source
    /// The position that is loaded already.
    public var start: SourcePosition

    /// A source that is to be read.
    public init(index: Int, source: Source, start: SourcePosition) {
        self.index = index
        self.source = source
        self.start = start
    }
}

/// What `--movies` or `--events` names: the port that lines come in by, whatever outside system is behind it.
public protocol SourceSet: Sendable {
    /// Which stream it is.
    var port: SourceIdentity.Port { get }
    /// The sources there are now, in the order in which they are to be read.
    func describe() throws -> [SourceDescription]
    /// Opens some of them, to be read one after the other.
    func open(_ plan: [PlannedSource]) throws -> any LineSource
}

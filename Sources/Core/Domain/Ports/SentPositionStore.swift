/// How far a source was sent to a topic.
public struct SentSource: Sendable, Equatable {
    /// What identifies the source up to the position.
    public var mark: SourceMark
    /// Its name, as the user gave it last.
    public var name: String
    /// The position after the last line of the unbroken run of sent lines that begins at the source's start.
    public var position: SourcePosition
    /// Whether the source was sent to its end.
    public var isComplete: Bool
    /// How many lines before the position were left out, because the topic or this program refused them.
    public var refused: Int64

    /// A source.
    public init(
        mark: SourceMark, name: String, position: SourcePosition, isComplete: Bool, refused: Int64 = 0
    ) {
        self.mark = mark
        self.name = name
        self.position = position
        self.isComplete = isComplete
        self.refused = refused
    }
}

/// How far the sources of a port were sent to one topic.
public struct SentPositions: Sendable, Equatable {
    /// The sources of which something was sent.
    public var sources: [SentSource]
    /// At most how many lines after the positions may be in the topic already: those of a command that is sending, was
    /// killed or failed. They are sent again.
    public var linesAhead: Int64
    /// Where the topic ended after the messages that it has confirmed. A topic that ends before is another one.
    public var ends: TopicEnds

    /// Positions; by default nothing was sent.
    public init(sources: [SentSource] = [], linesAhead: Int64 = 0, ends: TopicEnds = [:]) {
        self.sources = sources
        self.linesAhead = linesAhead
        self.ends = ends
    }
}

/// The place where the positions of `publish` are kept. Used by one thread.
public protocol SentPositionStore: AnyObject {
    /// Reads the positions of a topic, and keeps other programs from changing them until this object is released.
    ///
    /// - Throws: an error of kind `.inUse` where another program has them.
    func read(_ port: SourcePort, of topic: TopicIdentity) throws -> SentPositions

    /// Replaces the positions that were read, all at once. They are durable afterwards.
    func replace(by positions: SentPositions) throws
}

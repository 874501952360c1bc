/// How many lines of a source wait to be loaded.
public struct SourceBacklog: Sendable, Equatable {
    /// The topic.
    public var topic: String
    /// The number of its partition.
    public var partition: Int32
    /// How many lines there are after the position in the warehouse, at most.
    public var lines: Int64

    /// A backlog.
    public init(topic: String, partition: Int32, lines: Int64) {
        self.topic = topic
        self.partition = partition
        self.lines = lines
    }
}

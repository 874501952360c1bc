/// A port that lines come in by: files, standard input, Kafka.
///
/// Each source is given from the position asked for, in order, in chunks; the last chunk of a source says so. A chunk
/// may have no lines.
public protocol LineSource: AnyObject {
    /// The next chunk, or nil when all sources are read. Called by one thread at a time.
    func next() throws -> LineChunk?
}

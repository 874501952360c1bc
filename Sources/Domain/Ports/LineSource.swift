/// A port that lines come in by: files, standard input, Kafka.
///
/// Each source is given in order, in chunks; the last chunk of a source says so. A chunk may have no lines; a source that
/// is not read, or not to its end, has a chunk that says why.
public protocol LineSource: AnyObject {
    /// The next chunk, or nil when all sources are read. Called by one thread at a time.
    func next() throws -> LineChunk?
}

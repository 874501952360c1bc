/// The open sources of a port: files, standard input, the partitions of a topic.
///
/// Each source comes in chunks, in the order of its lines; chunks of several sources may alternate. The last chunk of a
/// source that ends says so (`LineChunk.isLast`). A chunk may have no lines. A source that is not read, or not to its
/// end, has a chunk whose `notice` says why.
public protocol LineSource: AnyObject {
    /// The next chunk; nil when all sources have been read, or when `close` was called. Waits until there is one. A
    /// source that has other work to do while it waits does it about ten times a second. Called by one thread at a
    /// time.
    func next() throws -> LineChunk?

    /// Tells the sources that all their lines up to these positions are durable in the warehouse, so that a source may
    /// acknowledge them to its server. Called after each commit that moved a position, in the order of the commits.
    /// Another thread may be in `next` at the same time.
    ///
    /// It throws no error: lines that could not be acknowledged are sent again later, and are duplicates then.
    func committed(_ positions: [(source: Source, position: SourcePosition)])

    /// Ends the reading. Called once, also after an error. If another thread is in `next`, that call returns soon.
    func close()
}

extension LineSource {
    /// Does nothing: most sources have nothing to acknowledge.
    public func committed(_ positions: [(source: Source, position: SourcePosition)]) {}
    /// Does nothing: files are closed when the object is deallocated.
    public func close() {}
}

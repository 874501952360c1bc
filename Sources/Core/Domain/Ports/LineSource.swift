/// The sources of a port, open to be read: files, standard input, the partitions of a topic.
///
/// Each source is given in order, in chunks; the last chunk of a source that ends says so. Chunks of several sources may
/// take turns. A chunk may have no lines; a source that is not read, or not to its end, has a chunk that says why.
public protocol LineSource: AnyObject {
    /// The next chunk; nil when all sources are read, or `close` was called. A source that never ends waits here, a tenth
    /// of a second or so at a time where it has something to do meanwhile. Called by one thread at a time.
    func next() throws -> LineChunk?

    /// Says that the warehouse holds all lines of some sources up to these positions, durably: a source may now
    /// acknowledge them to whoever sent them. It comes after each commit that moved a position, in the order of the
    /// commits. Another thread may be in `next` meanwhile.
    /// It throws nothing: what could not be acknowledged is sent again, and is a duplicate then.
    func committed(_ positions: [(source: Source, position: SourcePosition)])

    /// Ends the reading; called once, also after an error. Another thread may be in `next` meanwhile, which returns soon.
    func close()
}

extension LineSource {
    /// Nothing: nobody waits for it.
    public func committed(_ positions: [(source: Source, position: SourcePosition)]) {}
    /// Nothing: what is open closes with the object.
    public func close() {}
}

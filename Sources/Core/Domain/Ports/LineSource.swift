/// The open sources of a port: files, standard input, the partitions of a topic.
///
/// Each source comes in chunks, in the order of its lines; chunks of several sources may alternate. The last chunk of a
/// source that ends says so (`LineChunk.isLast`). A chunk may have no lines. A source that is not read, or not to its
/// end, has a chunk whose `notice` says why.
///
/// What a backend has to do for the lines of a chunk:
/// * It leaves out blank lines (only space, tab and CR), but counts them in `Line.number`. It removes a byte order mark
///   at the start of a line, and CR and LF at its end.
/// * Of a line over 16 MiB (`maximumLineLength`), it keeps the first 64 KiB (`keptOfLongLine`), and adds
///   `LineNote.tooLong` with the length and the SHA-256 of the whole line. Both are without byte order mark, CR and LF.
/// * `Line.byteOffset` is 0 where the source is no stream of bytes.
/// * `Line.snapshotDay` of a movie document is `SourceRequest.snapshotDay`; if that is nil, the date that came with the
///   line or its source; if there is none, `SourceRequest.clockDay`.
/// * A chunk has at most 16,384 lines (`SourceOptions.chunkLines` if that is given and less) and about 1 MiB. A longer
///   line is in a chunk of its own, or ends one.
/// * `LineChunk.end` is the position after the last line of the chunk, also if that line is blank. It is set in every
///   chunk, since it is what the ledger stores.
/// * `LineChunk.mark` identifies the source in the ledger. A chunk without a mark writes no checkpoint: a source whose
///   chunks all have none (standard input) is read from its start in every run.
///
/// When the notice is `.skipped`: the ledger has the source as loaded to its end, the source has not grown since, and
/// `SourceRequest.isReload` is false; or the same source came earlier in this run. The chunk is then the only one of
/// its source: it has no lines and `isLast` is true. It has a mark (with the row's position as its `end`, and the row
/// as `Source.known`) only if the row has to be corrected, for example because the source has a new name. A source that
/// may always get more lines, such as a partition, is never skipped: if it has no new lines, its chunk is empty.
///
/// A source of numbered messages, each with one line:
///
///     func next() throws -> LineChunk? {
///         guard let messages = try client.fetch(from: offset, most: 16384) else { return nil }
///         let chunk = LineChunk(source: source, capacity: messages.size, start: SourcePosition(order: offset))
///         for message in messages where !message.isBlank {  // Lines over 16 MiB are not shown.
///             let span = ByteRange(offset: chunk.buffer.append(message.line), length: message.line.count)
///             let day = request.snapshotDay ?? message.day ?? request.clockDay
///             chunk.lines.append(Line(span: span, number: message.offset, byteOffset: 0, snapshotDay: day))
///         }
///         offset = messages.nextOffset
///         chunk.end = SourcePosition(order: offset)
///         chunk.mark = SourceMark(identity: identity)
///         return chunk
///     }
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

    /// What the user should know of the sources, beside the notices of their chunks: what the next run will read, what
    /// could not be acknowledged. Asked after `close`.
    var remarks: [SourceRemark] { get }
}

extension LineSource {
    /// Does nothing: most sources have nothing to acknowledge.
    public func committed(_ positions: [(source: Source, position: SourcePosition)]) {}
    /// Does nothing: files are closed when the object is deallocated.
    public func close() {}
    /// None by default.
    public var remarks: [SourceRemark] { [] }
}

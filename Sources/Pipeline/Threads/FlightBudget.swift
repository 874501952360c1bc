import Domain

/// Estimates the memory of a chunk and its batch, from the time when the chunk is read until the batch is released.
enum FlightBudget {
    /// The bytes for one event line: it becomes at most one row or one rejection, and has a place in the chunk.
    private static let eventLine = 320
    /// The bytes for one movie document: a row in each of two tables, and a rank. The rows of its lists come on top.
    private static let movieLine = 700
    /// The rows of a document's lists need at most this many times the bytes of the document.
    private static let movieRows = 4
    /// The parser needs memory for each bracket, comma and value. For a line longer than `length`, the estimate is its
    /// length times the factor of its port.
    private static let longLine: (length: Int, events: Int, movies: Int) = (1 << 20, 8, 20)

    /// The most bytes of memory that a chunk and its batch need, approximately.
    @Sendable static func weight(of chunk: LineChunk) -> Int {
        let bytes = chunk.buffer.count
        var long = 0
        if bytes > longLine.length {
            for line in chunk.lines where Int(line.span.length) > longLine.length { long += Int(line.span.length) }
        }
        switch chunk.source.port {
        case .events: return chunk.buffer.capacity + chunk.lines.count * eventLine + long * longLine.events
        case .movies:
            return chunk.buffer.capacity + chunk.lines.count * movieLine + (bytes - long) * movieRows
                + long * longLine.movies
        }
    }
}

import Domain

/// What a chunk counts as while it is between the reader of a port and the one who takes what is decoded of it.
enum FlightBudget {
    /// A line of events becomes at most a row or a rejection, each with its place in the chunk.
    private static let eventLine = 320
    /// A movie document becomes a row in two tables and a rank, before what is in its lists.
    private static let movieLine = 700
    /// The rows of a document take up to so many times the bytes of its lists.
    private static let movieRows = 4
    /// From this length on a line's own parts (brackets, commas, values) may be most of what it takes while it is
    /// parsed: so many times its bytes.
    private static let longLine: (length: Int, events: Int, movies: Int) = (1 << 20, 8, 20)

    /// About how many bytes a chunk takes at the most until it is given back, decoded and all.
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

import Domain

/// How many bytes a chunk counts as from the moment when it is read until its batch is given back.
enum FlightBudget {
    /// A line of events becomes at most a row or a rejection, each with its place in the chunk.
    private static let eventLine = 320
    /// A movie document becomes a row in two tables and a rank, before what is in its lists.
    private static let movieLine = 700
    /// The rows of a document need up to so many times the bytes of its lists.
    private static let movieRows = 4
    /// From this length on the parts of a line (brackets, commas, values) may need most of the memory while it is parsed:
    /// so many times its bytes.
    private static let longLine: (length: Int, events: Int, movies: Int) = (1 << 20, 8, 20)

    /// About how many bytes of memory a chunk and its batch need at the most.
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

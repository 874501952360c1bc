import Domain
import Fixtures
import Testing

/// Reads a set of sources: to its end if it has one, or else until all expected lines have come.
struct SourceReading {
    /// A line as a chunk gives it.
    struct ReadLine: Equatable {
        var number: Int64
        var bytes: [UInt8]
    }

    private(set) var chunks: [LineChunk] = []
    private let sources: Int

    /// Reads.
    ///
    /// - Parameters:
    ///   - counts: how many lines of each source are expected.
    ///   - known: what the ledger knows.
    ///   - body: called after each chunk.
    init(
        _ published: any PublishedSources, chunkBytes: Int = 1000, lines counts: [Int],
        _ request: SourceRequest = SourceRequest(clockDay: 0),
        known: [KnownSource] = [], whileReading body: (any LineSource, LineChunk) -> Void = { _, _ in }
    ) throws {
        sources = counts.count
        let source = try published.set(chunkBytes: chunkBytes).open(request) { try known.forEach($0) }
        var rest = counts.reduce(0, +)
        // A source that never ends and has no expected lines is closed at once.
        if rest == 0, !published.ends { source.close() }
        while let chunk = try source.next() {
            chunks.append(chunk)
            rest -= chunk.lines.count
            body(source, chunk)
            // The reader closes a source that never ends.
            if rest <= 0, !published.ends { source.close() }
        }
        #expect(rest == 0, "\(rest) lines did not come")
        #expect(try source.next() == nil)
        source.close()
    }

    /// The chunks of a source.
    func chunks(of number: Int) -> [LineChunk] { chunks.filter { $0.source.number == number } }

    /// The lines of a source.
    func lines(of number: Int) -> [ReadLine] { chunks(of: number).flatMap(SourceReading.lines(of:)) }

    /// The contents of a source's lines.
    func texts(of number: Int) -> [[UInt8]] { lines(of: number).map(\.bytes) }

    /// The last mark of each source.
    var lastMarks: [SourceMark?] { (0..<sources).map { chunks(of: $0).last?.mark } }

    /// The lines of a chunk.
    static func lines(of chunk: LineChunk) -> [ReadLine] {
        chunk.lines.map { line in
            let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            return ReadLine(number: line.number, bytes: Array(bytes))
        }
    }

    /// The ledger's row after a chunk.
    static func known(_ chunk: LineChunk) -> KnownSource? {
        chunk.mark.map {
            KnownSource(
                Checkpoint(
                    $0, source: chunk.source.name, position: chunk.end, isComplete: chunk.isLast,
                    counts: LineCounts()))
        }
    }
}

import Domain

/// A chunk of lines with the id that each is keyed by; 0 for none.
final class PublishedLines {
    let chunk: LineChunk
    let ids: [Int64]
    /// How many of the lines were refused.
    var refused: Int64 = 0
    /// The lines that were confirmed since `takeConfirmed`.
    @exclusivity(unchecked) private(set) var confirmed = PublishResults.ConfirmedLines()

    init(_ chunk: LineChunk, _ keys: MessageKeys) throws {
        self.chunk = chunk
        ids = try keys.ids(of: chunk)
    }

    /// A line was confirmed.
    func confirm(_ index: Int) {
        confirmed.count += 1
        confirmed.bytes += Int64(chunk.lines[index].span.length)
        if ids[index] == 0 { confirmed.withoutKey += 1 }
    }

    /// The lines that were confirmed since the last call.
    func takeConfirmed() -> PublishResults.ConfirmedLines {
        defer { confirmed = PublishResults.ConfirmedLines() }
        return confirmed
    }
}

/// Reads the lines that are published, on threads of their own.
final class PublishedInput {
    private let source: any LineSource
    private let stage: OrderedStage<LineChunk, PublishedLines>

    /// How many bytes of lines may be read and not settled yet. A few chunks are enough; more would leave the
    /// processor's cache before they are sent.
    private static let mostBytes = 12 << 20
    /// How many chunks, which may be small.
    private static let mostChunks = 512
    /// The memory that a line needs beside its bytes.
    private static let bytesOfLine = 32
    /// The parser needs about this many times the length of a line of more than a mebibyte.
    private static let longLine = (length: 1 << 20, factor: 8)

    init(_ source: any LineSource, port: SourcePort) {
        self.source = source
        stage = OrderedStage(width: 1, limit: Self.mostChunks, budget: Self.mostBytes)
        stage.start(reading: Handoff(value: source.next), weigh: Self.weight) {
            let keys = try MessageKeys(port)
            return { try PublishedLines($0, keys) }
        }
    }

    @Sendable private static func weight(of chunk: LineChunk) -> Int {
        var long = 0
        for line in chunk.lines where Int(line.span.length) > longLine.length { long += Int(line.span.length) }
        return chunk.buffer.capacity + chunk.lines.count * bytesOfLine + long * longLine.factor
    }

    /// The next chunk if there is one.
    func poll() throws -> OrderedStage<LineChunk, PublishedLines>.Next { try stage.poll() }

    /// The next chunk; waits up to 100 ms for it.
    func next() throws -> OrderedStage<LineChunk, PublishedLines>.Next { try stage.next() }

    /// All lines of the oldest chunk are settled.
    func release() { stage.release() }

    /// Ends the reading.
    func close() {
        source.close()
        stage.cancel()
    }
}

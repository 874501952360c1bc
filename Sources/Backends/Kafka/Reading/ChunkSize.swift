import Domain

/// The limits of a chunk.
struct ChunkSize: Sendable {
    /// About how many bytes it has.
    var bytes = 1 << 20
    /// How many lines it has at most.
    var lines = 16_384
    /// A chunk of few lines reserves this much for each.
    private static let bytesForALine = 256

    /// The usual limits, with another size in bytes.
    init(bytes: Int) { self.bytes = bytes }

    /// The limits that a command line asks for.
    init(_ options: SourceOptions) {
        guard let most = options.chunkLines else { return }
        lines = min(lines, max(1, most))
        bytes = min(bytes, max(4096, lines * Self.bytesForALine))
    }
}

import Domain

/// The limits of a chunk.
struct ChunkSize: Sendable {
    /// About how many bytes it has.
    var bytes = 1 << 20
    /// How many lines it has at most.
    var lines = 16_384

    /// The limits that a command line asks for.
    init(_ options: SourceOptions, bytes: Int? = nil) {
        if let bytes { self.bytes = bytes }
        if let most = options.chunkLines { lines = min(lines, max(1, most)) }
    }
}

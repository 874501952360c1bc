/// The limits of a chunk.
struct ChunkSize: Sendable {
    /// Its approximate size in bytes of decompressed data.
    var bytes = LineReader.defaultChunkSize
    /// The greatest number of its lines.
    var lines = LineReader.mostLines
}

import Domain
import Glibc

/// Reads the lines of a shard or of a run (see `RawEnvelope`).
final class RawEnvelopeReader {
    private let path: String
    private let stream: ZstdStream
    private let buffer = ByteBuffer(capacity: 96 << 10)
    /// The offsets of the current line and of the next one in the buffer.
    private var line = 0
    private var nextLine = 0
    /// How many bytes to read at a time.
    private static let step = 64 << 10

    /// Creates a reader that begins at the file's read position.
    init(_ file: OpenFile) throws(FileError) {
        path = file.path
        stream = try ZstdStream(SourceInput(file, pieceSize: 64 << 10))
    }

    /// Reads the head of the next line; nil at the end.
    ///
    /// - Throws: `FileError` when the file cannot be read or is damaged.
    func next() throws(FileError) -> RawEnvelope.Head? {
        line = nextLine
        try have(RawEnvelope.longestHead)
        if stream.damage != nil { throw fault() }
        let bytes = buffer.bytes(at: line, count: buffer.count - line)
        if bytes.isEmpty, stream.frames > 0 { return nil }
        guard let head = RawEnvelope.head(bytes) else { throw fault() }
        let length = head.length + head.documentLength
        try have(length + RawEnvelope.end.count)
        nextLine = line + length + RawEnvelope.end.count
        guard nextLine <= buffer.count, buffer.bytes(at: line + length, count: 2).elementsEqual(RawEnvelope.end) else {
            throw fault()
        }
        return head
    }

    /// The whole line of the last head; valid until the next call of `next`.
    var bytes: UnsafeRawBufferPointer { buffer.bytes(at: line, count: nextLine - line) }

    /// The document that belongs to the last head.
    func movie(_ head: RawEnvelope.Head) -> RawMovie {
        let document = buffer.bytes(at: line + head.length, count: head.documentLength)
        return RawMovie(movieID: head.movieID, rank: head.rank, document: [UInt8](document))
    }

    private func fault() -> FileError {
        FileError(.read, path, .damaged(stream.damage?.what ?? "it has a line that Reelhouse did not write"))
    }

    /// Reads until the buffer has `count` bytes of the line, or the stream ends.
    private func have(_ count: Int) throws(FileError) {
        while buffer.count - line < count {
            if line > 0 {
                memmove(buffer.base, buffer.base + line, buffer.count - line)
                buffer.truncate(to: buffer.count - line)
                line = 0
            }
            let before = buffer.count
            try buffer.fill(upTo: max(count - before, RawEnvelopeReader.step)) { [stream] (room) throws(FileError) in
                try stream.read(into: room)
            }
            if buffer.count == before { return }
        }
    }
}

/// One line of a chunk that is not blank, or the damage that ends a file.
@frozen
public struct Line: Sendable {
    /// Its number in the source, from 1; for Kafka the offset.
    public var number: Int64
    /// The offset of its first byte of content in the decompressed stream, from 0.
    public var byteOffset: Int64
    /// Its bytes in the chunk's buffer, without byte order mark, CR and LF.
    public var span: ByteRange
    /// Its index in the chunk's `notes`; -1 when the line is whole and ordinary.
    public var note: Int32
    /// The snapshot date of its movie document, as days since 1970-01-01; of no meaning for an event.
    public var snapshotDay: Int32

    /// A line.
    public init(span: ByteRange, number: Int64, byteOffset: Int64, snapshotDay: Int32, note: Int32 = -1) {
        self.span = span
        self.number = number
        self.byteOffset = byteOffset
        self.note = note
        self.snapshotDay = snapshotDay
    }
}

/// What is out of the ordinary about a line.
public enum LineNote: Equatable, Sendable {
    /// Over 16 MiB: the chunk has its first 64 KiB; the length in bytes and the SHA-256 in hexadecimal are of all.
    case tooLong(length: Int64, sha256: String)
    /// The damage that ends a file, in words; the chunk has what was left over after the last LF (if that is over
    /// 16 MiB, its first 64 KiB, and the words say its length and SHA-256).
    case damage(String)
    /// The start of a file that is not NDJSON, with what it is in words; the chunk has its first line, 64 KiB at most.
    case unsupported(String)
}

/// Consecutive lines of one source with the position after them: what a source gives, and what is in flight.
///
/// One owner at a time: it is handed from the reader to a decoder to the writer.
public final class LineChunk {
    /// Where the lines come from.
    public let source: Source
    /// The lines' bytes, and after them texts that cleaning wrote anew.
    public let buffer: ByteBuffer
    /// The lines that are not blank, in order.
    public var lines: [Line] = []
    /// What `Line.note` points to.
    public var notes: [LineNote] = []
    /// The position after the last line, blank ones included.
    public var end: SourcePosition
    /// Whether the source has nothing after this chunk.
    public var isLast = false
    /// What the source is known by once this chunk is loaded; nil for a stream that is always read (standard input).
    public var mark: SourceMark?
    /// What is to be said of the source with this chunk.
    public var notice: SourceNotice?
    /// How many bytes of the source's own (compressed) size have been read up to here; for progress.
    public var sourceBytesRead: Int64 = 0

    /// How many of its lines were rejected and are plainly of the other stream; told by its decoder.
    public var otherPortLines: Int64 = 0

    /// Whether it ends in damage.
    public var isDamaged: Bool {
        notes.contains { note in
            if case .damage = note { return true }
            return false
        }
    }

    /// Whether it is a file that is not NDJSON.
    public var isUnsupported: Bool {
        notes.contains { note in
            if case .unsupported = note { return true }
            return false
        }
    }

    /// A chunk without lines, to be filled.
    public init(source: Source, capacity: Int, start: SourcePosition) {
        self.source = source
        self.buffer = ByteBuffer(capacity: capacity)
        self.end = start
    }
}

/// The longest line that is read, in bytes of content.
public let maximumLineLength = 16 << 20
/// How much of a longer one is kept.
public let keptOfLongLine = 64 << 10

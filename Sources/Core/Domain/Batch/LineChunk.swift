/// One line of a chunk that is not blank, or the damage that ends a file.
@frozen
public struct Line: Sendable {
    /// Its number in the source, from 1; for Kafka the offset.
    public var number: Int64
    /// The offset of its first byte of content in the decompressed stream, from 0.
    public var byteOffset: Int64
    /// Its bytes in the chunk's buffer, without byte order mark, CR and LF.
    public var span: ByteRange
    /// Its index in the notes of the chunk; -1 if it has none, so that the line is parsed.
    public var note: Int32
    /// The snapshot date of its movie document, as days since 1970-01-01; not used for events.
    public var snapshotDay: Int32

    /// Creates a line.
    public init(span: ByteRange, number: Int64, byteOffset: Int64, snapshotDay: Int32, note: Int32 = -1) {
        self.span = span
        self.number = number
        self.byteOffset = byteOffset
        self.note = note
        self.snapshotDay = snapshotDay
    }
}

/// Why a line is not parsed.
public enum LineNote: Equatable, Sendable {
    /// It is over 16 MiB. The chunk has its first 64 KiB; length (in bytes) and SHA-256 (in hexadecimal) are those of
    /// the whole line.
    case tooLong(length: Int64, sha256: String)
    /// The damage that ends a file, in words. The chunk has the bytes after the last LF (if they are over 16 MiB, the
    /// first 64 KiB of them, and the words give their length and SHA-256).
    case damage(String)
    /// The start of a file that is not NDJSON, with a message about the file. The chunk has its first line, 64 KiB at
    /// most.
    case unsupported(String)
}

/// Consecutive lines of one source with the position after them. Sources give their lines in chunks.
///
/// It has one owner at a time: the reader hands it to a decoder, which hands it to the writer.
public final class LineChunk {
    /// Where the lines come from.
    public let source: Source
    /// The bytes of the lines, and after them the texts that cleaning added.
    public let buffer: ByteBuffer
    /// The lines that are not blank, in order.
    public var lines: [Line] = []
    /// The notes that `Line.note` is an index of.
    public var notes: [LineNote] = []
    /// What the source itself calls lines, by their numbers, where it has such names: the `_id` of a document. The messages
    /// of rejections have them.
    public var names: [Int64: String] = [:]
    /// The position after the last line, blank ones included.
    public var end: SourcePosition
    /// Whether the source has nothing after this chunk.
    public var isLast = false
    /// How the source is recognised again once this chunk is loaded; nil for one that is always read (standard input).
    public var mark: SourceMark?
    /// What to report about the source with this chunk.
    public var notice: SourceNotice?
    /// How many bytes of the source, as it is stored (compressed), have been read up to here; for progress.
    public var sourceBytesRead: Int64 = 0

    /// How many of its lines were rejected and clearly belong to the other port; counted by the decoder.
    public var otherPortLines: Int64 = 0

    /// Whether the file is damaged at the end of this chunk.
    public var isDamaged: Bool {
        notes.contains { note in
            if case .damage = note { return true }
            return false
        }
    }

    /// Whether the file is not NDJSON.
    public var isUnsupported: Bool {
        notes.contains { note in
            if case .unsupported = note { return true }
            return false
        }
    }

    /// Creates a chunk without lines.
    public init(source: Source, capacity: Int, start: SourcePosition) {
        self.source = source
        self.buffer = ByteBuffer(capacity: capacity)
        self.end = start
    }
}

/// The longest line that is read, in bytes of content.
public let maximumLineLength = 16 << 20
/// How many bytes are kept of a longer line.
public let keptOfLongLine = 64 << 10

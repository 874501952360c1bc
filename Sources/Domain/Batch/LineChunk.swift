/// Where lines come from, as the warehouse knows it.
public struct SourceIdentity: Hashable, Sendable {
    /// Which stream.
    public enum Port: String, Sendable, CaseIterable {
        case movies
        case events
    }

    /// Which stream the lines belong to.
    public var port: Port
    /// What the bytes are known by: `sha256:` and 64 hexadecimal digits for a file, `topic/partition` for Kafka.
    public var key: String
    /// The snapshot date that was given or stands in the name, as days since 1970-01-01; nil for events, or when the
    /// run's clock decides.
    public var snapshotDay: Int32?

    /// An identity.
    public init(port: Port, key: String, snapshotDay: Int32? = nil) {
        self.port = port
        self.key = key
        self.snapshotDay = snapshotDay
    }
}

/// How far a source has been read: the position after the last line that is taken.
public struct SourcePosition: Hashable, Sendable {
    /// Lines passed, blank ones included: the number of the next line less 1. For Kafka the next offset.
    public var line: Int64
    /// Bytes passed in the decompressed stream.
    public var byteOffset: Int64

    /// A position; the start unless told.
    public init(line: Int64 = 0, byteOffset: Int64 = 0) {
        self.line = line
        self.byteOffset = byteOffset
    }
}

/// A source as a run has it open.
public final class Source: Sendable {
    /// Its name as the user gave it: what `rejected_record.source` says.
    public let name: String
    /// The row of the ledger that it goes on from, or takes the place of; nil when the ledger has none of it.
    public let identity: SourceIdentity?
    /// Whether it is read from its start although the ledger has a row of it. The row stays until it is read whole.
    public let isReadAgain: Bool
    /// Which stream its lines belong to.
    public let port: SourceIdentity.Port
    /// The snapshot date of its documents, as days since 1970-01-01.
    public let snapshotDay: Int32
    /// Its place among the sources of this run.
    public let number: Int

    /// A source.
    public init(
        name: String, identity: SourceIdentity?, port: SourceIdentity.Port, snapshotDay: Int32, number: Int,
        isReadAgain: Bool = false
    ) {
        self.name = name
        self.identity = identity
        self.isReadAgain = isReadAgain
        self.port = port
        self.snapshotDay = snapshotDay
        self.number = number
    }
}

/// One line of a chunk that is not blank, or the damage that ends a file.
@frozen
public struct Line: Sendable {
    /// Its number in the source, from 1; for Kafka the offset.
    public var number: Int64
    /// The offset of its first byte of content in the decompressed stream, from 0.
    public var byteOffset: Int64
    /// Its bytes in the chunk's buffer, without byte order mark, CR and LF.
    public var span: Span
    /// Its index in the chunk's `notes`; -1 when the line is whole and ordinary.
    public var note: Int32

    /// A line.
    public init(span: Span, number: Int64, byteOffset: Int64, note: Int32 = -1) {
        self.span = span
        self.number = number
        self.byteOffset = byteOffset
        self.note = note
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

/// Consecutive lines of one source with the position after them: what a source port gives, and what is in flight.
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

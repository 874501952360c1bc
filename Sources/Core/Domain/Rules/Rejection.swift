/// A line that broke a rule: what the quarantine stores of it.
///
/// The rejection of a line of a chunk refers to the bytes in the chunk's buffer, so that many of them need no copies.
/// It is used by one thread at a time, together with the chunk.
public struct Rejection {
    /// The source's name as the user gave it.
    public var source: String
    /// The port that it was read from.
    public var port: SourcePort
    /// The line's number.
    public var line: Int64
    /// The offset of its first byte of content.
    public var byteOffset: Int64
    /// The rule it broke.
    public var rule: CleaningRule
    /// What is wrong, in words that a person can act on.
    public var message: String
    private var kept: Kept
    /// Whether `raw` is the whole line: false for the start of a line over 16 MiB, for the rest that damage leaves, and
    /// for the start of a file that has no lines.
    public let isWhole: Bool
    /// The snapshot date that a movie document would have had, as days since 1970-01-01; nil for events.
    public var snapshotDay: Int32?
    /// The event or movie of the line, if the line names it. Once that is in the warehouse, the line is cured.
    public var identity: Identity?

    /// The event or movie that a line is about.
    public enum Identity: Hashable, Sendable {
        /// An event: its time, milliseconds since 1970, and its id as two big-endian words.
        case event(time: Int64, idHigh: UInt64, idLow: UInt64)
        /// A movie, on the rejection's snapshot date.
        case movie(id: Int64)
    }

    /// Creates a rejection, for example from what the quarantine has of it.
    ///
    /// Whether it is whole follows from the rule and the length of `raw`. A malformed line of exactly `keptOfLongLine`
    /// bytes counts as the start of a longer one, which is what the quarantine keeps of such a line.
    public init(
        source: String, port: SourcePort, line: Int64, byteOffset: Int64, rule: CleaningRule, message: String,
        raw: [UInt8], snapshotDay: Int32?, identity: Identity? = nil
    ) {
        self.source = source
        self.port = port
        self.line = line
        self.byteOffset = byteOffset
        self.rule = rule
        self.message = message
        kept = .bytes(raw)
        isWhole = Self.isWhole(rule, isStart: rule == .malformedJSON && raw.count == keptOfLongLine)
        self.snapshotDay = snapshotDay
        self.identity = identity
    }

    /// Creates the rejection of a line of a chunk.
    ///
    /// - Parameter isStart: whether the chunk has only the start of the line.
    fileprivate init(
        _ line: Line, of chunk: LineChunk, rule: CleaningRule, message: String, isStart: Bool = false
    ) {
        source = chunk.source.name
        port = chunk.source.port
        self.line = line.number
        byteOffset = line.byteOffset
        self.rule = rule
        self.message = chunk.names[line.number].map { "\(message) [\($0)]" } ?? message
        kept = .piece(chunk.buffer, line.span)
        isWhole = Self.isWhole(rule, isStart: isStart)
        snapshotDay = chunk.source.port == .movies ? line.snapshotDay : nil
    }

    /// The line, byte for byte (of one over 16 MiB the first 64 KiB).
    public var raw: [UInt8] {
        if case .bytes(let bytes) = kept { return bytes }
        return withRaw { [UInt8]($0) }
    }

    /// The same with a copy of the line's bytes, which can be used after the chunk.
    public var withOwnBytes: Rejection {
        var copy = self
        copy.kept = .bytes(raw)
        return copy
    }

    /// How long `raw` is.
    public var rawLength: Int {
        switch kept {
        case .bytes(let bytes): bytes.count
        case .piece(_, let span): Int(span.length)
        }
    }

    /// Gives `raw` without a copy.
    public func withRaw<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch kept {
        case .bytes(let bytes):
            let result: Swift.Result<Result, Failure> = bytes.withUnsafeBytes { bytes in
                do throws(Failure) { return .success(try body(bytes)) } catch { return .failure(error) }
            }
            return try result.get()
        case .piece(let buffer, let span):
            return try body(buffer.bytes(at: Int(span.offset), count: Int(span.length)))
        }
    }

    private static func isWhole(_ rule: CleaningRule, isStart: Bool) -> Bool {
        switch rule {
        case .damagedFile, .unsupportedFile: false
        default: !isStart
        }
    }

    private enum Kept {
        case bytes([UInt8])
        case piece(ByteBuffer, ByteRange)
    }
}

extension LineChunk {
    /// The rejection of a line of this chunk.
    public func rejection(of line: Line, rule: CleaningRule, message: String) -> Rejection {
        Rejection(line, of: self, rule: rule, message: message)
    }

    /// The rejection of a line whose note says that it is not parsed: it is too long, damaged, or the start of a file
    /// of another kind. Nil for an ordinary line.
    public func rejectionByNote(of line: Line) -> Rejection? {
        guard line.note >= 0 else { return nil }
        switch notes[Int(line.note)] {
        case .tooLong(let length, let sha256):
            return Rejection(
                line, of: self, rule: .malformedJSON,
                message:
                    "The line is too long: it has \(length) bytes (SHA-256 \(sha256)), and at most 16 MiB are read. "
                    + "Split it.", isStart: true)
        case .damage(let words):
            return rejection(of: line, rule: .damagedFile, message: words)
        case .unsupported(let message):
            return rejection(of: line, rule: .unsupportedFile, message: message)
        }
    }
}

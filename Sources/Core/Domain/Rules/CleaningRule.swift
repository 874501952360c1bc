/// A rule that a line can break, by the name that is stored. The first of a stream's rules that a line breaks, in this
/// order, is the one that is stored.
public enum CleaningRule: String, Sendable, CaseIterable {
    case malformedJSON = "malformed_json"
    case invalidMovieID = "invalid_movie_id"
    case missingTitle = "missing_title"
    case unknownEventType = "unknown_event_type"
    case invalidEventID = "invalid_event_id"
    case invalidEventTime = "invalid_event_time"
    case eventTimeOutOfRange = "event_time_out_of_range"
    case invalidUserID = "invalid_user_id"
    case missingMovieID = "missing_movie_id"
    case invalidSeconds = "invalid_seconds"
    case invalidScore = "invalid_score"
    case invalidCommentID = "invalid_comment_id"
    case emptyComment = "empty_comment"
    case invalidVote = "invalid_vote"
    case invalidStatus = "invalid_status"
    case eventIDConflict = "event_id_conflict"
    case damagedFile = "damaged_file"
    case unsupportedFile = "unsupported_file"
}

/// A line that broke a rule, on its way to quarantine.
///
/// It holds its line's chunk, so that as many as there may be cost no copies; it goes where the chunk goes.
public struct Rejection {
    /// The source's name as the user gave it.
    public var source: String
    /// Which stream it was read as.
    public var port: SourcePort
    /// The line's number.
    public var line: Int64
    /// The offset of its first byte of content.
    public var byteOffset: Int64
    /// The rule it broke.
    public var rule: CleaningRule
    /// What is wrong, in words a person can act on.
    public var message: String
    private var kept: Kept
    /// The snapshot date that a movie document would have had, as days since 1970-01-01; nil for events.
    public var snapshotDay: Int32?
    /// What the line is about, where it says so: when that is in the warehouse, the line is cured.
    public var identity: Identity?

    /// What a line is about.
    public enum Identity: Hashable, Sendable {
        /// An event: its time, milliseconds since 1970, and its id as two big-endian words.
        case event(time: Int64, idHigh: UInt64, idLow: UInt64)
        /// A movie, on the rejection's snapshot date.
        case movie(id: Int64)
    }

    /// A rejection.
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
        self.kept = .bytes(raw)
        self.snapshotDay = snapshotDay
        self.identity = identity
    }

    /// The rejection of a line of a chunk.
    fileprivate init(_ line: Line, of chunk: LineChunk, rule: CleaningRule, message: String) {
        source = chunk.source.name
        port = chunk.source.port
        self.line = line.number
        byteOffset = line.byteOffset
        self.rule = rule
        self.message = message
        kept = .piece(chunk.buffer, line.span)
        snapshotDay = chunk.source.port == .movies ? line.snapshotDay : nil
    }

    /// The line, byte for byte (of one over 16 MiB the first 64 KiB).
    public var raw: [UInt8] {
        if case .bytes(let bytes) = kept { return bytes }
        return withRaw { [UInt8]($0) }
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

    private enum Kept {
        case bytes([UInt8])
        case piece(ByteBuffer, ByteRange)
    }
}

extension Rejection {
    /// How the message begins of a line that was too long to be kept whole.
    fileprivate static let tooLongMessage = "The line is too long: it has "

    /// Whether `raw` is all of a line: not the start of one over 16 MiB, nor what damage left of one, nor the start of a
    /// file that has no lines.
    public var isWhole: Bool {
        switch rule {
        case .damagedFile, .unsupportedFile: false
        case .malformedJSON: !message.hasPrefix(Self.tooLongMessage)
        default: true
        }
    }
}

extension LineChunk {
    /// A line of this chunk as a rejection.
    public func rejection(of line: Line, rule: CleaningRule, message: String) -> Rejection {
        Rejection(line, of: self, rule: rule, message: message)
    }

    /// What the line's note makes of it before it is parsed: too long, damaged, the start of another kind of file, or nil for an ordinary line.
    public func rejectionByNote(of line: Line) -> Rejection? {
        guard line.note >= 0 else { return nil }
        switch notes[Int(line.note)] {
        case .tooLong(let length, let sha256):
            return rejection(
                of: line, rule: .malformedJSON,
                message: Rejection.tooLongMessage
                    + "\(length) bytes (SHA-256 \(sha256)), and at most 16 MiB are read. Split it.")
        case .damage(let words):
            return rejection(of: line, rule: .damagedFile, message: words)
        case .unsupported(let message):
            return rejection(of: line, rule: .unsupportedFile, message: message)
        }
    }
}

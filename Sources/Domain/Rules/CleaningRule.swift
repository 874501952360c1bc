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
}

/// A line that broke a rule, on its way to quarantine.
public struct Rejection: Sendable {
    /// The source's name as the user gave it.
    public var source: String
    /// Which stream it was read as.
    public var port: SourceIdentity.Port
    /// The line's number.
    public var line: Int64
    /// The offset of its first byte of content.
    public var byteOffset: Int64
    /// The rule it broke.
    public var rule: CleaningRule
    /// What is wrong, in words a person can act on.
    public var message: String
    /// The line, byte for byte (of one over 16 MiB the first 64 KiB).
    public var raw: [UInt8]
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
        source: String, port: SourceIdentity.Port, line: Int64, byteOffset: Int64, rule: CleaningRule, message: String,
        raw: [UInt8], snapshotDay: Int32?, identity: Identity? = nil
    ) {
        self.source = source
        self.port = port
        self.line = line
        self.byteOffset = byteOffset
        self.rule = rule
        self.message = message
        self.raw = raw
        self.snapshotDay = snapshotDay
        self.identity = identity
    }
}

extension Rejection {
    /// How the message begins of a line that was too long to be kept whole.
    fileprivate static let tooLongMessage = "The line is too long: it has "

    /// Whether `raw` is all of a line: not the start of one over 16 MiB, nor what damage left of one.
    public var isWhole: Bool {
        switch rule {
        case .damagedFile: false
        case .malformedJSON: !message.hasPrefix(Self.tooLongMessage)
        default: true
        }
    }
}

extension LineChunk {
    /// A line of this chunk as a rejection.
    public func rejection(of line: Line, rule: CleaningRule, message: String) -> Rejection {
        Rejection(
            source: source.name, port: source.port, line: line.number, byteOffset: line.byteOffset, rule: rule,
            message: message, raw: [UInt8](buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))),
            snapshotDay: source.port == .movies ? source.snapshotDay : nil)
    }

    /// What the line's note makes of it before it is parsed: too long or damaged, or nil for an ordinary line.
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
        }
    }
}

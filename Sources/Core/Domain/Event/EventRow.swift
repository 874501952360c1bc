/// A cleaned event of a batch: numbers, and the places of its texts in the chunk's buffer.
@frozen
public struct EventRow: Sendable {
    /// Milliseconds since 1970 in UTC.
    public var time: Int64 = 0
    /// The higher 8 bytes of the event id.
    public var idHigh: UInt64 = 0
    /// The lower 8 bytes of the event id.
    public var idLow: UInt64 = 0
    /// XXH3-64 of the content (contract §3).
    public var contentHash: UInt64 = 0
    /// The user, from 1.
    public var userID: Int64 = 0
    /// The movie, from 1; 0 is none.
    public var movieID: Int64 = 0
    /// Seconds of a trailer, dwell or watch; NaN is null.
    public var seconds = Double.nan
    /// The score of a rate event; NaN is null.
    public var score = Double.nan
    /// Its index in the chunk's lines.
    public var line: UInt32 = 0
    /// What the user did.
    public var type = EventType.click
    /// Whether a comment is deleted.
    public var isDeleted = false
    /// Whether a reaction is undone.
    public var isUndone = false
    /// The vote on a comment.
    public var vote: Int8 = 0
    /// The watchlist status.
    public var status = WatchlistStatus.watching
    /// Whether the movie is in the warehouse; set by enrichment, as are the three fields below.
    public var isMovieKnown = false
    /// The year of the movie's release date; 0 is null.
    public var releaseYear: Int16 = 0
    /// The movie's release date as days since 1970-01-01; `Int32.min` is null.
    public var releaseDay = Int32.min
    /// The movie's first genre; 0 is null.
    public var genreID: Int64 = 0
    /// The session's key.
    public var sessionID = ByteRange.null
    /// What a search looked for.
    public var query = ByteRange.null
    /// A comment's key.
    public var commentID = ByteRange.null
    /// The key of the comment that it answers.
    public var parentID = ByteRange.null
    /// A comment's whole body.
    public var body = ByteRange.null
    /// The session's device.
    public var device = ByteRange.null
    /// The session's browser.
    public var browser = ByteRange.null
    /// The session's operating system.
    public var os = ByteRange.null
    /// The session's screen.
    public var screenResolution = ByteRange.null

    /// Creates an event whose optional fields are null.
    public init() {}

    /// Whether the event has any of the four device fields.
    @inlinable public var hasDevice: Bool {
        !(device.isNull && browser.isNull && os.isNull && screenResolution.isNull)
    }
}

/// The cleaned events of a chunk.
///
/// It has one owner at a time: a decoder hands it to the writer.
public final class EventBatch {
    /// The chunk that they come from, whose buffer has their texts.
    public let chunk: LineChunk
    /// The events that broke no rule, in the order of their lines.
    public let rows: UnsafeMutablePointer<EventRow>
    /// How many rows there are.
    public private(set) var rowCount = 0
    /// The lines that broke a rule.
    public var rejections: [Rejection] = []
    /// The lengths of the comment bodies that were longer than the warehouse keeps.
    public var longBodies: [Int] = []
    /// How many lines were read: those of the rows and of the rejections.
    public var read = 0
    /// How many keys of accepted events were too long.
    public var warnings: Int { warningTally.count }
    /// The warnings by reason.
    public internal(set) var warningTally: WarningTally
    /// The keys of accepted events that are in the wrong place.
    public internal(set) var misplaced = MisplacedTally()

    /// Creates a batch without events.
    ///
    /// - Parameter warningExamples: how many warnings of each reason are kept to be shown.
    public init(chunk: LineChunk, warningExamples: Int = 0) {
        self.chunk = chunk
        warningTally = WarningTally(exampleLimit: warningExamples)
        rows = .allocate(capacity: max(1, chunk.lines.count))
    }

    deinit { rows.deallocate() }

    /// Adds the event of a line. There is room for one event for each line.
    @inline(__always)
    func append(_ row: EventRow) {
        (rows + rowCount).initialize(to: row)
        rowCount += 1
    }
}

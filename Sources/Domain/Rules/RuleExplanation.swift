/// What a cleaning rule does, for a person: what `reelhouse explain` prints and the documentation lists.
public struct RuleExplanation: Sendable {
    /// The streams that have the rule.
    public let stream: String
    /// When a line is rejected.
    public let rejects: String
    /// Why that is so.
    public let reason: String
    /// A line that breaks it and no other rule; of an identity that comes twice two lines, of damage words.
    public let example: String
    /// What to do with such lines.
    public let remedy: String

    init(_ stream: String, rejects: String, reason: String, example: String, remedy: String) {
        self.stream = stream
        self.rejects = rejects
        self.reason = reason
        self.example = example
        self.remedy = remedy
    }
}

extension CleaningRule {
    private static let retry = "Mend the program that writes the lines, and load them again from it."

    private static func rating(score: Int) -> String {
        #"{"event_id":"0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rate","#
            + #""event_time":"2025-11-20T18:03:22Z","user_id":4711,"movie_id":603,"metadata":{"score":\#(score)}}"#
    }

    /// What the rule does.
    public var explanation: RuleExplanation {
        switch self {
        case .malformedJSON, .damagedFile: explanationOfBytes
        case .invalidMovieID, .missingTitle: explanationOfMovies
        case .unknownEventType, .invalidEventID, .invalidEventTime, .eventTimeOutOfRange, .invalidUserID,
            .missingMovieID:
            explanationOfIdentity
        case .invalidSeconds, .invalidScore, .invalidCommentID, .emptyComment, .invalidVote, .invalidStatus,
            .eventIDConflict:
            explanationOfPayload
        }
    }

    private var explanationOfBytes: RuleExplanation {
        switch self {
        case .malformedJSON:
            RuleExplanation(
                "movies, events",
                rejects: "it is not one JSON object: cut off, two values, invalid UTF-8, an escape that is no Unicode "
                    + "scalar value, deeper than 64 levels, or longer than 16 MiB; also in a key that nobody reads",
                reason: "What cannot be parsed as a whole cannot be trusted in part: a reader that skips the fault may "
                    + "read another value than the one that was meant.",
                example: #"{"event_type":"view","user_id":47"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "movies, events",
                rejects: "the file's compressed data is cut or corrupt; what was decompressed before is loaded",
                reason: "A file that was not copied whole must not look as if it were.",
                example: "a .zst file whose last block is missing",
                remedy: "Copy the file again: it has other bytes then, and is read as new; what was loaded before is "
                    + "found to be duplicates.")
        }
    }

    private var explanationOfMovies: RuleExplanation {
        switch self {
        case .invalidMovieID:
            RuleExplanation(
                "movies", rejects: "its id is no integer from 1",
                reason: "The id is what everything else refers to a movie by.",
                example: #"{"id":0,"title":"The Glass Harbor"}"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "movies", rejects: "neither title nor original_title is text that is not blank",
                reason:
                    "A movie without any title cannot be shown to anyone; a missing title is taken from the original.",
                example: #"{"id":42,"title":" ","original_title":null}"#,
                remedy: "Fetch the document again; TMDB may have been answering with an empty one.")
        }
    }

    private var explanationOfIdentity: RuleExplanation {
        switch self {
        case .unknownEventType:
            RuleExplanation(
                "events",
                rejects: "its event_type is absent or none of "
                    + EventType.allCases.map(\.name).joined(separator: ", ") + " (or dwelltime, rating)",
                reason: "What an event of an unknown type means, only the program that sent it knows.",
                example: #"{"event_type":"teleport","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603}"#,
                remedy: "If the type is new, a newer version may know it: then `reelhouse quarantine retry`.")
        case .invalidEventID:
            RuleExplanation(
                "events", rejects: "its event_id is there, and not a UUID of 36 characters",
                reason: "The id tells a re-sent event from a new one; one that is absent is derived from the content.",
                example: #"{"event_id":"12345","event_type":"view","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603}"#,
                remedy: Self.retry)
        case .invalidEventTime:
            RuleExplanation(
                "events",
                rejects: "its event_time is absent, neither RFC 3339 nor integer epoch milliseconds, or no real date",
                reason: "Facts are kept in the order of time, and a guess would be worse than none.",
                example: #"{"event_type":"view","event_time":"2025-02-30T10:00:00Z","user_id":4711,"movie_id":603}"#,
                remedy: Self.retry)
        case .eventTimeOutOfRange:
            RuleExplanation(
                "events", rejects: "its event_time is before 1995-01-01 or more than a day after the run's clock",
                reason: "Clocks that are wrong and seconds taken for milliseconds end up there.",
                example: #"{"event_type":"view","event_time":1763661802,"user_id":4711,"movie_id":603}"#,
                remedy: "Check the sender's clock and unit; for older data set --now to when it was new.")
        case .invalidUserID:
            RuleExplanation(
                "events", rejects: "its user_id is no integer from 1",
                reason: "Every fact belongs to a user.",
                example: #"{"event_type":"view","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":"anonymous","movie_id":603}"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "events", rejects: "its type needs a movie_id, and it is no integer from 1",
                reason: "All but search and comment_vote are about a movie.",
                example: #"{"event_type":"watch","event_time":"2025-11-20T18:03:22Z","user_id":4711,"movie_id":null}"#,
                remedy: Self.retry)
        }
    }

    private var explanationOfPayload: RuleExplanation {
        switch self {
        case .invalidSeconds:
            RuleExplanation(
                "events", rejects: "its seconds (or watched_seconds) are present, not null, and no number from 0",
                reason: "Times are summed up; a negative one would take away from others.",
                example: #"{"event_type":"watch","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"watched_seconds":-5}}"#,
                remedy: Self.retry)
        case .invalidScore:
            RuleExplanation(
                "events", rejects: "the score of a rate event is absent, or not null and no number from 0.5 to 10",
                reason: "A score off the scale would spoil every mean; null withdraws a rating.",
                example: #"{"event_type":"rate","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"score":11}}"#,
                remedy: Self.retry)
        case .invalidCommentID:
            RuleExplanation(
                "events", rejects: "the comment_id is neither text nor an integer, or over 512 bytes",
                reason: "A comment is known by its id: later edits, deletions and votes name it.",
                example: #"{"event_type":"comment","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"body":"Fine."}}"#,
                remedy: Self.retry)
        case .emptyComment:
            RuleExplanation(
                "events", rejects: "a comment has neither a body nor \"deleted\": true",
                reason: "A comment that says nothing is a fault of the sender, not a comment.",
                example: #"{"event_type":"comment","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"comment_id":"c1","body":"  "}}"#,
                remedy: Self.retry)
        case .invalidVote:
            RuleExplanation(
                "events", rejects: "the vote of a comment_vote is none of -1, 0 and 1",
                reason: "Votes are added up; 0 withdraws one.",
                example: #"{"event_type":"comment_vote","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"metadata":{"comment_id":"c1","vote":5}}"#,
                remedy: Self.retry)
        case .invalidStatus:
            RuleExplanation(
                "events",
                rejects: "the status of a watchlist event is none of watching, completed, planned, dropped, removed",
                reason: "The site shows lists by status; removed withdraws an entry.",
                example: #"{"event_type":"watchlist","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"status":"maybe"}}"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "events",
                rejects:
                    "its event_time and event_id are in the warehouse already, with other content; the first stays",
                reason: "The same identity with the same content is a duplicate; with other content one of the two is "
                    + "wrong, and nobody here knows which.",
                example: [3, 8].map(Self.rating(score:)).joined(separator: "\n"),
                remedy: "Give each event an id of its own, and load the corrected one.")
        }
    }
}

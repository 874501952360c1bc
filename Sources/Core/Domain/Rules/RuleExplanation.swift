/// Describes a cleaning rule in words, for `reelhouse explain` and the documentation.
public struct RuleExplanation: Sendable {
    /// The ports whose lines the rule concerns: `movies`, `events` or `movies, events`.
    public let ports: String
    /// When the rule rejects a line.
    public let rejects: String
    /// Why the rule exists.
    public let reason: String
    /// A line that breaks this rule and no other. For event_id_conflict it is two lines; for refused_by_warehouse, and
    /// for a rule about whole files, it is a description.
    public let example: String
    /// What to do with such lines.
    public let remedy: String

    init(_ ports: String, rejects: String, reason: String, example: String, remedy: String) {
        self.ports = ports
        self.rejects = rejects
        self.reason = reason
        self.example = example
        self.remedy = remedy
    }
}

extension CleaningRule {
    private static let retry = "Correct the program that writes these lines, then load its corrected output."

    private static func rating(score: Int) -> String {
        #"{"event_id":"0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11","event_type":"rate","#
            + #""event_time":"2025-11-20T18:03:22Z","user_id":4711,"movie_id":603,"metadata":{"score":\#(score)}}"#
    }

    /// The description of the rule.
    public var explanation: RuleExplanation {
        switch self {
        case .malformedJSON, .damagedFile, .unsupportedFile: explanationOfBytes
        case .invalidMovieID, .missingTitle: explanationOfMovies
        case .unknownEventType, .invalidEventID, .invalidEventTime, .eventTimeOutOfRange, .invalidUserID,
            .missingMovieID:
            explanationOfIdentity
        case .invalidSeconds, .invalidScore, .invalidCommentID, .emptyComment, .invalidVote, .invalidStatus,
            .eventIDConflict:
            explanationOfPayload
        case .refusedByWarehouse: explanationOfRefusal
        }
    }

    private var explanationOfBytes: RuleExplanation {
        switch self {
        case .malformedJSON:
            RuleExplanation(
                "movies, events",
                rejects:
                    "it is not one JSON object: it is cut off, has two values or invalid UTF-8, has an invalid \\u "
                    + "escape (ignored fields count too), is nested deeper than 64 levels, or is longer than 16 MiB",
                reason: "If a part of a line is invalid, the rest cannot be trusted: another reader might read other "
                    + "values from it.",
                example: #"{"event_type":"view","user_id":47"#,
                remedy: Self.retry)
        case .damagedFile:
            RuleExplanation(
                "movies, events",
                rejects: "the compressed file is cut off or corrupt at this place; the lines before it are loaded",
                reason: "A file that was not copied completely must not look complete.",
                example: "a .zst file whose last block is missing",
                remedy: "Copy the file again and load it. The corrected file is read as a new one; lines that were "
                    + "loaded before count as duplicates.")
        default:
            RuleExplanation(
                "movies, events",
                rejects: "the file is not NDJSON, but a zip, xz, bzip2 or tar file, Parquet, SQLite, UTF-16, a JSON "
                    + "array, pretty-printed JSON or CSV; the whole file counts as this one line",
                reason: "Read line by line, such a file would only fill the quarantine.",
                example: "a .json file whose first line is [",
                remedy: "Convert the file with the command that the message names, and load the result.")
        }
    }

    private var explanationOfMovies: RuleExplanation {
        switch self {
        case .invalidMovieID:
            RuleExplanation(
                "movies", rejects: "id is not an integer from 1",
                reason: "All other tables refer to a movie by its id.",
                example: #"{"id":0,"title":"The Glass Harbor"}"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "movies", rejects: "title and original_title are both missing, blank or not text",
                reason: "A movie without a title cannot be shown. If only title is missing, original_title is used.",
                example: #"{"id":42,"title":" ","original_title":null}"#,
                remedy: "Fetch the document from TMDB again; the answer may have been incomplete.")
        }
    }

    private var explanationOfIdentity: RuleExplanation {
        switch self {
        case .unknownEventType:
            RuleExplanation(
                "events",
                rejects: "event_type is missing, or is not one of "
                    + EventType.allCases.map(\.name).joined(separator: ", ")
                    + " (dwelltime and rating are read as dwell and rate)",
                reason: "The fields that an event needs depend on its type.",
                example: #"{"event_type":"teleport","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603}"#,
                remedy: "If the type is new, install a version of reelhouse that knows it, then run "
                    + "`reelhouse quarantine retry`.")
        case .invalidEventID:
            RuleExplanation(
                "events", rejects: "event_id is present but is not a 36-character UUID",
                reason:
                    "The id tells an event that was sent again from a new one. If event_id is missing, it is computed "
                    + "from the event's content.",
                example: #"{"event_id":"12345","event_type":"view","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603}"#,
                remedy: Self.retry)
        case .invalidEventTime:
            RuleExplanation(
                "events",
                rejects:
                    "event_time is missing, or is neither an RFC 3339 date and time nor integer milliseconds since "
                    + "1970",
                reason: "Every fact is stored under its time, and a guessed time would be wrong.",
                example: #"{"event_type":"view","event_time":"2025-02-30T10:00:00Z","user_id":4711,"movie_id":603}"#,
                remedy: Self.retry)
        case .eventTimeOutOfRange:
            RuleExplanation(
                "events", rejects: "event_time is before 1995-01-01, or more than one day after the run's clock",
                reason: "Such times come from wrong clocks, or from seconds written as milliseconds.",
                example: #"{"event_type":"view","event_time":1763661802,"user_id":4711,"movie_id":603}"#,
                remedy:
                    "Check the sender's clock and its unit of time. To load the lines under another clock, set --now.")
        case .invalidUserID:
            RuleExplanation(
                "events", rejects: "user_id is not an integer from 1",
                reason: "Every fact belongs to a user.",
                example: #"{"event_type":"view","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":"anonymous","movie_id":603}"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "events", rejects: "movie_id is not an integer from 1, and the event_type needs one",
                reason: "All types but search and comment_vote are about a movie.",
                example: #"{"event_type":"watch","event_time":"2025-11-20T18:03:22Z","user_id":4711,"movie_id":null}"#,
                remedy: Self.retry)
        }
    }

    private var explanationOfRefusal: RuleExplanation {
        RuleExplanation(
            "movies, events",
            rejects: "it breaks no other rule, and a PostgreSQL warehouse does not accept it: a constraint or trigger "
                + "that was added to its tables refuses the row, or the partition of its month is detached",
            reason: "One line that the database refuses must not stop the others. In a detached month nobody can tell "
                + "a new event from one that was loaded before.",
            example: "an event of 2025-11 after ALTER TABLE fact_user_event DETACH PARTITION fact_user_event_y2025m11",
            remedy: "Do what the message says: attach the month again, or change the constraint or trigger. Then run "
                + "`reelhouse quarantine retry`.")
    }

    private var explanationOfPayload: RuleExplanation {
        switch self {
        case .invalidSeconds:
            RuleExplanation(
                "events",
                rejects: "seconds (for watch: watched_seconds) is present, and is neither null nor a number from 0",
                reason: "Seconds are added up, and a negative value would make the sums wrong.",
                example: #"{"event_type":"watch","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"watched_seconds":-5}}"#,
                remedy: Self.retry)
        case .invalidScore:
            RuleExplanation(
                "events", rejects: "score is missing, or is neither null nor a number from 0.5 to 10",
                reason: "A score outside the scale would make averages wrong. A score of null withdraws a rating.",
                example: #"{"event_type":"rate","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"score":11}}"#,
                remedy: Self.retry)
        case .invalidCommentID:
            RuleExplanation(
                "events", rejects: "comment_id is missing, is neither text nor an integer, or is longer than 512 bytes",
                reason: "Later edits, deletions and votes refer to a comment by its id.",
                example: #"{"event_type":"comment","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"body":"Fine."}}"#,
                remedy: Self.retry)
        case .emptyComment:
            RuleExplanation(
                "events", rejects: "a comment has neither a body nor \"deleted\": true",
                reason: "A comment without text is an error of the sender.",
                example: #"{"event_type":"comment","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"comment_id":"c1","body":"  "}}"#,
                remedy: Self.retry)
        case .invalidVote:
            RuleExplanation(
                "events", rejects: "vote is not -1, 0 or 1",
                reason: "Votes are added up. A vote of 0 withdraws a vote.",
                example: #"{"event_type":"comment_vote","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"metadata":{"comment_id":"c1","vote":5}}"#,
                remedy: Self.retry)
        case .invalidStatus:
            RuleExplanation(
                "events",
                rejects: "status is not one of watching, completed, planned, dropped, removed",
                reason: "The site lists movies by status. The status removed withdraws an entry.",
                example: #"{"event_type":"watchlist","event_time":"2025-11-20T18:03:22Z","#
                    + #""user_id":4711,"movie_id":603,"metadata":{"status":"maybe"}}"#,
                remedy: Self.retry)
        default:
            RuleExplanation(
                "events",
                rejects:
                    "the warehouse already has an event with the same event_time and event_id and other content; that "
                    + "one stays",
                reason: "Two events with the same time, id and content are duplicates. If the content differs, one of "
                    + "the two is wrong.",
                example: [3, 8].map(Self.rating(score:)).joined(separator: "\n"),
                remedy: "Give each event its own event_id, and load the corrected event.")
        }
    }
}

/// The keys of an event that are read. The raw value is the key's index in the parser's list.
enum EventKey: Int, CaseIterable {
    case eventType, eventTime, eventID, userID, sessionID, movieID, session, metadata
    case device, browser, os, screenResolution
    case userAgent, actionType, timestamp, rating, query, trailerTime, dwellTime
    case seconds, watchedSeconds, score, commentID, parentID, body, deleted, vote, status, undo

    /// The key as it is in the document.
    var name: StaticString {
        switch self {
        case .eventType: "event_type"
        case .eventTime: "event_time"
        case .eventID: "event_id"
        case .userID: "user_id"
        case .sessionID: "session_id"
        case .movieID: "movie_id"
        case .session: "session"
        case .metadata: "metadata"
        case .device: "device"
        case .browser: "browser"
        case .os: "os"
        case .screenResolution: "screen_resolution"
        case .userAgent: "user_agent"
        case .actionType: "action_type"
        case .timestamp: "timestamp"
        case .rating: "rating"
        case .query: "query"
        case .trailerTime: "trailer_time"
        case .dwellTime: "dwell_time"
        case .seconds: "seconds"
        case .watchedSeconds: "watched_seconds"
        case .score: "score"
        case .commentID: "comment_id"
        case .parentID: "parent_id"
        case .body: "body"
        case .deleted: "deleted"
        case .vote: "vote"
        case .status: "status"
        case .undo: "undo"
        }
    }

    /// Whether the key belongs inside `metadata`.
    var isPayload: Bool {
        switch self {
        case .query, .seconds, .watchedSeconds, .score, .commentID, .parentID, .body, .deleted, .vote, .status, .undo:
            true
        default: false
        }
    }
}

/// A rule that a line can break, by the name that is stored.
///
/// A port has those of the rules that concern its lines (`RuleExplanation.ports`). If a line breaks several of them,
/// the first one in this order is stored.
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
    case refusedByWarehouse = "refused_by_warehouse"
    case damagedFile = "damaged_file"
    case unsupportedFile = "unsupported_file"
}

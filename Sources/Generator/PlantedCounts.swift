import Domain

/// Exactly what the generator wrote, so that a test can check that a load finds all of it.
public struct PlantedCounts: Sendable, Equatable {
    /// Event files, one for each day that has lines.
    public var eventFiles = 0
    /// Movie files, one for each snapshot date.
    public var movieFiles = 0
    /// Bytes of all lines before compression.
    public var bytes: Int64 = 0

    /// Lines of the event files.
    public var lines = 0
    /// Lines that repeat an event which another line has, byte for byte or spelled another way.
    public var duplicates = 0
    /// The duplicates that are in a later file than their event.
    public var duplicatesInOtherFiles = 0
    /// Lines with the event_time and event_id of an earlier line of the same file, but other content.
    public var conflicts = 0
    /// Event lines that break a rule, by the rule's stored name; conflicts are among them.
    public var rejectedByRule: [String: Int] = [:]
    /// Valid first lines of events in the web frontend's older form.
    public var legacyForm = 0
    /// Valid first lines of events of an earlier day than their file's.
    public var late = 0
    /// Valid first lines of events that have no event_id.
    public var withoutEventID = 0
    /// Valid first lines of events of movies that are in no movie file.
    public var unknownMovies = 0

    /// Lines of the movie files.
    public var movieLines = 0
    /// Documents that repeat another one of the same file, byte for byte or spelled another way.
    public var movieDuplicates = 0
    /// Documents that break a rule, by the rule's stored name.
    public var movieRejectedByRule: [String: Int] = [:]
    /// Documents that are accepted with one warning each.
    public var movieWarnings = 0

    /// Event lines that break a rule.
    public var rejected: Int { rejectedByRule.values.reduce(0, +) }
    /// Events that a pipeline accepts: distinct identities among the valid lines.
    public var distinctEvents: Int { lines - duplicates - rejected }
    /// Documents that break a rule.
    public var movieRejected: Int { movieRejectedByRule.values.reduce(0, +) }
    /// Documents that a pipeline accepts: distinct ones among the valid lines.
    public var distinctMovieDocuments: Int { movieLines - movieDuplicates - movieRejected }

    /// Creates counts of 0.
    public init() {}

    mutating func reject(_ rule: CleaningRule) { rejectedByRule[rule.rawValue, default: 0] += 1 }
    mutating func rejectMovie(_ rule: CleaningRule) { movieRejectedByRule[rule.rawValue, default: 0] += 1 }
}

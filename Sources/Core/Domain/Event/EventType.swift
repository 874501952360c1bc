/// The type of an event: what the user did.
public enum EventType: UInt8, Sendable, CaseIterable {
    case click, view, share, trailer, dwell, search, watch, rate, like, dislike, comment
    case commentVote
    case watchlist

    /// The name that is stored.
    public var name: String { EventType.names[Int(rawValue)] }

    /// The name that is stored, as a string without a copy.
    public var staticName: StaticString { EventType.staticNames[Int(rawValue)] }

    /// Whether an event of this type must have a movie.
    public var requiresMovie: Bool { self != .search && self != .commentVote }

    private static let staticNames: [StaticString] = [
        "click", "view", "share", "trailer", "dwell", "search", "watch", "rate", "like", "dislike", "comment",
        "comment_vote", "watchlist",
    ]
    private static let names = staticNames.map { $0.description }

    /// The type with a name or alias; nil if there is none.
    public static func named(_ bytes: UnsafeRawBufferPointer) -> EventType? {
        for type in allCases where ScalarRules.equals(bytes, staticNames[Int(type.rawValue)]) { return type }
        if ScalarRules.equals(bytes, "dwelltime") { return .dwell }
        return ScalarRules.equals(bytes, "rating") ? .rate : nil
    }
}

/// The status of a movie in a user's watchlist.
public enum WatchlistStatus: UInt8, Sendable, CaseIterable {
    case watching, completed, planned, dropped
    /// The entry is withdrawn.
    case removed

    /// The name that is stored.
    public var staticName: StaticString {
        switch self {
        case .watching: "watching"
        case .completed: "completed"
        case .planned: "planned"
        case .dropped: "dropped"
        case .removed: "removed"
        }
    }

    /// The status with a name; nil if there is none.
    public static func named(_ bytes: UnsafeRawBufferPointer) -> WatchlistStatus? {
        allCases.first { ScalarRules.equals(bytes, $0.staticName) }
    }
}

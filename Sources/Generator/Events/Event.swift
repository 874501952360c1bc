import Domain

extension EventType {
    /// How many of a hundred events are of this type.
    var share: Int {
        switch self {
        case .view: 32
        case .click: 27
        case .rate: 8
        case .dwell: 7
        case .search: 6
        case .watch: 5
        case .trailer: 4
        case .like: 3
        case .comment, .commentVote, .watchlist: 2
        case .dislike, .share: 1
        }
    }

    /// A hundred types, each as often as its share. The generated data depend on the order.
    static let mix = [
        view, click, search, dwell, trailer, watch, rate, like, dislike, comment, commentVote, watchlist, share,
    ].flatMap { Array(repeating: $0, count: $0.share) }
}

/// An event before it is written as JSON. Instead of texts it has the seeds from which they are made.
struct Event: Sendable {
    var type: EventType
    /// The two halves of the event_id, a version 4 UUID.
    var identifier: (high: UInt64, low: UInt64)
    /// Whether its lines have the event_id.
    var hasIdentifier = true
    /// Milliseconds since 1970.
    var time: Int64
    var user: Int
    var session: Int
    /// The index of its device in `DeviceProfiles`.
    var device: Int
    /// The movie; 0 for none.
    var movie: Int
    /// The seconds of a watch, trailer or dwell event.
    var seconds = 0
    /// The score of a rate event in half points; 0 withdraws the rating.
    var halfPoints = 0
    /// The seed of the query or of the comment's body.
    var textSeed: UInt64 = 0
    var isLong = false
    /// The comment of a comment or comment_vote event.
    var comment = 0
    /// The comment that is answered; 0 for none.
    var parent = 0
    var isDeleted = false
    var vote = 0
    /// The watchlist status: an index in `Event.statuses`.
    var status = 0
    var isUndo = false
    /// Which of the keys that nobody reads is added (`EventRenderer.detail`).
    var detail = 0

    static let statuses = ["watching", "completed", "planned", "dropped", "removed"]

    /// An event with the same identity and other content.
    func conflicting() -> Event {
        var other = self
        switch type {
        case .rate: other.halfPoints = halfPoints % 20 + 1
        case .watch, .trailer, .dwell: other.seconds += 7
        case .search, .commentVote: other.user += 1
        default: other.movie += 1
        }
        return other
    }
}

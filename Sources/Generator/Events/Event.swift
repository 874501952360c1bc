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

    /// The types a hundred times, each as often as its share; generated data depend on the order.
    static let mix = [
        view, click, search, dwell, trailer, watch, rate, like, dislike, comment, commentVote, watchlist, share,
    ].flatMap { Array(repeating: $0, count: $0.share) }
}

/// One event before it is spelled. Texts are kept as the seeds that they are written from.
struct Event: Sendable {
    var type: EventType
    /// The two halves of its event_id, a version 4 UUID.
    var identifier: (high: UInt64, low: UInt64)
    /// Whether its lines show the event_id.
    var hasIdentifier = true
    /// Milliseconds since 1970.
    var time: Int64
    var user: Int
    var session: Int
    /// The index of its device in `DeviceProfiles`.
    var device: Int
    /// 0: none.
    var movie: Int
    /// Of watch, trailer and dwell.
    var seconds = 0
    /// Of rate, in half points; 0 withdraws the rating.
    var halfPoints = 0
    /// What the query or the comment's body is written from.
    var textSeed: UInt64 = 0
    var isLong = false
    /// Of comment and comment_vote.
    var comment = 0
    /// 0: no reply.
    var parent = 0
    var isDeleted = false
    var vote = 0
    /// The index in `Event.statuses`.
    var status = 0
    var isUndo = false
    /// Which of the details that nobody reads (`EventRenderer.detail`).
    var detail = 0

    static let statuses = ["watching", "completed", "planned", "dropped", "removed"]

    /// Another event of the same identity.
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

import Domain

/// A session: one visit of one user with one device.
struct Session: Sendable {
    var user: Int
    var number: Int
    var device: Int
    /// How many events the session will still have.
    var left: Int
    /// The movie that the user is looking at; 0 before the first.
    var movie = 0
    /// The last comment that the user wrote in this session, and its movie.
    var comment = 0
    var commentMovie = 0
}

/// Generates sessions and their events.
struct SessionSource {
    /// A comment that users may answer or vote on.
    private struct Comment {
        var number: Int
        var movie: Int
    }

    let catalogue: Catalogue
    private let devices: Int
    private let mix = EventType.mix
    /// Lengths of sessions, with equal probabilities: at least 1, 10 on average.
    private let lengths: [Int]
    private var sessions = 0
    private var comments = 0
    /// The newest comments, in a ring buffer.
    private var recent: [Comment] = []

    private static let recentComments = 512
    /// One in so many comments has more than 2,000 code points.
    private static let longEvery = 64

    init(catalogue: Catalogue, devices: Int) {
        self.catalogue = catalogue
        self.devices = devices
        var lengths: [Int] = []
        var ended = 0.1
        var length = 1
        for step in 0..<1024 {
            while ended < (Double(step) + 0.5) / 1024 {
                ended += (1 - ended) * 0.1
                length += 1
            }
            lengths.append(length)
        }
        self.lengths = lengths
    }

    /// A session of at most `most` events.
    mutating func begin(atMost most: Int, _ random: inout Xoshiro256) -> Session {
        sessions += 1
        let user = catalogue.sampleUser(&random)
        // A user mostly uses the same device.
        let device = random.percent(85) ? Int(SplitMix64.mix(UInt64(user)) >> 33) : random.below(1 << 20)
        return Session(
            user: user,
            number: sessions,
            device: device % devices,
            left: min(most, random.pick(lengths))
        )
    }

    /// Milliseconds until the next event of a session: mostly seconds, sometimes minutes.
    @inline(__always)
    func pause(_ random: inout Xoshiro256) -> Int64 {
        Int64(500 + random.below(12_000) << random.halvings(6))
    }

    /// The next event of a session.
    ///
    /// - Parameters:
    ///   - type: the type that it must have, or nil for any.
    ///   - isRemembered: whether the comment may be answered; false for an event that will be broken.
    @inline(__always)
    mutating func event(
        of session: inout Session,
        at time: Int64,
        type: EventType?,
        isRemembered: Bool,
        _ random: inout Xoshiro256
    ) -> Event {
        let type = type ?? mix[random.below(100)]
        if session.movie == 0 || (type != .search && random.percent(45)) {
            session.movie = catalogue.sampleMovie(on: CivilDate.day(ofMilliseconds: time), &random)
        }
        var event = Event(
            type: type,
            identifier: (
                random.next() & 0xffff_ffff_ffff_0fff | 0x4000, random.next() & 0x3fff_ffff_ffff_ffff | 1 << 63
            ),
            time: time,
            user: session.user,
            session: session.number,
            device: session.device,
            movie: type == .search ? 0 : session.movie
        )
        switch type {
        case .view, .click, .share: event.detail = random.below(EventRenderer.details)
        case .search: event.textSeed = random.next()
        case .dwell: event.seconds = 1 + random.below(30) << random.halvings(5)
        case .trailer: event.seconds = random.number(3...180)
        case .watch: event.seconds = random.percent(30) ? random.number(60...1800) : random.number(1800...9000)
        case .rate: event.halfPoints = score(of: session.movie, &random)
        case .like, .dislike: event.isUndo = random.percent(8)
        case .watchlist: event.status = random.pick([0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4])
        case .comment: comment(&event, &session, isRemembered, &random)
        case .commentVote: vote(&event, &random)
        }
        return event
    }

    /// A score in half points near the movie's mean; sometimes 0, which withdraws.
    private func score(of movie: Int, _ random: inout Xoshiro256) -> Int {
        if random.percent(3) { return 0 }
        return max(1, min(20, catalogue.halfPoints(ofMovie: movie) + random.below(5) + random.below(5) - 4))
    }

    private mutating func comment(
        _ event: inout Event,
        _ session: inout Session,
        _ isRemembered: Bool,
        _ random: inout Xoshiro256
    ) {
        event.textSeed = random.next()
        if session.comment > 0, random.percent(30) {
            // An edit or deletion of the comment before.
            event.comment = session.comment
            event.movie = session.commentMovie
            event.isDeleted = isRemembered && random.percent(50)
            return
        }
        comments += 1
        event.comment = comments
        event.isLong = comments % Self.longEvery == 40
        if !recent.isEmpty, random.percent(40) {
            let answered = random.pick(recent)
            event.parent = answered.number
            event.movie = answered.movie
        }
        guard isRemembered else { return }
        session.comment = comments
        session.commentMovie = event.movie
        let comment = Comment(number: comments, movie: event.movie)
        if recent.count < Self.recentComments {
            recent.append(comment)
        } else {
            recent[comments % Self.recentComments] = comment
        }
    }

    private func vote(_ event: inout Event, _ random: inout Xoshiro256) {
        event.vote = random.pick([1, 1, 1, 1, 1, 1, -1, -1, 0])
        guard !recent.isEmpty else {
            // A vote may arrive before any comment does.
            event.comment = 1
            return
        }
        let comment = random.pick(recent)
        event.comment = comment.number
        event.movie = random.percent(70) ? comment.movie : 0
    }
}

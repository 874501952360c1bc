import Domain

/// A day of `site_daily`.
struct SiteDay: Equatable {
    var day: Int32
    var events: Int64 = 0
    /// The counters, in the order of `MartTables.counters`.
    var counts: [Int64] = Array(repeating: 0, count: MartTables.counters.count)
    /// Nil while it is not counted.
    var activeUsers: Int64?
    var newUsers: Int64 = 0
    var sessions: Int64 = 0
    var sessionMilliseconds: Int64 = 0
    var scores: Int64 = 0
}

/// A movie of `top_movies` or `trending`.
struct RankedMovie: Equatable {
    var position: Int64
    var name: String
    /// The weighted rating or the heat.
    var value: Double
    /// The votes or the events.
    var count: Int64
}

/// All numbers of the page, as they were read.
struct PageFigures {
    var location = ""
    var now: Int64 = 0
    var note: String?
    var newestEvent: Int64?
    var newestSnapshot: Int32?
    var days: [SiteDay] = []
    var movies: Int64 = 0
    var top: [RankedMovie] = []
    var trending: [RankedMovie] = []
    /// How many ratings there are from each half point to the next, from 0.5; those of 10 are the last.
    var scores: [Int64] = Array(repeating: 0, count: ScoreSteps.count)
    /// The last runs, the oldest first.
    var runs: [RunRecord] = []
    /// How many runs there are in all.
    var runCount: Int64 = 0
    /// Rejected lines of these runs by rule, the greatest number first.
    var rejected: [(rule: String, lines: Int64)] = []
    var openInQuarantine: Int64 = 0
}

/// The steps of the distribution of ratings.
enum ScoreSteps {
    /// From 0.5 to 10 in halves.
    static let count = 20

    /// `0.5 to under 1`, `10`.
    static func name(_ step: Int) -> String {
        step == count - 1 ? lower(step) : lower(step) + " to under " + lower(step + 1)
    }

    /// Where a step begins.
    static func lower(_ step: Int) -> String {
        let tenths = (step + 1) * 5
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

/// Events of a timeline by type: the commonest types by themselves, the others together.
struct EventSeries: Equatable {
    struct Series: Equatable {
        let name: String
        let values: [Int64]
        var total: Int64 { values.reduce(0, +) }
    }

    /// So many types have a series of their own.
    static let ownTypes = 5

    /// All types with events, the commonest first; events of types without a counter are the last ones, "other".
    let all: [Series]

    init(_ days: [SiteDay], _ timeline: Timeline) {
        let names = MartTables.counters.map(\.type.name) + ["other"]
        var values = [[Int64]](repeating: Array(repeating: 0, count: timeline.bins.count), count: names.count)
        for day in days {
            guard let bin = timeline.index(of: day.day) else { continue }
            for (type, count) in day.counts.enumerated() { values[type][bin] += count }
            values[names.count - 1][bin] += day.events - day.counts.reduce(0, +)
        }
        let counted = zip(names, values).map { Series(name: $0, values: $1) }.filter { $0.total > 0 }
        let other = counted.filter { $0.name == "other" }
        all = counted.filter { $0.name != "other" }.sorted { ($1.total, $0.name) < ($0.total, $1.name) } + other
    }

    /// The series that are drawn: the commonest types, and the sum of the others.
    var drawn: [Series] {
        if all.count <= Self.ownTypes + 1 { return all }
        let rest = all[Self.ownTypes...]
        let sums = rest.dropFirst().reduce(rest[rest.startIndex].values) { zip($0, $1.values).map(+) }
        return Array(all[..<Self.ownTypes]) + [Series(name: "all others", values: sums)]
    }
}

/// Active and new users of a timeline.
struct UserSeries: Equatable {
    /// Active and new users: of a day, or the mean of the days of a week or month.
    let active, new: [Double]
    /// New users and sessions in all, and how long sessions last on average, in seconds.
    let newInAll, sessions: [Int64]
    let meanSeconds: [Double?]
    /// Whether active users of some days are not counted yet.
    let isPartial: Bool

    init(_ days: [SiteDay], _ timeline: Timeline) {
        let none = [Int64](repeating: 0, count: timeline.bins.count)
        var (active, new, sessions, milliseconds) = (none, none, none, none)
        var isPartial = false
        for day in days {
            guard let bin = timeline.index(of: day.day) else { continue }
            if let users = day.activeUsers { active[bin] += users } else { isPartial = true }
            new[bin] += day.newUsers
            sessions[bin] += day.sessions
            milliseconds[bin] += day.sessionMilliseconds
        }
        // The first and the last week or month may have days before or after all data.
        let (first, last) = (days.first?.day ?? 0, days.last?.day ?? 0)
        let lengths = timeline.bins.map { Double(max(1, min($0.last, last) - max($0.first, first) + 1)) }
        self.active = zip(active, lengths).map { Double($0) / $1 }
        self.new = zip(new, lengths).map { Double($0) / $1 }
        (newInAll, self.sessions, self.isPartial) = (new, sessions, isPartial)
        meanSeconds = zip(milliseconds, sessions).map { $1 > 0 ? Double($0) / Double($1) / 1000 : nil }
    }
}

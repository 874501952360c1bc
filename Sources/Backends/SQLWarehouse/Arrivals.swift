import Domain

/// Counts what came into the warehouse and into the quarantine since the quarantine was last searched for lines to
/// cure.
struct Arrivals {
    /// How many events came, and the range of their times.
    private(set) var events: (count: Int64, times: ClosedRange<Int64>)?
    /// How many rows of `movie_popularity` came: movies on their snapshot dates.
    private(set) var movies: Int64 = 0

    /// Adds the accepted events of a group, which are sorted by time.
    mutating func add(_ accepted: [UInt32], of group: EventGroup) {
        guard let first = accepted.first, let last = accepted.last else { return }
        let start = group.candidate(Int(first)).row.pointee.time
        add(events: Int64(accepted.count), start...max(start, group.candidate(Int(last)).row.pointee.time))
    }

    /// Adds rows of `movie_popularity`.
    mutating func add(movies count: Int) { movies += Int64(count) }

    /// Adds a line that came into quarantine. A time that is out of range is left out, so that it does not widen the
    /// range.
    mutating func add(_ rejection: Rejection) {
        switch rejection.identity {
        case .event(let time, _, _) where rejection.rule != .eventTimeOutOfRange: add(events: 1, time...time)
        case .movie: movies += 1
        case .event, nil: break
        }
    }

    private mutating func add(events count: Int64, _ times: ClosedRange<Int64>) {
        guard let known = events else { return events = (count, times) }
        let start = min(known.times.lowerBound, times.lowerBound)
        events = (known.count + count, start...max(known.times.upperBound, times.upperBound))
    }

    /// Counts everything in the warehouse as new, because an earlier run may not have searched all of it.
    mutating func addAll() {
        add(events: 1, Int64.min...Int64.max)
        movies += 1
    }

    /// Forgets the events.
    mutating func removeEvents() { events = nil }
    /// Forgets the movies.
    mutating func removeMovies() { movies = 0 }
}

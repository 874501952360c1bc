import Domain
import Testing

@testable import SQLWarehouse

/// What the counts of arrivals are after some lines came into quarantine.
@Suite struct ArrivalsTests {
    enum Step: Sendable {
        case event(Int64, CleaningRule), movie, unnamed, movies(Int), all, removeEvents, removeMovies
    }

    @Test(
        arguments: [
            ([], nil, nil, 0),
            ([.event(5, .invalidScore)], 1, 5...5, 0),
            ([.event(5, .invalidScore), .event(2, .invalidVote), .event(3, .invalidVote)], 3, 2...5, 0),
            ([.event(-7, .invalidScore), .event(2, .eventTimeOutOfRange)], 1, -7 ... -7, 0),
            ([.event(2, .eventTimeOutOfRange)], nil, nil, 0),
            ([.movie, .unnamed, .movies(3), .movies(0)], nil, nil, 4),
            ([.all], 1, Int64.min...Int64.max, 1),
            ([.event(4, .invalidScore), .movies(2), .all], 2, Int64.min...Int64.max, 3),
            ([.event(4, .invalidScore), .movie, .removeEvents], nil, nil, 1),
            ([.event(4, .invalidScore), .movie, .removeMovies, .movie], 1, 4...4, 1),
            ([.event(4, .invalidScore), .removeEvents, .event(9, .invalidScore)], 1, 9...9, 0),
        ] as [([Step], Int64?, ClosedRange<Int64>?, Int64)])
    func counts(steps: [Step], events: Int64?, times: ClosedRange<Int64>?, movies: Int64) {
        var arrivals = Arrivals()
        for step in steps {
            switch step {
            case .event(let time, let rule):
                arrivals.add(rejection(rule, .event(time: time, idHigh: 1, idLow: 2)))
            case .movie: arrivals.add(rejection(.invalidScore, .movie(id: 1)))
            case .unnamed: arrivals.add(rejection(.invalidScore, nil))
            case .movies(let count): arrivals.add(movies: count)
            case .all: arrivals.addAll()
            case .removeEvents: arrivals.removeEvents()
            case .removeMovies: arrivals.removeMovies()
            }
        }
        #expect(arrivals.events?.count == events)
        #expect(arrivals.events?.times == times)
        #expect(arrivals.movies == movies)
    }

    private func rejection(_ rule: CleaningRule, _ identity: Rejection.Identity?) -> Rejection {
        Rejection(
            source: "s", port: .events, line: 1, byteOffset: 0, rule: rule, message: "m", raw: [1], snapshotDay: nil,
            identity: identity)
    }
}

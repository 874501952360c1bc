import Fixtures
import TestSupport

/// Publishes lines of both input ports as sources of a kind. The same lines give the same sources.
struct PublishedInput {
    let fixture: any SourceFixture
    let movies: any PublishedSources
    let events: any PublishedSources

    init(
        _ lines: LawInput, _ kind: SourceKind, movieParts: Int = 1, eventParts: Int = 2,
        isByEvent: Bool = false, seed: UInt64 = 1, named name: String = "in"
    ) throws {
        try self.init(
            lines, kind, in: kind.make(), movieParts: movieParts, eventParts: eventParts, isByEvent: isByEvent,
            seed: seed, named: name)
    }

    /// - Parameters:
    ///   - fixture: where the sources are put beside others.
    ///   - isByEvent: whether all lines of one event are in the same source.
    init(
        _ lines: LawInput, _ kind: SourceKind, in fixture: any SourceFixture, movieParts: Int = 1, eventParts: Int = 2,
        isByEvent: Bool = false, seed: UInt64 = 1, named name: String = "in"
    ) throws {
        var chance = Chance(seed: seed)
        self.fixture = fixture
        movies = try fixture.publish(
            lines.movieSources(parts: movieParts, of: kind, &chance), port: .movies, named: name)
        events = try fixture.publish(
            isByEvent
                ? lines.eventSources(byEventIn: eventParts, of: kind)
                : lines.eventSources(parts: eventParts, of: kind, &chance),
            port: .events, named: name)
    }

    /// Rows with each source called by its number, sorted, to be compared with those of sources in another place.
    func withoutPlace(_ rows: [String]) -> [String] {
        rows.map { row in
            (movies.names + events.names).enumerated().reduce(row) {
                $0.replacing("'\($1.element)'", with: "'source \($1.offset)'")
            }
        }.sorted()
    }

    /// A state with each source called by its number.
    func withoutPlace(_ state: WarehouseState) -> WarehouseState {
        var state = state
        state.rejected = withoutPlace(state.rejected)
        state.checkpoints = withoutPlace(state.checkpoints)
        return state
    }
}

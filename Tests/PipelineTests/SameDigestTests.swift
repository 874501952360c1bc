import Domain
import Fixtures
import Testing

/// The same lines give the same digest, whatever database they are loaded into.
@Suite struct SameDigestTests {
    @Test(arguments: LawInput.Kind.allCases) func ofAllWarehouses(_ kind: LawInput.Kind) throws {
        let sources = try PublishedInput(LawInput(kind, seed: 41), Sources.all[0])
        try expectSame { try $0.run(movies: sources.movies, events: sources.events, sizes: .small) }
    }

    /// Events of every type and of all years, with withdrawals and conflicts, which come before the movies, late, again
    /// and in another order; and movies that change afterwards.
    @Test func ofLinesThatComeInSeveralRuns() throws {
        var chance = Chance(seed: 42)
        var first = ContendedLines.input(seed: 42, movies: 20, events: 260)
        first.events = Self.spread(first.events, &chance)
        var second = ContendedLines.input(seed: 43, movies: 40, events: 120)
        second.events = first.events.shuffled(using: &chance) + Self.spread(second.events, &chance)
        let runs = try [first, second].map { try PublishedInput($0, Sources.all[0], eventParts: 3) }
        try expectSame { warehouse in
            try warehouse.run(events: runs[0].events, sizes: .small, clock: Self.clock)
            try warehouse.run(movies: runs[0].movies, sizes: .small, clock: Self.clock)
            try warehouse.run(movies: runs[1].movies, events: runs[1].events, sizes: .small, clock: Self.clock)
            let conflicts = "SELECT count(*) FROM rejected_record WHERE rule = 'event_id_conflict'"
            #expect(try warehouse.integer(conflicts) > 0)
            let types = try warehouse.integer("SELECT count(DISTINCT event_type) FROM fact_user_event")
            #expect(types == EventType.allCases.count)
        }
    }

    /// The last noon of a year, so that some of the events are of the next one.
    private static let clock = RunClock(now: 1_798_718_400_000)

    /// Events with their times spread over all years from 1995 to the next, and some of them again with another user.
    private static func spread(_ events: [[UInt8]], _ chance: inout Chance) -> [[UInt8]] {
        let year: Int64 = 31_557_600_000
        // The first moment that is accepted is one of them, and so is a moment of tomorrow.
        let times = (0...31).map { 788_918_400_000 + $0 * year } + [clock.now + 80_000_000]
        var lines: [[UInt8]] = []
        for event in events {
            let time = "\"event_time\":\(chance.pick(times))"
            let line = String(decoding: event, as: UTF8.self)
                .replacing(/"event_time":[0-9]+/, with: time)
                .replacing("\"event_type\":\"click\"", with: "\"event_type\":\"trailer\"")
            lines.append(Array(line.utf8))
            guard chance.isLucky(oneIn: 8) else { continue }
            lines.append(Array(line.replacing(/"user_id":[0-9]/, with: "\"user_id\":4").utf8))
        }
        for type in ["click", "trailer"] {
            lines.append(
                Array("{\"event_type\":\"\(type)\",\"event_time\":\(times[0]),\"user_id\":1,\"movie_id\":1}".utf8))
        }
        return lines
    }

    /// Loads each kind of warehouse, and expects that all have the same digest and reject as many lines by each rule.
    private func expectSame(_ load: (LawWarehouse) throws -> Void) throws {
        var digests: [String: [String: TableDigest]] = [:]
        var rejected: [String: [String]] = [:]
        for kind in Warehouses.present {
            let warehouse = try LawWarehouse(kind)
            try load(warehouse)
            digests[kind.name] = try warehouse.digest()
            rejected[kind.name] = try warehouse.rows(
                "SELECT rule, count(*) FROM rejected_record GROUP BY rule ORDER BY rule")
        }
        for name in digests.keys {
            #expect(digests[name] == digests[Warehouses.all[0].name], "\(name)")
            #expect(rejected[name] == rejected[Warehouses.all[0].name], "\(name)")
        }
    }
}

import Domain
import Fixtures
import Testing

/// The promises for lines in quarantine.
extension WarehousePromise {
    /// A run in one transaction, which `body` fills; its counts follow from what it rejected.
    @discardableResult
    private func run(
        _ fixture: some WarehouseFixture, at time: Int64 = 1, rejects count: Int64 = 0,
        _ body: (any Warehouse, Int64) throws -> Void
    ) throws -> Int64 {
        let warehouse = try fixture.writer()
        var run = try warehouse.beginRun(at: time, as: .bounded)
        defer { warehouse.endRun() }
        try warehouse.begin()
        run.counts.read = count
        run.counts.rejected = count
        run.outcome = .completed
        try warehouse.save(LedgerChanges(run: run))
        try body(warehouse, run.id)
        try warehouse.commit()
        return run.id
    }

    private func lines(_ fixture: some WarehouseFixture, _ state: RejectedFilter.State = .open) throws -> [Int64] {
        try fixture.reader().rejected(matching: RejectedFilter(state: state), after: 0, limit: 99).map(\.rejection.line)
    }

    /// The numbers of the open lines, in their order.
    private func ids(_ fixture: some WarehouseFixture) throws -> [Int64] {
        try fixture.reader().rejected(matching: RejectedFilter(), after: 0, limit: 99).map(\.id)
    }

    private func rejection(_ line: Int64, source: String = "a", port: SourcePort = .events) -> Rejection {
        var rejection = WarehousePromise.rejection(line)
        rejection.source = source
        rejection.port = port
        return rejection
    }

    func curesWhatAReadingDidNotFind(_ fixture: some WarehouseFixture) throws {
        try run(fixture, rejects: 5) { warehouse, run in
            let lines = [
                rejection(1), rejection(2), rejection(3), rejection(4, source: "b"), rejection(5, port: .movies),
            ]
            try warehouse.quarantine(lines, run: run)
            // What this reading found is in the source.
            #expect(try warehouse.cureRejected(ofSource: "a", port: .events, before: run, run: run) == 0)
        }
        // A reading that began in the second run and ends in the third finds line 2 again.
        try run(fixture, rejects: 2) { try $0.quarantine([rejection(2), rejection(6)], run: $1) }
        let third = try run(fixture) { warehouse, run in
            let cured = try warehouse.cureRejected(ofSource: "a", port: .events, before: 2, run: run)
            #expect(cured == 2)
            #expect(try warehouse.cureRejected(ofSource: "none", port: .events, before: 2, run: run) == 0)
        }
        #expect(try lines(fixture) == [2, 4, 5, 6])
        let cured = try fixture.reader().rejected(matching: RejectedFilter(state: .cured), after: 0, limit: 99)
        #expect(cured.map(\.rejection.line) == [1, 3] && cured.map(\.curedRun) == [third, third])
        #expect(cured.map(\.run) == [1, 1] && cured.map(\.lastRun) == [1, 1])
        #expect(try lines(fixture, .all).count == 6)
        #expect(try fixture.reader().quarantineTotals() == QuarantineTotals(open: 4, cured: 2, dropped: 0))
        #expect(try fixture.reader().rowCounts().last?.rows == 4)
        #expect(try fixture.reader().faults() == [])
    }

    func opensWhatIsFoundAgain(_ fixture: some WarehouseFixture) throws {
        try run(fixture, rejects: 2) { try $0.quarantine([rejection(1), rejection(2)], run: $1) }
        let ids = try ids(fixture)
        try run(fixture) { try $0.cureRejected(ids, run: $1) }
        #expect(try lines(fixture) == [])
        let third = try run(fixture, rejects: 1) { try $0.quarantine([rejection(2)], run: $1) }
        let open = try fixture.reader().rejected(matching: RejectedFilter(), after: 0, limit: 99)
        #expect(open.map(\.id) == [ids[1]] && open.map(\.run) == [1] && open.map(\.lastRun) == [third])
        // A line that is cured stays cured by the run that cured it first.
        try run(fixture) { try $0.cureRejected([ids[0]], run: $1) }
        #expect(
            try fixture.reader().rejected(matching: RejectedFilter(id: ids[0], state: .all), after: 0, limit: 9).map(
                \.curedRun)
                == [2])
        #expect(try fixture.reader().faults() == [])
    }

    func curesWhatArrived(_ fixture: some WarehouseFixture) throws {
        let group = { try ConformanceLines.events([ConformanceLines.event(1), ConformanceLines.event(2)]) }
        func identities() throws -> [Rejection.Identity] {
            let events = try group()
            return (0..<2).map { index in
                let row = events.candidate(index).row.pointee
                return .event(time: row.time, idHigh: row.idHigh, idLow: row.idLow)
            }
        }
        let events = try identities()
        var lines = (1...5).map { rejection(Int64($0)) }
        lines[0].identity = events[0]
        // The same id at another time is another event.
        if case .event(let time, let high, let low) = events[1] {
            lines[1].identity = .event(time: time + 1, idHigh: high, idLow: low)
        }
        lines[3].identity = .movie(id: 1)
        lines[3].snapshotDay = 20_000
        lines[4].identity = .movie(id: 1)
        lines[4].snapshotDay = 20_001
        try run(fixture, rejects: 5) { warehouse, run in
            try warehouse.quarantine(lines, run: run)
            #expect(try warehouse.cureArrived(run: run, isLast: true) == 0)
        }
        let second = try run(fixture) { warehouse, run in
            try warehouse.insertFacts(group())
            #expect(try warehouse.cureArrived(run: run, isLast: false) == 1)
            #expect(try warehouse.cureArrived(run: run, isLast: true) == 0)
        }
        #expect(try self.lines(fixture) == [2, 3, 4, 5])
        // A line of an event that is there already is cured at once.
        var late = rejection(6)
        late.identity = events[1]
        try run(fixture, rejects: 1) { warehouse, run in
            try warehouse.quarantine([late], run: run)
            #expect(try warehouse.cureArrived(run: run, isLast: true) == 1)
        }
        try run(fixture) { warehouse, run in
            let movies = try ConformanceLines.movies(["{\"id\":1,\"title\":\"One\"}"], day: 20_000)
            let popularity = MergeTable(MovieTables.moviePopularity)
            for index in 0..<movies.popularity.count {
                popularity.merge(movies.popularity[index], text: movies.popularity.text.base)
            }
            try warehouse.replaceMovies(movies.documents, of: movies)
            try warehouse.merge(popularity)
            #expect(try warehouse.cureArrived(run: run, isLast: true) == 1)
        }
        #expect(try self.lines(fixture) == [2, 3, 5])
        let cured = try fixture.reader().rejected(matching: RejectedFilter(state: .cured), after: 0, limit: 99)
        #expect(cured.map(\.rejection.line) == [1, 4, 6] && cured.map(\.curedRun) == [second, 4, 3])
    }

    func replacesOnce(_ fixture: some WarehouseFixture) throws {
        let other = WarehousePromise.rejection(1, rule: .invalidVote)
        try run(fixture, rejects: 2) { try $0.quarantine([WarehousePromise.rejection(1), other], run: $1) }
        let ids = try ids(fixture)
        try run(fixture) { try $0.cureRejected([ids[1]], run: $1) }
        // The open line breaks the rule of the cured one now: one line is left, and it is open.
        try run(fixture, rejects: 1) { try $0.replaceRejected([(ids[0], other)], run: $1) }
        let left = try fixture.reader().rejected(matching: RejectedFilter(state: .all), after: 0, limit: 9)
        #expect(left.map(\.id) == [ids[1]] && left.map(\.curedRun) == [nil])
        var said = other
        said.rule = .invalidStatus
        said.message = "another"
        try run(fixture, rejects: 1) { try $0.replaceRejected([(ids[1], said)], run: $1) }
        try run(fixture, rejects: 3) { try $0.countRejectedAgain([.invalidStatus: 3], run: $1) }
        let now = try fixture.reader().rejected(matching: RejectedFilter(), after: 0, limit: 9)
        #expect(now.map(\.rejection.rule) == [.invalidStatus] && now.map(\.rejection.message) == ["another"])
        #expect(now.map(\.run) == [4] && now.map(\.lastRun) == [1])
        #expect(try fixture.reader().faults() == [])
        try replacesSeveralAtOnce(fixture, after: now.map(\.id).max() ?? 0)
    }

    /// Of one call: two lines that become the same one, one that gets the rule that another one gives up, one whose
    /// message alone changes, one for a rule that it is cured of, and a number that does not exist.
    private func replacesSeveralAtOnce(_ fixture: some WarehouseFixture, after last: Int64) throws {
        let rejection = { (line: Int64, rule: CleaningRule) in WarehousePromise.rejection(line, rule: rule) }
        let lines = [
            rejection(11, .invalidScore), rejection(11, .invalidVote), rejection(12, .invalidScore),
            rejection(12, .invalidVote), rejection(13, .invalidScore), rejection(14, .invalidScore),
            rejection(14, .invalidVote),
        ]
        try run(fixture, rejects: 7) { try $0.quarantine(lines, run: $1) }
        let ids = try ids(fixture).filter { $0 > last }
        try run(fixture) { try $0.cureRejected([ids[0], ids[6]], run: $1) }
        var said = lines[4]
        said.message = "another"
        said.identity = .movie(id: 7)
        let replacing = try run(fixture, rejects: 7) { warehouse, run in
            try warehouse.replaceRejected([], run: run)
            try warehouse.replaceRejected(
                [
                    (ids[0], rejection(11, .invalidStatus)), (ids[1], rejection(11, .invalidStatus)),
                    (ids[3], rejection(12, .invalidStatus)), (ids[2], rejection(12, .invalidVote)),
                    (ids[4], said), (ids[5], rejection(14, .invalidVote)), (ids[6] + 1000, said),
                    (ids[4], said),
                ], run: run)
        }
        let left = try fixture.reader().rejected(matching: RejectedFilter(state: .all), after: last, limit: 99)
        #expect(left.map(\.id) == [ids[0], ids[2], ids[3], ids[4], ids[6]])
        #expect(
            left.map(\.rejection.rule) == [.invalidStatus, .invalidVote, .invalidStatus, .invalidScore, .invalidVote])
        #expect(left.map(\.curedRun) == [nil, nil, nil, nil, nil])
        let (loading, known) = (replacing - 2, replacing)
        #expect(left.map(\.run) == [known, known, known, known, loading])
        #expect(left.allSatisfy { $0.lastRun == loading })
        #expect(left[3].rejection.message == "another")
        #expect(try fixture.reader().faults() == [])
    }

    func dropsAndCounts(_ fixture: some WarehouseFixture) throws {
        try run(fixture, at: 1000, rejects: 4) { warehouse, run in
            try warehouse.quarantine(
                [
                    rejection(1), rejection(2), rejection(3, source: "b"),
                    WarehousePromise.rejection(4, rule: .invalidVote),
                ],
                run: run)
        }
        let first = try ids(fixture)
        try run(fixture, at: 2000, rejects: 2) { warehouse, run in
            try warehouse.quarantine([rejection(5), rejection(1)], run: run)
            try warehouse.cureRejected([first[1]], run: run)
        }
        let greatest = try ids(fixture).max() ?? 0
        let before = try fixture.reader().runs(limit: 9).map(\.counts)
        let drop = { (filter: RejectedFilter) in
            let sizes = try fixture.reader().rejectedSizes(matching: filter)
            let warehouse = try fixture.writer()
            _ = try warehouse.beginRun(at: 3000, as: .bounded)
            defer { warehouse.endRun() }
            try warehouse.begin()
            let dropped = try warehouse.dropRejected(matching: filter, at: 3000)
            #expect(dropped == sizes)
            try warehouse.commit()
            return dropped.map { "\($0.rule) \($0.source) \($0.lines) \($0.bytes)" }
        }
        #expect(try drop(RejectedFilter(source: "none", state: .all)) == [])
        #expect(try drop(RejectedFilter(state: .cured)) == ["invalid_score a 1 3"])
        // Line 1 was found again by the second run, which began later.
        #expect(try drop(RejectedFilter(source: "a", state: .all, foundBefore: 2000)) == [])
        #expect(
            try drop(RejectedFilter(rule: "invalid_score", state: .all, foundBefore: 2000)) == ["invalid_score b 1 3"])
        #expect(try drop(RejectedFilter(id: first[0], state: .open)) == ["invalid_score a 1 3"])
        #expect(try fixture.reader().quarantineTotals() == QuarantineTotals(open: 2, cured: 0, dropped: 3))
        #expect(try drop(RejectedFilter(state: .all)).count == 2)
        #expect(try fixture.reader().quarantineTotals() == QuarantineTotals(open: 0, cured: 0, dropped: 5))
        #expect(try fixture.reader().runs(limit: 9).map(\.counts) == before)
        // A number is not given twice, and a dropped line that comes again is in quarantine again.
        try run(fixture, rejects: 1) { try $0.quarantine([rejection(1)], run: $1) }
        #expect(
            try fixture.reader().rejected(matching: RejectedFilter(), after: 0, limit: 9).map(\.id).allSatisfy {
                $0 > greatest
            })
        #expect(try fixture.reader().faults() == [])
    }
}

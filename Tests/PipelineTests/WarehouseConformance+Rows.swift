import Domain
import Fixtures
import Testing

// MARK: Facts, merges and movies

extension WarehousePromise {
    /// Runs `body` within a run and a transaction, and commits.
    private func load(_ fixture: some WarehouseFixture, _ body: (any Warehouse) throws -> Void) throws {
        let warehouse = try fixture.writer()
        var run = try warehouse.beginRun(at: 1, as: .bounded)
        defer { warehouse.endRun() }
        try warehouse.begin()
        run.outcome = .completed
        try warehouse.save(LedgerChanges(run: run))
        try body(warehouse)
        try warehouse.commit()
    }

    func marksWhatStands(_ fixture: some WarehouseFixture) throws {
        let lines = (1...50).map { ConformanceLines.event($0) }
        let changed = lines.map { $0.replacing("click", with: "view") }
        try load(fixture) { warehouse in
            let first = try ConformanceLines.events(lines + lines.prefix(3) + changed.prefix(2))
            try warehouse.insertFacts(first)
            #expect(ConformanceLines.outcomes(first) == [.accepted: 50, .duplicate: 3, .conflict: 2])
            // In the same transaction …
            let again = try ConformanceLines.events([ConformanceLines.event(51)] + lines.suffix(5) + changed.suffix(4))
            try warehouse.insertFacts(again)
            #expect(ConformanceLines.outcomes(again) == [.accepted: 1, .duplicate: 5, .conflict: 4])
        }
        // … and in a later one.
        try load(fixture) { warehouse in
            let later = try ConformanceLines.events(Array(changed.reversed()) + lines)
            try warehouse.insertFacts(later)
            #expect(ConformanceLines.outcomes(later) == [.duplicate: 50, .conflict: 50])
        }
        let facts = try fixture.reader().rowCounts().first { $0.table == "fact_user_event" }
        #expect(facts?.rows == 51)
    }

    /// Entries that win, lose and are withdrawn, merged one by one in one order and all at once in another.
    func mergesInAnyOrder(_ fixture: some WarehouseFixture) throws {
        let rows: [(time: Int64, score: Double?)] = [(5, 1), (9, nil), (7, 3), (12, 4), (10, nil), (2, 5)]
        var digests: [[String]] = []
        for (user, order) in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 1, 4, 0, 2, 5], [1, 0]].enumerated() {
            for isOneByOne in [true, false] {
                let key = Int64(user * 2 + (isOneByOne ? 1 : 2))
                try load(fixture) { warehouse in
                    let table = MergeTable(BehaviourTables.ratings)
                    for index in order {
                        WarehousePromise.rate(table, user: key, time: rows[index].time, score: rows[index].score)
                        guard isOneByOne else { continue }
                        try warehouse.merge(table)
                        table.removeAll()
                    }
                    try warehouse.merge(table)
                }
                var found: [String] = []
                try fixture.reader().query(
                    "SELECT score FROM ratings WHERE user_id = \(key)", header: { _ in }, row: { found.append("\($0)") }
                )
                digests.append(found)
            }
        }
        let four = ["\([QueryValue.real(4)])"]
        #expect(digests == [four, four, four, four, four, four, [], []])
    }

    private static func rate(_ table: MergeTable, user: Int64, time: Int64, score: Double?) {
        let declaration = table.table
        table.clearScratch()
        let set = { (name: String, value: Int64) in
            let column = declaration.index(of: name)
            table.scratch.set(value, column: column, cell: declaration.cells[column])
        }
        set("user_id", user)
        set("movie_id", 1)
        set("event_time", time)
        let id = declaration.index(of: "event_id")
        table.scratch.set(high: 1, low: UInt64(time), column: id, cell: declaration.cells[id])
        let column = declaration.index(of: "score")
        if let score {
            table.scratch.set(score, column: column, cell: declaration.cells[column])
        } else {
            table.scratch.withdraw()
        }
        withUnsafeBytes(of: 0) { text in
            if let base = text.baseAddress { table.merge(text: base) }
        }
    }

    func ranksMovies(_ fixture: some WarehouseFixture) throws {
        let batch = try ConformanceLines.movies([
            "{\"id\":1,\"title\":\"One\",\"vote_count\":5}", "{\"id\":2,\"title\":\"Two\"}",
        ])
        try load(fixture) { warehouse in
            #expect(try warehouse.ranks(of: batch.documents) == [StoredRanks(), StoredRanks()])
            try warehouse.replaceMovies(batch.documents, of: batch)
            let popularity = MergeTable(MovieTables.moviePopularity)
            for index in 0..<batch.popularity.count {
                popularity.merge(batch.popularity[index], text: batch.popularity.text.base)
            }
            try warehouse.merge(popularity)
        }
        let warehouse = try fixture.writer()
        let ranks = batch.documents.map(\.rank)
        #expect(try warehouse.ranks(of: batch.documents) == ranks.map { StoredRanks(snapshot: $0, movie: $0) })
        var others = batch.documents + batch.documents
        others[0].rank.snapshotDay -= 1
        others[1].movieID = 3
        #expect(
            try warehouse.ranks(of: others) == [
                StoredRanks(movie: ranks[0]), StoredRanks(), StoredRanks(snapshot: ranks[0], movie: ranks[0]),
                StoredRanks(snapshot: ranks[1], movie: ranks[1]),
            ])
    }

    /// Replaces the movies of a batch, with what they refer to.
    private static func replace(_ batch: MovieBatch, in warehouse: any Warehouse) throws {
        for (declaration, rows) in zip(MovieTables.shared, batch.shared) {
            let table = MergeTable(declaration)
            for index in 0..<rows.count { table.merge(rows[index], text: rows.text.base) }
            try warehouse.merge(table)
        }
        try warehouse.replaceMovies(batch.documents, of: batch)
    }

    func replacesMovies(_ fixture: some WarehouseFixture) throws {
        let genres = "\"genres\":[{\"id\":28,\"name\":\"Action\"},{\"id\":12,\"name\":\"Adventure\"}]"
        let first = try ConformanceLines.movies([
            "{\"id\":1,\"title\":\"One\",\(genres)}", "{\"id\":2,\"title\":\"Two\",\(genres)}",
        ])
        let second = try ConformanceLines.movies(["{\"id\":1,\"title\":\"Uno\"}"])
        for batch in [first, second] {
            try load(fixture) { warehouse in
                try WarehousePromise.replace(batch, in: warehouse)
            }
        }
        var rows: [[QueryValue]] = []
        let reader = try fixture.reader()
        try reader.query(
            "SELECT movie_id, title, (SELECT count(*) FROM movie_genres AS g WHERE g.movie_id = m.movie_id) FROM movies AS m ORDER BY 1",
            header: { _ in }, row: { rows.append($0) })
        #expect(rows == [[.integer(1), .text("Uno"), .integer(0)], [.integer(2), .text("Two"), .integer(2)]])
        #expect(try reader.faults() == [])
    }

    func enrichesAnew(_ fixture: some WarehouseFixture) throws {
        let group = try ConformanceLines.events([
            ConformanceLines.event(1, movie: 1), ConformanceLines.event(2, movie: 2),
        ])
        let merger = EventMerger()
        try load(fixture) { warehouse in
            #expect(try warehouse.enrichments(ofMovies: [1, 2]).isEmpty)
            try warehouse.insertFacts(group)
            group.forEachOutcome { number, row, _ in merger.add(row, of: group.batches[number], bodyReference: nil) }
            for table in merger.tables { try warehouse.merge(table) }
            try warehouse.merge(merger.siteDays)
        }
        let movies = try ConformanceLines.movies([
            "{\"id\":1,\"title\":\"One\",\"release_date\":\"1999-03-31\",\"genres\":[{\"id\":28,\"name\":\"Action\"}]}"
        ])
        try load(fixture) { warehouse in
            try WarehousePromise.replace(movies, in: warehouse)
            let day = CivilDate.days(year: 1999, month: 3, day: 31)
            #expect(
                try warehouse.enrichments(ofMovies: [1, 2])
                    == [MovieEnrichment(movieID: 1, releaseDay: day, releaseYear: 1999, primaryGenreID: 28)])
            #expect(try warehouse.reenrichFacts() == 1)
            #expect(try warehouse.reenrichFacts() == 0)
            #expect(try warehouse.refreshMarts().genre > 0)
            #expect(try warehouse.refreshMarts() == RefreshedDays())
        }
        var years: [[QueryValue]] = []
        try fixture.reader().query(
            "SELECT release_year, primary_genre_id FROM fact_user_event ORDER BY movie_id", header: { _ in },
            row: { years.append($0) })
        #expect(years == [[.integer(1999), .integer(28)], [.null, .null]])
    }
}

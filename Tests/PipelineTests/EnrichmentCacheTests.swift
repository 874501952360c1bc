import Domain
import Testing

@testable import Pipeline

/// The cache asks for each movie at most once a batch, and enriches each row by the warehouse's answer.
@Suite struct EnrichmentCacheTests {
    private func batch(_ movies: [Int64]) -> EventBatch {
        let source = Source(name: "events", port: .events, number: 0)
        let chunk = LineChunk(source: source, capacity: 64, start: SourcePosition())
        chunk.lines = movies.map { _ in
            Line(span: ByteRange(offset: 0, length: 0), number: 1, byteOffset: 0, snapshotDay: 0)
        }
        let lines = movies.map { movie in
            let id = movie == 0 ? "" : ",\"movie_id\":\(movie)"
            return ConformanceLines.event(1, "\"event_type\":\"search\",\"metadata\":{\"query\":\"q\"}\(id)")
                .replacing("\"movie_id\":1,", with: "")
        }
        let decoded = try? EventDecoder(clock: LawClock.clock).decode(ConformanceLines.chunk(lines))
        return decoded ?? EventBatch(chunk: chunk)
    }

    /// The warehouse does not have every third movie; of the others the even ones have a date.
    static func answer(_ movie: Int64) -> MovieEnrichment? {
        if movie % 3 == 0 { return nil }
        let isDated = movie % 2 == 0
        return MovieEnrichment(
            movieID: movie, releaseDay: isDated ? Int32(truncatingIfNeeded: movie) : nil,
            releaseYear: isDated ? 1971 : nil, primaryGenreID: movie % 5 == 0 ? nil : movie &* 10)
    }

    private func expectEnriched(_ batch: EventBatch, _ movies: [Int64]) {
        #expect(batch.rowCount == movies.count)
        for (index, movie) in movies.enumerated() where index < batch.rowCount {
            let row = batch.rows[index]
            let answer = movie == 0 ? nil : Self.answer(movie)
            #expect(row.movieID == movie)
            #expect(row.isMovieKnown == (answer != nil), "\(movie)")
            #expect(row.genreID == answer?.primaryGenreID ?? 0, "\(movie)")
            #expect(row.releaseDay == answer?.releaseDay ?? .min, "\(movie)")
            #expect(row.releaseYear == Int16(answer?.releaseYear ?? 0), "\(movie)")
        }
    }

    /// The movies of each batch, and the movies that the cache asks for.
    @Test(arguments: [
        ("hits and misses", [[1, 2, 1, 0, 3], [3, 2, 4], [4, 1]], [[1, 2, 3], [4], []]),
        ("no movies", [[0, 0], []], [[], []]), ("the largest id", [[.max, .max, 1]], [[.max, 1]]),
    ])
    func moviesAreAskedForOnce(name: String, batches: [[Int64]], asked: [[Int64]]) throws {
        let warehouse = EnrichingWarehouse()
        var cache = EnrichmentCache()
        for (movies, asked) in zip(batches, asked) {
            warehouse.asked = []
            let batch = batch(movies)
            try cache.enrich([batch], from: warehouse)
            expectEnriched(batch, movies)
            #expect(warehouse.asked == (asked.isEmpty ? [] : [asked]), "\(name)")
        }
    }

    @Test func severalBatchesAreOneQuestion() throws {
        let warehouse = EnrichingWarehouse()
        var cache = EnrichmentCache()
        let movies: [[Int64]] = [[1, 2], [2, 3, 0], [], [3, 4]]
        let batches = movies.map(batch)
        try cache.enrich(batches, from: warehouse)
        for (batch, movies) in zip(batches, movies) { expectEnriched(batch, movies) }
        #expect(warehouse.asked == [[1, 2, 3, 4]])
    }

    /// With 8 places the hashes of movies collide, and at most seven movies are in the cache.
    @Test func moviesThatMeetAreToldApart() throws {
        let warehouse = EnrichingWarehouse()
        var cache = EnrichmentCache(bits: 3)
        for _ in 0..<2 {
            let movies: [Int64] = [1, 9, 17, 25, 33, 41, 49]
            let batch = batch(movies)
            try cache.enrich([batch], from: warehouse)
            expectEnriched(batch, movies)
        }
        #expect(warehouse.asked == [[1, 9, 17, 25, 33, 41, 49]])
    }

    /// More movies than places, in one batch and over many.
    @Test func itForgetsWhenItIsFull() throws {
        let warehouse = EnrichingWarehouse()
        var cache = EnrichmentCache(bits: 3)
        var random = SystemRandomNumberGenerator()
        let sizes = [40, 1, 7, 8, 9, 40]
        let movies = sizes.map { size in (0..<size).map { _ in Int64.random(in: 0...50, using: &random) } }
        for movies in movies {
            let batch = batch(movies)
            try cache.enrich([batch], from: warehouse)
            expectEnriched(batch, movies)
        }
        let batches = movies.map(batch)
        try cache.enrich(batches, from: warehouse)
        for (batch, movies) in zip(batches, movies) { expectEnriched(batch, movies) }
        #expect(warehouse.asked.allSatisfy { $0.count <= 7 && Set($0).count == $0.count })
    }

    @Test func itForgetsWhenMoviesChange() throws {
        let warehouse = EnrichingWarehouse()
        var cache = EnrichmentCache()
        try cache.enrich([batch([3, 1])], from: warehouse)
        cache.removeAll()
        warehouse.arrived = [3]
        let later = batch([3, 1])
        try cache.enrich([later], from: warehouse)
        #expect(later.rows[0].isMovieKnown)
        #expect(warehouse.asked == [[3, 1], [3, 1]])
    }

    /// A movie is asked for again after an error.
    @Test func anErrorIsNoAnswer() throws {
        let warehouse = EnrichingWarehouse()
        var cache = EnrichmentCache()
        warehouse.isDown = true
        #expect(throws: Fault.self) { try cache.enrich([batch([1, 2])], from: warehouse) }
        warehouse.isDown = false
        let again = batch([1, 2])
        try cache.enrich([again], from: warehouse)
        expectEnriched(again, [1, 2])
    }
}

/// A warehouse that implements nothing but `enrichments`.
private final class EnrichingWarehouse: Warehouse {
    var asked: [[Int64]] = []
    var arrived: [Int64] = []
    var isDown = false
    let location = "nowhere"

    func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment] {
        if isDown { throw Fault(step: .enrichment, occurrence: 1) }
        asked.append(ids)
        return ids.compactMap { id in
            EnrichmentCacheTests.answer(id)
                ?? (arrived.contains(id)
                    ? MovieEnrichment(movieID: id, releaseDay: nil, releaseYear: nil, primaryGenreID: nil) : nil)
        }
    }

    private func unasked() -> Fault { Fault(step: nil, occurrence: 0) }
    func migrate(at now: Int64) throws -> [String] { throw unasked() }
    func beginRun(at now: Int64, as kind: RunKind) throws -> RunRecord { throw unasked() }
    func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws { throw unasked() }
    func lastOrderlyRun() throws -> Int64 { throw unasked() }
    func begin() throws { throw unasked() }
    func commit() throws { throw unasked() }
    func rollback() throws { throw unasked() }
    func insertFacts(_ group: EventGroup) throws { throw unasked() }
    func merge(_ rows: MergeTable) throws { throw unasked() }
    func merge(_ days: SiteDays) throws { throw unasked() }
    func ranks(of documents: [MovieDocument]) throws -> [StoredRanks] { throw unasked() }
    func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws { throw unasked() }
    func quarantine(_ rejections: [Rejection], run: Int64) throws { throw unasked() }
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        throw unasked()
    }
    func replaceRejected(_ replacements: [(id: Int64, rejection: Rejection)], run: Int64) throws { throw unasked() }
    func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws { throw unasked() }
    func cureRejected(_ ids: [Int64], run: Int64) throws { throw unasked() }
    func cureRejected(ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64) throws
        -> Int64
    { throw unasked() }
    func cureArrived(run: Int64, isLast: Bool) throws -> Int64 { throw unasked() }
    func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount] { throw unasked() }
    func save(_ changes: LedgerChanges) throws { throw unasked() }
    func reenrichFacts() throws -> Int64 { throw unasked() }
    func refreshMarts() throws -> RefreshedDays { throw unasked() }
    func rowCounts() throws -> [(table: String, rows: Int64)] { throw unasked() }
    func prepareForQuestions() throws -> [TableIndex] { throw unasked() }
    func make(_ index: TableIndex) throws -> Bool { throw unasked() }
    func drop(_ index: TableIndex) throws -> Bool { throw unasked() }
    func endRun() {}
}

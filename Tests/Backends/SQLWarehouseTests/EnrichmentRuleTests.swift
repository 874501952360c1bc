import Domain
import Testing

@testable import SQLWarehouse

/// A fact gets the same columns from its movie whether the event or the movie comes first.
@Suite struct EnrichmentRuleTests {
    private static let day: Int64 = 86_400_000
    /// 2026-11-18 00:00 UTC.
    private static let midnight: Int64 = 1_794_960_000_000

    private func chunk(_ lines: [String], _ port: SourcePort) -> LineChunk {
        let source = Source(name: "lines", port: port, number: 0)
        let chunk = LineChunk(source: source, capacity: 1 << 10, start: SourcePosition())
        for (index, line) in lines.enumerated() {
            let start = Array(line.utf8).withUnsafeBytes { chunk.buffer.append($0) }
            chunk.lines.append(
                Line(
                    span: ByteRange(offset: start, length: line.utf8.count), number: Int64(index) + 1, byteOffset: 0,
                    snapshotDay: 20_000))
        }
        return chunk
    }

    /// A movie with a date and genres, one without either, one released after its events, and one of the year 1.
    private static let movies = [
        #"{"id":1,"title":"A","release_date":"1999-03-31","genres":[{"id":28,"name":"X"},{"id":12,"name":"Y"}]}"#,
        #"{"id":2,"title":"B"}"#, #"{"id":3,"title":"C","release_date":"2026-12-24"}"#,
        #"{"id":4,"title":"D","release_date":"0001-01-01","genres":[{"id":12,"name":"Y"}]}"#,
    ]

    private func replaceMovies(_ warehouse: SQLWarehouse) throws {
        let batch = try MovieDecoder().decode(chunk(Self.movies, .movies))
        #expect(batch.documents.count == 4)
        try warehouse.replaceMovies(batch.documents, of: batch)
    }

    /// Events of all movies, of an unknown movie and of none, at both ends of a day.
    private func events() throws -> EventBatch {
        var lines: [String] = []
        for time in [Self.midnight, Self.midnight + Self.day - 1, 788_918_400_000] {
            for movie in 1...5 {
                lines.append(#"{"event_type":"click","event_time":\#(time),"user_id":1,"movie_id":\#(movie)}"#)
            }
            lines.append(#"{"event_type":"search","event_time":\#(time),"user_id":1,"metadata":{"query":"q"}}"#)
        }
        let batch = try EventDecoder(clock: RunClock(now: Self.midnight + Self.day)).decode(chunk(lines, .events))
        try #require(batch.rejections.isEmpty && batch.rowCount == 18)
        return batch
    }

    private func enrich(_ batch: EventBatch, from warehouse: SQLWarehouse) throws {
        let known = try warehouse.enrichments(ofMovies: [5, 4, 3, 2, 1])
        for index in 0..<batch.rowCount {
            let row = batch.rows + index
            guard let movie = known.first(where: { $0.movieID == row.pointee.movieID }) else { continue }
            row.pointee.isMovieKnown = true
            row.pointee.genreID = movie.primaryGenreID ?? 0
            row.pointee.releaseDay = movie.releaseDay ?? .min
            row.pointee.releaseYear = Int16(movie.releaseYear ?? 0)
        }
    }

    private func insert(_ batch: EventBatch, into warehouse: SQLWarehouse) throws {
        let group = EventGroup([batch])
        try warehouse.insertFacts(group)
        let merger = EventMerger()
        group.forEachOutcome { _, row, _ in merger.add(row, of: batch) }
        for table in merger.tables { try warehouse.merge(table) }
        try warehouse.merge(merger.siteDays)
    }

    private static let facts = """
        SELECT event_time, movie_id, release_year, primary_genre_id, days_since_release, movie_known
        FROM fact_user_event ORDER BY event_time, movie_id
        """

    @Test func theOrderOfArrivalDoesNotMatter() throws {
        let moviesFirst = try CopyingWarehouse()
        try replaceMovies(moviesFirst.warehouse)
        let batch = try events()
        try enrich(batch, from: moviesFirst.warehouse)
        try insert(batch, into: moviesFirst.warehouse)

        let eventsFirst = try CopyingWarehouse()
        try insert(events(), into: eventsFirst.warehouse)
        let bare = try eventsFirst.rows(Self.facts)
        try replaceMovies(eventsFirst.warehouse)
        #expect(try eventsFirst.warehouse.reenrichFacts() == 12)
        #expect(try eventsFirst.warehouse.reenrichFacts() == 0)

        let facts = try moviesFirst.rows(Self.facts)
        #expect(facts == (try eventsFirst.rows(Self.facts)))
        #expect(facts != bare && facts.count == 18)
        #expect(facts.contains("\(Self.midnight) 1 1999 28 10094 1"))
        #expect(facts.contains("\(Self.midnight + Self.day - 1) 1 1999 28 10094 1"))
        #expect(facts.contains("\(Self.midnight) 2 - - - 1"))
        #expect(facts.contains("\(Self.midnight) 3 2026 - -36 1"))
        #expect(facts.contains("\(Self.midnight) 4 1 12 739937 1"))
        #expect(facts.contains("\(Self.midnight) 5 - - - 0"))
        #expect(facts.contains("\(Self.midnight) - - - - 0"))
    }

    /// Facts are enriched again only when the date or the genres of their movie change.
    @Test(arguments: [
        (#"{"id":1,"title":"A","release_date":"1999-03-31","genres":[{"id":28,"name":"X"},{"id":12,"name":"Y"}]}"#, 0),
        (
            #"{"id":1,"title":"Other","release_date":"1999-03-31","genres":[{"id":28,"name":"X"},{"id":12,"name":"Y"}]}"#,
            0
        ),
        (#"{"id":1,"title":"A","release_date":"1999-04-01","genres":[{"id":28,"name":"X"},{"id":12,"name":"Y"}]}"#, 1),
        (#"{"id":1,"title":"A","release_date":"1999-03-31","genres":[{"id":12,"name":"Y"},{"id":28,"name":"X"}]}"#, 1),
        (#"{"id":1,"title":"A","release_date":"1999-03-31"}"#, 1), (#"{"id":9,"title":"A"}"#, 1),
    ])
    func factsFollowWhatChanged(document: String, changes: Int) throws {
        let copying = try CopyingWarehouse()
        try replaceMovies(copying.warehouse)
        try copying.session.runScript("DELETE FROM load_pending_movie")
        let batch = try MovieDecoder().decode(chunk([document], .movies))
        try copying.warehouse.replaceMovies(batch.documents, of: batch)
        #expect(try copying.rows("SELECT changes_facts FROM load_pending_movie") == ["\(changes)"])
        // The mark stays until the facts have been enriched.
        try copying.warehouse.replaceMovies(batch.documents, of: batch)
        #expect(try copying.rows("SELECT changes_facts FROM load_pending_movie") == ["\(changes)"])
    }
}

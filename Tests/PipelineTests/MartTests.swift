import Domain
import Fixtures
import Testing

/// Compares the marts with values that were computed by hand from their definitions in the data dictionary.
@Suite struct MartTests {
    private static let movies = [
        #"{"id":1,"title":"A","vote_count":10,"vote_average":8.0,"genres":[{"id":1,"name":"g"},{"id":2,"name":"h"}]}"#,
        #"{"id":2,"title":"B","genres":[{"id":2,"name":"h"}]}"#, #"{"id":3,"title":"C"}"#,
    ]
    private static let events = [
        ("rate", "2026-11-20T10:00:00Z", 1, 1, "\"score\":4"), ("rate", "2026-11-20T10:00:01Z", 1, 2, "\"score\":9.5"),
        ("rate", "2026-11-20T10:00:02Z", 2, 9, "\"score\":1"), ("click", "2026-11-14T10:00:00Z", 1, 1, ""),
        ("watch", "2026-11-13T10:00:00Z", 1, 3, "\"watched_seconds\":5"),
    ].map { type, time, user, movie, metadata in
        "{\"event_type\":\"\(type)\",\"event_time\":\"\(time)\",\"user_id\":\(user),\"movie_id\":\(movie),"
            + "\"metadata\":{\(metadata)}}"
    }

    /// The rows of a query once these lines are loaded.
    private func rows(_ query: String, in kind: WarehouseKind) throws -> [String] {
        let warehouse = try LawWarehouse(kind)
        let lines = LawInput(
            movies: Self.movies.map { LawInput.MovieLine(day: LawClock.day, bytes: Array($0.utf8)) },
            events: Self.events.map { Array($0.utf8) })
        let sources = try PublishedInput(lines, Sources.all[0])
        try warehouse.run(movies: sources.movies, events: sources.events)
        return try warehouse.rows(query)
    }

    /// All totals are 93,500 by 12 votes: a mean of 7,791, and 6 votes by each of the 2 movies that have any.
    @Test(arguments: Warehouses.present)
    func topMovies(_ kind: WarehouseKind) throws {
        let top = """
            SELECT position, movie_id, title, votes, CAST(round(weighted_rating * 1000000) AS INTEGER),
                CAST(round(mean_rating * 1000000) AS INTEGER) FROM top_movies ORDER BY position
            """
        #expect(try rows(top, in: kind) == ["1|2|B|1|8035143|9500000", "2|1|A|11|7690941|7636364"])
    }

    /// Seven days up to the newest: the click of six days ago weighs 1, the watching of seven days ago nothing.
    @Test(arguments: Warehouses.present)
    func trending(_ kind: WarehouseKind) throws {
        let trending = """
            SELECT position, movie_id, coalesce(title, '-'), CAST(heat AS INTEGER), events FROM trending
            ORDER BY position
            """
        #expect(try rows(trending, in: kind) == ["1|1|A|22|2", "2|2|B|21|1", "3|9|-|21|1"])
    }

    /// A movie counts for each of its genres, and one without a genre for none.
    @Test(arguments: Warehouses.present)
    func genreDaily(_ kind: WarehouseKind) throws {
        let days = """
            SELECT day, genre_id, events, clicks, rates, score_thousandths, scores FROM genre_daily
            ORDER BY day, genre_id
            """
        #expect(
            try rows(days, in: kind) == [
                "2026-11-14|1|1|1|0|0|0", "2026-11-14|2|1|1|0|0|0", "2026-11-20|1|1|0|1|4000|1",
                "2026-11-20|2|2|0|2|13500|2",
            ])
    }
}

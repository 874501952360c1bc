import Domain
import Foundation
import SQLite
import TestSupport
import Testing

/// The marts against values that were worked out by hand from their definitions in the data dictionary.
@Suite struct MartTests {
    private let warehouse: LawWarehouse

    init() throws {
        warehouse = try LawWarehouse()
        let movies = """
            {"id":1,"title":"A","vote_count":10,"vote_average":8.0,"genres":[{"id":1,"name":"g"},{"id":2,"name":"h"}]}
            {"id":2,"title":"B","genres":[{"id":2,"name":"h"}]}
            {"id":3,"title":"C"}
            """
        let events = [
            ("rate", "2026-11-20T10:00:00Z", 1, 1, "\"score\":4"),
            ("rate", "2026-11-20T10:00:01Z", 1, 2, "\"score\":9.5"),
            ("rate", "2026-11-20T10:00:02Z", 2, 9, "\"score\":1"), ("click", "2026-11-14T10:00:00Z", 1, 1, ""),
            ("watch", "2026-11-13T10:00:00Z", 1, 3, "\"watched_seconds\":5"),
        ].map { type, time, user, movie, metadata in
            "{\"event_type\":\"\(type)\",\"event_time\":\"\(time)\",\"user_id\":\(user),\"movie_id\":\(movie),"
                + "\"metadata\":{\(metadata)}}"
        }
        let paths = (warehouse.folder.path("m.ndjson"), warehouse.folder.path("e.ndjson"))
        try movies.write(toFile: paths.0, atomically: false, encoding: .utf8)
        try events.joined(separator: "\n").write(toFile: paths.1, atomically: false, encoding: .utf8)
        try warehouse.run(movies: [paths.0], events: [paths.1])
    }

    private func rows(_ query: String) throws -> [String] {
        let rows = try Connection(path: warehouse.path, access: .readOnly).prepare(query)
        var found: [String] = []
        while try rows.step() { found.append(String(decoding: rows.bytes(0), as: UTF8.self)) }
        return found
    }

    /// All totals are 93,500 by 12 votes: a mean of 7,791, and 6 votes by each of the 2 movies that have any.
    @Test func topMovies() throws {
        #expect(
            try rows(
                """
                SELECT position || ' ' || movie_id || ' ' || title || ' ' || votes || ' ' || round(weighted_rating, 6)
                    || ' ' || round(mean_rating, 6) FROM top_movies ORDER BY position
                """) == ["1 2 B 1 8.035143 9.5", "2 1 A 11 7.690941 7.636364"])
    }

    /// Seven days up to the newest: the click of six days ago weighs 1, the watching of seven days ago nothing.
    @Test func trending() throws {
        #expect(
            try rows(
                """
                SELECT position || ' ' || movie_id || ' ' || coalesce(title, '-') || ' ' || heat || ' ' || events
                FROM trending ORDER BY position
                """) == ["1 1 A 22 2", "2 2 B 21 1", "3 9 - 21 1"])
    }

    /// A movie counts for each of its genres, and one without a genre for none.
    @Test func genreDaily() throws {
        #expect(
            try rows(
                """
                SELECT day || ' ' || genre_id || ' ' || events || ' ' || clicks || ' ' || rates || ' '
                    || score_thousandths || ' ' || scores FROM genre_daily ORDER BY day, genre_id
                """) == [
                    "2026-11-14 1 1 1 0 0 0", "2026-11-14 2 1 1 0 0 0", "2026-11-20 1 1 0 1 4000 1",
                    "2026-11-20 2 2 0 2 13500 2",
                ])
    }
}

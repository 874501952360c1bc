import Domain

extension SQLiteWarehouse {
    /// Brings the marts up to date with the tables that they follow from.
    public func refreshMarts() throws -> Int64 {
        let pending = try connection.integer("SELECT count(*) FROM load_pending_movie") ?? 0
        let days = try connection.integer("SELECT count(*) FROM load_stale_day") ?? 0
        if days > 0 {
            let sums = try GenreDailySums(connection)
            try connection.execute("DELETE FROM genre_daily WHERE day IN (SELECT day FROM load_stale_day)")
            try merge(sums.rows)
        }
        if days + pending > 0 {
            try refreshTopMovies()
            try connection.execute(Self.trending)
        }
        try connection.execute("DELETE FROM load_pending_movie; DELETE FROM load_stale_day")
        if let currentRun {
            try connection.execute(
                "DELETE FROM load_mart_refresh; INSERT INTO load_mart_refresh (run_id) VALUES (\(currentRun))")
        }
        return days
    }

    private func refreshTopMovies() throws {
        let votes = try SiteVotes(connection).rows
        let source = try packed(SiteVotes.table)
        defer { source.clear() }
        source.set(votes.rows, order: votes.orderByKey())
        try connection.execute(Self.topMovies)
    }

    /// Enriches the facts of movies that came or changed, day by day of those that movie_daily knows them on.
    public func reenrichFacts() throws -> Int64 {
        guard try connection.integer("SELECT count(*) FROM load_pending_movie WHERE changes_facts") ?? 0 > 0 else {
            return 0
        }
        let days = try connection.prepare(
            """
            SELECT DISTINCT day FROM movie_daily
            WHERE movie_id IN (SELECT movie_id FROM load_pending_movie WHERE changes_facts)
            """)
        var changed: [Int32] = []
        while try days.step() {
            if let day = CivilDate.parse(days.bytes(0)) { changed.append(day) }
        }
        let update = try connection.statement(Self.enrichDay)
        let stale = try connection.statement("INSERT OR IGNORE INTO load_stale_day (day) VALUES (?)")
        var facts: Int64 = 0
        for day in changed {
            try update.bind(Int64(day) * CivilDate.millisecondsPerDay, at: 1)
            try update.run()
            facts += connection.changes
            try stale.bind(CivilDate.text(ofDay: day), at: 1)
            try stale.run()
        }
        try connection.execute("UPDATE load_pending_movie SET changes_facts = 0 WHERE changes_facts")
        return facts
    }

    private static let enrichDay = """
        UPDATE fact_user_event SET (release_year, primary_genre_id, days_since_release, movie_known) = (
            SELECT CAST(substr(release_date, 1, 4) AS INTEGER),
                (SELECT genre_id FROM movie_genres AS g WHERE g.movie_id = m.movie_id ORDER BY position LIMIT 1),
                fact_user_event.event_time / 86400000 - CAST(julianday(release_date) - 2440587.5 AS INTEGER),
                1
            FROM movies AS m WHERE m.movie_id = fact_user_event.movie_id)
        WHERE event_time >= ?1 AND event_time < ?1 + 86400000
            AND movie_id IN (SELECT movie_id FROM load_pending_movie WHERE changes_facts)
        """

    /// Titles come last: those of all movies may be more than memory holds.
    private static let topMovies = """
        DELETE FROM top_movies;
        INSERT INTO top_movies (position, movie_id, title, weighted_rating, mean_rating, votes)
        WITH tmdb AS (
            SELECT movie_id,
                CASE WHEN vote_count > 0 AND vote_average BETWEEN 0 AND 10 THEN min(vote_count, 10000000) ELSE 0 END
                    AS votes,
                CASE WHEN vote_average BETWEEN 0 AND 10 THEN CAST(vote_average * 1000 AS INTEGER) ELSE 0 END AS mean
            FROM movies
        ), summed AS (
            SELECT movie_id, sum(votes) AS votes, sum(total) AS total FROM (
                SELECT movie_id, votes, votes * mean AS total FROM tmdb
                UNION ALL SELECT movie_id, votes, total FROM \(MergeStatement.source(of: SiteVotes.table))
            ) GROUP BY movie_id HAVING sum(votes) > 0
        ), rated AS MATERIALIZED (
            SELECT movie_id, votes, total FROM summed CROSS JOIN movies USING (movie_id)
        ), prior AS (
            SELECT sum(total) / sum(votes) AS mean, sum(votes) / count(*) AS votes FROM rated
        ), best AS (
            SELECT movie_id, rated.votes AS votes,
                CAST(total + prior.votes * prior.mean AS REAL) / CAST(rated.votes + prior.votes AS REAL) / 1000.0
                    AS weighted_rating,
                CAST(total AS REAL) / CAST(rated.votes AS REAL) / 1000.0 AS mean_rating
            FROM rated CROSS JOIN prior ORDER BY weighted_rating DESC, votes DESC, movie_id LIMIT 250
        ), ranked AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY weighted_rating DESC, votes DESC, movie_id) AS position, movie_id,
                weighted_rating, mean_rating, votes
            FROM best
        )
        SELECT position, movie_id, title, weighted_rating, mean_rating, votes
        FROM ranked CROSS JOIN movies USING (movie_id)
        """

    private static let trending = """
        DELETE FROM trending;
        INSERT INTO trending (position, movie_id, title, heat, events)
        WITH RECURSIVE days(day, weight) AS (
            SELECT day, 7 FROM (SELECT max(day) AS day FROM movie_daily)
            UNION ALL SELECT date(day, '-1 day'), weight - 1 FROM days WHERE weight > 1
        ), hottest AS (
            SELECT movie_id, sum(weight * (clicks + views + 2 * trailers + 2 * watchlist_changes + 3 * shares
                + 3 * rates + 3 * likes + 3 * comments + 4 * watches)) AS heat, sum(events) AS events
            FROM days CROSS JOIN movie_daily USING (day) GROUP BY movie_id ORDER BY heat DESC, movie_id LIMIT 100
        ), ranked AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY heat DESC, movie_id) AS position, movie_id, heat, events FROM hottest
        )
        SELECT position, movie_id, title, heat, events FROM ranked LEFT JOIN movies USING (movie_id)
        """
}

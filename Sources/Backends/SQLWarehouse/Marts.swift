import Domain

/// The statements that compute the marts, and those that note which movies and days the marts do not reflect yet.
struct MartStatements {
    /// Adds the staged days to the stale days of `genre_daily`.
    let addStaleDays: String
    /// How many movies, and how many days, the marts do not reflect yet.
    let pendingMovies: String
    let staleDays: String
    /// Deletes the rows of `genre_daily` for the stale days.
    let deleteStaleDays: String
    /// Notes that the marts reflect all movies and days.
    let clear: String
    /// These two statements store the run after which the marts were computed last.
    let clearRefresh: String
    let noteRefresh: String
    /// Computes the rows of `genre_daily` for the stale days. It is for a database that groups by hashing; for others,
    /// see `GenreDailySums`.
    let addGenreDays: String
    /// Computes `top_movies` again. A database that does not group by hashing has the site's votes staged.
    let topMovies: String
    /// Computes `trending` again.
    let trending: String

    init(_ dialect: SQLDialect) {
        let stale = dialect.table("load_stale_day")
        let pending = dialect.table("load_pending_movie")
        let refresh = dialect.table("load_mart_refresh")
        addStaleDays = """
            INSERT INTO \(stale) (day) SELECT day FROM \(dialect.staged(StagedTable(ListTables.days))) WHERE TRUE
            ON CONFLICT (day) DO NOTHING
            """
        pendingMovies = "SELECT count(*) FROM \(pending)"
        staleDays = "SELECT count(*) FROM \(stale)"
        deleteStaleDays = "DELETE FROM \(dialect.table("genre_daily")) WHERE day IN (SELECT day FROM \(stale))"
        clear = "DELETE FROM \(pending); DELETE FROM \(stale)"
        clearRefresh = "DELETE FROM \(refresh)"
        noteRefresh = "INSERT INTO \(refresh) (run_id) VALUES (\(dialect.parameter(1)))"
        addGenreDays = MartStatements.genreDays(dialect, stale)
        topMovies = MartStatements.topMovies(dialect)
        trending = MartStatements.trending(dialect)
    }

    private static func genreDays(_ dialect: SQLDialect, _ stale: String) -> String {
        let measures = MartTables.measureNames
        let sums = measures.map { dialect.integer("sum(daily.\($0))") }
        return """
            INSERT INTO \(dialect.table("genre_daily")) (day, genre_id, \(measures.joined(separator: ", ")))
            SELECT daily.day, genre.genre_id, \(sums.joined(separator: ", "))
            FROM \(dialect.table("movie_daily")) AS daily JOIN \(dialect.table("movie_genres")) AS genre USING (movie_id)
            WHERE daily.day IN (SELECT day FROM \(stale))
            GROUP BY daily.day, genre.genre_id
            """
    }

    /// All sums and quotients are computed with integers up to the last step, so that every database gives the same
    /// digits. Titles are joined last, because the titles of all movies may not fit into memory.
    private static func topMovies(_ dialect: SQLDialect) -> String {
        let (integer, real) = (dialect.integer, dialect.real)
        let siteVotes = dialect.groupsByHash ? SiteVotes.sums(dialect) : dialect.staged(StagedTable(SiteVotes.table))
        return """
            DELETE FROM \(dialect.table("top_movies"));
            INSERT INTO \(dialect.table("top_movies")) (position, movie_id, title, weighted_rating, mean_rating, votes)
            WITH tmdb AS (
                SELECT movie_id,
                    CASE WHEN vote_count > 0 AND vote_average BETWEEN 0 AND 10
                        THEN \(dialect.least)(vote_count, 10000000) ELSE 0 END AS votes,
                    CASE WHEN vote_average BETWEEN 0 AND 10 THEN \(dialect.whole("vote_average * 1000")) ELSE 0 END
                        AS mean
                FROM \(dialect.table("movies"))
            ), summed AS (
                SELECT movie_id, \(integer("sum(votes)")) AS votes, \(integer("sum(total)")) AS total FROM (
                    SELECT movie_id, votes, votes * mean AS total FROM tmdb
                    UNION ALL SELECT movie_id, votes, total FROM \(siteVotes) AS site
                ) AS vote GROUP BY movie_id HAVING sum(votes) > 0
            ), rated AS MATERIALIZED (
                SELECT movie_id, votes, total FROM summed
                \(dialect.orderedJoin) \(dialect.table("movies")) USING (movie_id)
            ), prior AS (
                SELECT \(integer("sum(total)")) / \(integer("sum(votes)")) AS mean,
                    \(integer("sum(votes)")) / count(*) AS votes
                FROM rated
            ), best AS (
                SELECT movie_id, rated.votes AS votes,
                    \(real("total + prior.votes * prior.mean")) / \(real("rated.votes + prior.votes")) / 1000.0
                        AS weighted_rating,
                    \(real("total")) / \(real("rated.votes")) / 1000.0 AS mean_rating
                FROM rated CROSS JOIN prior ORDER BY weighted_rating DESC, votes DESC, movie_id LIMIT 250
            ), ranked AS MATERIALIZED (
                SELECT row_number() OVER (ORDER BY weighted_rating DESC, votes DESC, movie_id) AS position, movie_id,
                    weighted_rating, mean_rating, votes
                FROM best
            )
            SELECT position, movie_id, title, weighted_rating, mean_rating, votes
            FROM ranked \(dialect.orderedJoin) \(dialect.table("movies")) USING (movie_id)
            """
    }

    private static func trending(_ dialect: SQLDialect) -> String {
        """
        DELETE FROM \(dialect.table("trending"));
        INSERT INTO \(dialect.table("trending")) (position, movie_id, title, heat, events)
        WITH RECURSIVE days(day, weight) AS (
            SELECT day, 7 FROM (SELECT max(day) AS day FROM \(dialect.table("movie_daily"))) AS newest
            UNION ALL SELECT \(dialect.dayBefore("day")), weight - 1 FROM days WHERE weight > 1
        ), hottest AS (
            SELECT movie_id, \(dialect.integer(
                """
                sum(weight * (clicks + views + 2 * trailers + 2 * watchlist_changes + 3 * shares
                    + 3 * rates + 3 * likes + 3 * comments + 4 * watches))
                """)) AS heat, \(dialect.integer("sum(events)")) AS events
            FROM days \(dialect.orderedJoin) \(dialect.table("movie_daily")) USING (day)
            GROUP BY movie_id ORDER BY heat DESC, movie_id LIMIT 100
        ), ranked AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY heat DESC, movie_id) AS position, movie_id, heat, events FROM hottest
        )
        SELECT position, movie_id, title, heat, events
        FROM ranked LEFT JOIN \(dialect.table("movies")) USING (movie_id)
        """
    }
}

extension SQLWarehouse {
    /// Updates the marts from the tables that they are computed from.
    public func refreshMarts() throws -> RefreshedDays {
        let pending = try session.integer(marts.pendingMovies) ?? 0
        let days = try session.integer(marts.staleDays) ?? 0
        if days + pending > 0 {
            try session.willLookUp(in: MovieTables.all + BehaviourTables.merged)
        }
        if days > 0 {
            try refreshGenreDays()
        }
        if days + pending > 0 {
            try refreshTopMovies()
            try session.runScript(marts.trending)
        }
        try session.runScript(marts.clear)
        let recounted = try countActiveUsers()
        if let currentRun {
            try session.run(marts.clearRefresh, [])
            try session.run(marts.noteRefresh, [.integer(currentRun)])
        }
        return RefreshedDays(genre: days, site: recounted)
    }

    private func refreshGenreDays() throws {
        if session.dialect.groupsByHash {
            try session.run(marts.deleteStaleDays, [])
            try session.run(marts.addGenreDays, [])
        } else {
            let sums = try GenreDailySums(session)
            try session.run(marts.deleteStaleDays, [])
            try merge(sums.rows)
        }
    }

    private func refreshTopMovies() throws {
        if session.dialect.groupsByHash { return try session.runScript(marts.topMovies) }
        let votes = try SiteVotes(session).rows
        let staged = StagedTable(SiteVotes.table)
        defer { session.unstage(staged) }
        try session.stage(PackedRows(votes.rows, order: votes.orderByKey()), as: staged)
        try session.runScript(marts.topMovies)
    }
}

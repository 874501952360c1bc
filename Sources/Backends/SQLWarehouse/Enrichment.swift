import Domain

/// The rule by which a fact gets columns from its movie. The lookup for new facts and the update of stored facts both
/// use the two expressions `movies` and `daysSinceRelease`.
struct Enrichment {
    /// A subquery with `movie_id`, `release_day` (days since 1970-01-01), `release_year` and `primary_genre_id` of each
    /// movie.
    let movies: String
    /// The days from the release to the event's UTC day, for the expressions of the event's time and the release day.
    let daysSinceRelease: @Sendable (_ eventTime: String, _ releaseDay: String) -> String

    /// Selects the enrichment columns of a list of movies.
    let ofListedMovies: String
    /// Whether there are new or changed movies whose stored facts must be enriched again.
    let isPending: String
    /// The days on which these movies have facts.
    let pendingDays: String
    /// Enriches the facts of these movies again, from the time in the first parameter up to, but not including, the
    /// second.
    let update: String
    /// Notes that all facts of these movies have been updated.
    let clearPending: String

    init(_ dialect: SQLDialect) {
        let movies = """
            (SELECT m.movie_id, \(dialect.dayNumber("m.release_date")) AS release_day,
                \(dialect.year("m.release_date")) AS release_year,
                (SELECT g.genre_id FROM \(dialect.table("movie_genres")) AS g WHERE g.movie_id = m.movie_id
                    ORDER BY g.position LIMIT 1) AS primary_genre_id
            FROM \(dialect.table("movies")) AS m)
            """
        self.movies = movies
        daysSinceRelease = { "\(dialect.dayNumberOfTimestamp($0)) - \($1)" }
        ofListedMovies = """
            SELECT movie.movie_id, movie.release_day, movie.release_year, movie.primary_genre_id
            FROM \(dialect.list(ListTables.movies)) AS new
            \(dialect.lookup(movies, as: "movie", on: "movie.movie_id = new.movie_id"))
            """
        let pending = dialect.table("load_pending_movie")
        isPending = "SELECT EXISTS (SELECT 1 FROM \(pending) WHERE changes_facts)"
        pendingDays = """
            SELECT DISTINCT day FROM \(dialect.table("movie_daily"))
            WHERE movie_id IN (SELECT movie_id FROM \(pending) WHERE changes_facts)
            """
        update = """
            UPDATE \(dialect.table("fact_user_event"))
            SET (release_year, primary_genre_id, days_since_release, movie_known) = (
                SELECT movie.release_year, movie.primary_genre_id,
                    \(daysSinceRelease("fact_user_event.event_time", "movie.release_day")), TRUE
                FROM \(movies) AS movie WHERE movie.movie_id = fact_user_event.movie_id)
            WHERE event_time >= \(dialect.parameter(1)) AND event_time < \(dialect.parameter(2))
                AND movie_id IN (SELECT movie_id FROM \(pending) WHERE changes_facts)
            """
        clearPending = "UPDATE \(pending) SET changes_facts = FALSE WHERE changes_facts"
    }
}

extension SQLWarehouse {
    /// Looks up the enrichment of facts for some movies; see `Warehouse`.
    public func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment] {
        if ids.isEmpty { return [] }
        try session.willLookUp(in: [MovieTables.movies, MovieTables.movieGenres])
        let rows = try session.query(enrichment.ofListedMovies, list: ids, as: ListTables.movies)
        var enrichments: [MovieEnrichment] = []
        while try rows.next() {
            enrichments.append(
                MovieEnrichment(
                    movieID: rows.integer(0),
                    releaseDay: rows.optionalInteger(1).map { Int32(truncatingIfNeeded: $0) },
                    releaseYear: rows.optionalInteger(2).map { Int32(truncatingIfNeeded: $0) },
                    primaryGenreID: rows.optionalInteger(3)))
        }
        return enrichments
    }

    /// Enriches the facts of new and changed movies again, one day at a time. `movie_daily` says on which days they
    /// have facts.
    public func reenrichFacts() throws -> Int64 {
        guard try session.boolean(enrichment.isPending) else { return 0 }
        try session.willUseFacts()
        var days: [Int32] = []
        let rows = try session.query(enrichment.pendingDays, [])
        while try rows.next() {
            if let day = rows.date(0) { days.append(day) }
        }
        var facts: Int64 = 0
        for day in days {
            let start = Int64(day) * CivilDate.millisecondsPerDay
            facts += try session.run(
                enrichment.update, [.timestamp(start), .timestamp(start + CivilDate.millisecondsPerDay)])
        }
        try session.stage(days.lazy.map { [.date($0)] }, as: ListTables.days)
        try session.run(marts.addStaleDays, [])
        try session.run(enrichment.clearPending, [])
        return facts
    }
}

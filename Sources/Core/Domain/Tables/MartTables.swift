/// The declarations of the marts. Each mart is computed from other tables alone.
public enum MartTables {
    /// The counters of `movie_daily` and `genre_daily`, in order, with the event type that each counts.
    public static let counters: [(column: String, type: EventType)] = [
        ("clicks", .click), ("views", .view), ("shares", .share), ("trailers", .trailer), ("watches", .watch),
        ("rates", .rate), ("likes", .like), ("dislikes", .dislike), ("comments", .comment),
        ("watchlist_changes", .watchlist),
    ]

    private static let measures: [Column] =
        [.required("events", .integer, "Accepted events of any type.")]
        + counters.map { .required($0.column, .integer, "Accepted events of type \($0.type.name).") }
        + [
            .required(
                "watched_seconds", .integer,
                "Whole seconds watched: the sum over watch events of seconds, each cut to an integer of at most 10^9."),
            .required(
                "score_thousandths", .integer,
                "The sum over rate events of score times 1,000, each cut to an integer."),
            .required("scores", .integer, "How many scores that sum has."),
        ]

    /// The names of the columns that are summed.
    public static let measureNames = measures.map(\.name)

    /// Events by day and movie. It is upserted in the transaction that inserts the events.
    public static let movieDaily = Table(
        "movie_daily", .marts, "Accepted events by UTC day and movie, of fact_user_event with a movie_id.",
        key: ["day", "movie_id"], merge: [.sum(measureNames)],
        columns: [
            .required("day", .date, "The UTC day of the events."),
            .required("movie_id", .integer, "The movie."),
        ] + measures)

    /// Events by day and genre.
    public static let genreDaily = Table(
        "genre_daily", .marts,
        "movie_daily summed by genre: a movie counts once for each of its genres in movie_genres.",
        key: ["day", "genre_id"], merge: [.sum(measureNames)],
        columns: [
            .required("day", .date, "The UTC day of the events."),
            .required("genre_id", .integer, "The genre."),
        ] + measures)

    /// The best movies.
    public static let topMovies = Table(
        "top_movies", .marts,
        """
        The 250 best movies by Bayesian weighted rating, (total + prior × mean) / (votes + prior): votes and total are \
        those of TMDB (vote_count, at most 10^7; vote_average of 0 to 10 in thousandths, cut) and the site's ratings \
        together, mean is all totals by all votes and prior all votes by all movies with votes, both whole numbers.
        """,
        key: ["position"],
        columns: [
            .required("position", .integer, "1 for the best; ties go to more votes, then to the lesser movie_id."),
            .required("movie_id", .integer, "The movie."),
            .required("title", .text, "Its title."),
            .required("weighted_rating", .real, "Its weighted rating, 0 to 10."),
            .required("mean_rating", .real, "Its own mean, 0 to 10."),
            .required("votes", .integer, "Its votes, of TMDB and the site."),
        ])

    /// The movies with the most attention in the last seven days.
    public static let trending = Table(
        "trending", .marts,
        """
        The 100 movies of most attention in the seven days up to the newest day of movie_daily: the sum over days of \
        heat × (7 − days ago), heat being clicks + views + 2 trailers + 2 watchlist_changes + 3 shares + 3 rates + \
        3 likes + 3 comments + 4 watches.
        """,
        key: ["position"],
        columns: [
            .required("position", .integer, "1 for the most; ties go to the lesser movie_id."),
            .required("movie_id", .integer, "The movie; it may not be in movies (yet)."),
            .optional("title", .text, "Its title, when it is known."),
            .required("heat", .integer, "The weighted sum."),
            .required("events", .integer, "Accepted events of the seven days."),
        ])

    /// The columns of `site_daily` that are sums of integers. `active_users` is null while it is not known.
    private static let siteSums: [Column] =
        [.required("events", .integer, "Accepted events of any type, with a movie or without.")]
        + counters.map { .required($0.column, .integer, "Accepted events of type \($0.type.name).") }
        + [
            .optional(
                "active_users", .integer,
                "How many users have an event on the day; null until the run that loads its late events has ended."),
            .required("new_users", .integer, "How many users have their first event on the day (users.first_seen)."),
            .required("sessions", .integer, "How many sessions began on the day (dim_session.started_at)."),
            .required(
                "session_milliseconds", .integer,
                "How long these sessions lasted: the sum of ended_at − started_at, in milliseconds."),
            .required("scores", .integer, "How many scores rate events of the day have."),
            .required(
                "score_thousandths", .integer, "The sum of these scores times 1,000, each cut to an integer."),
        ]

    /// Events, users and sessions by day. It is upserted in the transaction that inserts the events.
    public static let siteDaily = Table(
        "site_daily", .marts,
        "The site by UTC day: accepted events of fact_user_event, and users and sessions. One row for each day with events.",
        key: ["day"], merge: [.sum(siteSums.map(\.name))],
        columns: [.required("day", .date, "The UTC day.")] + siteSums + [
            .optional("mean_session_seconds", .real, "How long the sessions lasted on average; null without any."),
            .optional("mean_score", .real, "The mean of the scores, in whole thousandths each; null without any."),
        ])

    /// All marts, in the order of the data dictionary.
    public static let all = [movieDaily, genreDaily, siteDaily, topMovies, trending]
}

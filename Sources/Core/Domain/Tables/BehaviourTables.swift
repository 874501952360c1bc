/// The declarations of the tables that are loaded from events.
public enum BehaviourTables {
    private static let eventTime = Column.required("event_time", .timestamp, "When the event happened, in UTC.")
    private static let eventID = Column.required("event_id", .uuid, "The event's id; with event_time its identity.")
    private static let latest = ["event_time", "event_id"]

    /// One row an accepted event.
    public static let facts = Table(
        "fact_user_event", .behaviour, "One row for each accepted event.", key: ["event_time", "event_id"],
        indexesOnRequest: [["user_id"], ["movie_id"]],
        columns: [
            eventTime, eventID,
            .required("event_type", .text, "What the user did: click, view, share, trailer, dwell, search, watch, …"),
            .required("user_id", .integer, "Who did it."),
            .optional("session_id", .text, "The session it belongs to."),
            .optional("movie_id", .integer, "The movie it is about; it may not be in movies (yet)."),
            .optional("seconds", .real, "How long, in seconds: of a trailer, dwell or watch."),
            .optional("score", .real, "The score of a rate event, 0.5 to 10; null withdraws the rating."),
            .optional("query", .text, "What a search event looked for."),
            .optional("release_year", .integer, "The year of the movie's release date."),
            .optional("primary_genre_id", .integer, "The first genre of the movie's document."),
            .optional("days_since_release", .integer, "The event's UTC day less the movie's release date, in days."),
            .required("movie_known", .boolean, "Whether the movie is in movies; false without a movie."),
            .required(
                "content_hash", .integer, "XXH3-64 of the event's content: tells a duplicate from a conflict."),
        ])

    /// One row a user.
    public static let users = Table(
        "users", .behaviour, "One row for each user that an accepted event names.", key: ["user_id"],
        merge: [.minimum("first_seen"), .maximum("last_seen")],
        columns: [
            .required("user_id", .integer, "The user."),
            .required("first_seen", .timestamp, "The time of the user's first event."),
            .required("last_seen", .timestamp, "The time of the user's last event."),
        ])

    /// One row a session.
    public static let sessions = Table(
        "dim_session", .behaviour, "One row for each session that an accepted event names.", key: ["session_id"],
        merge: [
            .least(rank: ["started_at", "first_event_id"], carried: ["user_id"]),
            .maximum("ended_at"),
            .least(
                rank: ["device_event_time", "device_event_id"],
                carried: ["device", "browser", "os", "screen_resolution"]),
        ],
        indexes: [["user_id"]],
        columns: [
            .required("session_id", .text, "The session's key, as the events name it."),
            .required("user_id", .integer, "The user of its first event."),
            .required("started_at", .timestamp, "The time of its first event."),
            .required("ended_at", .timestamp, "The time of its last event."),
            .optional("device", .text, "The device, of its first event that says anything of its device."),
            .optional("browser", .text, "The browser, of the same event."),
            .optional("os", .text, "The operating system, of the same event."),
            .optional("screen_resolution", .text, "The screen's size in pixels, of the same event."),
            .required("first_event_id", .uuid, "The id of its first event."),
            .optional("device_event_time", .timestamp, "The time of the event that the device fields come from."),
            .optional("device_event_id", .uuid, "The id of that event."),
        ])

    /// One row a watch event.
    public static let watchHistory = Table(
        "watch_history", .behaviour, "One row for each watch event.", key: ["event_time", "event_id"],
        indexes: [["user_id", "movie_id"], ["movie_id", "user_id"]],
        columns: [
            eventTime, eventID,
            .required("user_id", .integer, "Who watched."),
            .required("movie_id", .integer, "What was watched."),
            .optional("watched_seconds", .real, "How long, in seconds."),
        ])

    /// The ratings that stand.
    public static let ratings = Table(
        "ratings", .behaviour, "The last rating of each user and movie, unless it was withdrawn.",
        key: ["user_id", "movie_id"], merge: [.greatest(rank: latest, carried: ["score"])], isWithdrawable: true,
        indexes: [["movie_id"]],
        columns: [
            .required("user_id", .integer, "Who rated."),
            .required("movie_id", .integer, "What was rated."),
            .required("score", .real, "The score, 0.5 to 10."),
            eventTime, eventID,
        ])

    /// The reactions that stand.
    public static let reactions = Table(
        "reactions", .behaviour, "The last reaction of each user to a movie, unless it was undone.",
        key: ["user_id", "movie_id"], merge: [.greatest(rank: latest, carried: ["reaction"])], isWithdrawable: true,
        indexes: [["movie_id"]],
        columns: [
            .required("user_id", .integer, "Who reacted."),
            .required("movie_id", .integer, "To what."),
            .required("reaction", .text, "like or dislike."),
            eventTime, eventID,
        ])

    /// The watchlist entries that stand.
    public static let watchlist = Table(
        "watchlist", .behaviour, "The last status of each user's watchlist entry, unless it was removed.",
        key: ["user_id", "movie_id"], merge: [.greatest(rank: latest, carried: ["status"])], isWithdrawable: true,
        indexes: [["movie_id"]],
        columns: [
            .required("user_id", .integer, "Whose entry."),
            .required("movie_id", .integer, "The movie."),
            .required("status", .text, "watching, completed, planned or dropped."),
            eventTime, eventID,
        ])

    /// The votes on comments that stand.
    public static let commentVotes = Table(
        "comment_votes", .behaviour, "The last vote of each user on a comment, unless it was withdrawn.",
        key: ["user_id", "comment_id"], merge: [.greatest(rank: latest, carried: ["vote"])], isWithdrawable: true,
        indexes: [["comment_id"]],
        columns: [
            .required("user_id", .integer, "Who voted."),
            .required("comment_id", .text, "The comment; it may not be in comments (yet)."),
            .required("vote", .integer, "1 for, -1 against."),
            eventTime, eventID,
        ])

    /// The comments, threaded.
    public static let comments = Table(
        "comments", .behaviour, "The last version of each comment; parent_id makes the thread.", key: ["comment_id"],
        merge: [
            .greatest(rank: latest, carried: ["body", "body_reference", "deleted"]),
            .least(rank: ["first_event_time", "first_event_id"], carried: ["parent_id", "user_id", "movie_id"]),
        ],
        indexes: [["movie_id"], ["parent_id"]],
        columns: [
            .required("comment_id", .text, "The comment's key."),
            .optional("parent_id", .text, "The comment that it answers, of its first event."),
            .required("user_id", .integer, "Who wrote it, of its first event."),
            .required("movie_id", .integer, "The movie it is about, of its first event."),
            .optional("body", .text, "Its text, the first 2,000 code points; null when deleted."),
            .required("deleted", .boolean, "Whether its last event deletes it."),
            eventTime, eventID,
            .optional("body_reference", .text, "Where the raw store keeps the whole of a longer body."),
            .required("first_event_time", .timestamp, "The time of its first event."),
            .required("first_event_id", .uuid, "The id of its first event."),
        ])

    /// The tables whose rows are merged in memory and upserted once a transaction.
    public static let merged = [
        users, sessions, ratings, reactions, watchlist, comments, commentVotes, MartTables.movieDaily,
    ]
    /// All tables of behaviour, in the order of the data dictionary.
    public static let all = [
        users, sessions, facts, watchHistory, ratings, reactions, watchlist, comments, commentVotes,
    ]
    /// The tables that store withdrawals, one for each withdrawable table.
    public static let withdrawals = all.compactMap(\.withdrawals)
}

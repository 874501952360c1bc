import Domain

/// The views of the newest schema. A test compares the list with the views that the migrations make on a server.
enum PostgreSQLViews {
    static let all: [QueryHelp.View] = [
        QueryHelp.View(
            name: "users_readable",
            columns: [
                "user_id", "first_seen", "last_seen",
            ]),
        QueryHelp.View(
            name: "dim_session_readable",
            columns: [
                "session_id", "user_id", "started_at", "ended_at", "device", "browser", "os",
                "screen_resolution", "first_event_id", "device_event_time", "device_event_id",
            ]),
        QueryHelp.View(
            name: "fact_user_event_readable",
            columns: [
                "event_time", "event_id", "event_type", "user_id", "session_id", "movie_id",
                "movie_title", "seconds", "score", "query", "release_year", "primary_genre_id",
                "primary_genre", "days_since_release", "movie_known",
            ]),
        QueryHelp.View(
            name: "watch_history_readable",
            columns: [
                "event_time", "event_id", "user_id", "movie_id", "movie_title", "watched_seconds",
            ]),
        QueryHelp.View(
            name: "ratings_readable",
            columns: [
                "user_id", "movie_id", "movie_title", "score", "event_time", "event_id",
            ]),
        QueryHelp.View(
            name: "reactions_readable",
            columns: [
                "user_id", "movie_id", "movie_title", "reaction", "event_time", "event_id",
            ]),
        QueryHelp.View(
            name: "watchlist_readable",
            columns: [
                "user_id", "movie_id", "movie_title", "status", "event_time", "event_id",
            ]),
        QueryHelp.View(
            name: "comments_readable",
            columns: [
                "comment_id", "parent_id", "user_id", "movie_id", "movie_title", "body", "deleted",
                "event_time", "event_id", "body_reference", "first_event_time", "first_event_id",
            ]),
        QueryHelp.View(
            name: "comment_votes_readable",
            columns: [
                "user_id", "comment_id", "vote", "event_time", "event_id",
            ]),
        QueryHelp.View(
            name: "trailers_readable",
            columns: [
                "movie_id", "movie_title", "video_id", "name", "site", "site_key", "type",
                "official", "published_at", "size", "language_code", "country_code", "position",
            ]),
        QueryHelp.View(
            name: "load_run_readable",
            columns: [
                "run_id", "started_at", "ended_at", "outcome", "read", "accepted", "duplicates",
                "rejected", "warnings", "error",
            ]),
        QueryHelp.View(
            name: "schema_migration_readable",
            columns: [
                "version", "name", "applied_at",
            ]),
        QueryHelp.View(
            name: "rejected_record_readable",
            columns: [
                "rejected_id", "source", "line", "byte_offset", "rule", "message", "raw", "port",
                "snapshot_date", "raw_hash", "run_id", "last_run_id", "cured_run_id", "event_time",
                "event_id", "movie_id",
            ]),
        QueryHelp.View(
            name: "load_dropped_readable",
            columns: [
                "drop_id", "run_id", "source", "rule", "was_cured", "dropped_at", "lines", "bytes",
            ]),
        QueryHelp.View(
            name: "rejected_event_readable",
            columns: [
                "rejected_id", "source", "line", "rule", "message", "event_time", "event_id",
                "event_type", "user_id", "session_id", "movie_id", "seconds", "score", "query",
                "cured_run_id",
            ]),
        QueryHelp.View(
            name: "load_task_readable",
            columns: [
                "nightly_id", "task", "day", "outcome", "started_at", "finished_at", "rows", "bytes", "tries", "error",
            ]),
    ]
}

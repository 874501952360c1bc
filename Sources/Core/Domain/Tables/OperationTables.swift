/// The declarations of what the loader keeps about itself. No digest covers them, and no rows of them merge; they are
/// declared so that the data dictionary and the check of the migrations cover them too.
public enum OperationTables {
    /// One row a migration.
    public static let migrations = Table(
        "schema_migration", .operations, "One row for each migration that was applied to this warehouse.",
        key: ["version"],
        columns: [
            .required("version", .integer, "The migration's number, from 1."),
            .required("name", .text, "Its file's name without the ending."),
            .required("applied_at", .timestamp, "When it was applied."),
        ])

    /// One row a run.
    public static let runs = Table(
        "load_run", .operations,
        "One row for each run, written with each of its commits; read = accepted + duplicates + rejected.",
        key: ["run_id"],
        columns: [
            .required("run_id", .integer, "The run's number, from 1."),
            .required("started_at", .timestamp, "When it began, by the clock of the wall."),
            .optional("ended_at", .timestamp, "When it ended; null while it runs, or when it was killed."),
            .required(
                "outcome", .text,
                "running; completed: all is taken; stopped: at a commit, by a signal or because its time was up; "
                    + "failed: by an error after its last commit; interrupted: it was killed, which the next run found."
            ),
        ] + counts(over: "that it committed") + [
            .optional(
                "error", .text, "Why it failed or was interrupted, without passwords; null for other outcomes.")
        ])

    /// One row a source.
    public static let checkpoints = Table(
        "load_checkpoint", .operations,
        "How far each source is loaded; committed with the rows that it counts, in one transaction.",
        key: ["port", "source_key", "snapshot_date"],
        columns: [
            .required("port", .text, "movies or events."),
            .required(
                "source_key", .text,
                "What the source is known by: sha256: and the SHA-256, in hexadecimal, of the bytes that were read of it."
            ),
            .required(
                "snapshot_date", .text,
                "The snapshot date, YYYY-MM-DD, that was given or stands in the file's name; empty when there is none."),
            .required("source", .text, "Its name, as the user gave it last."),
            .required("is_complete", .boolean, "Whether it is loaded whole."),
        ] + counts(over: "of it, over all runs") + [
            .required("run_id", .integer, "The run that took something of it last."),
            .optional(
                "source_bytes", .integer,
                "Of how many of the file's own (compressed) bytes source_key is; null in rows of older versions, where it is of the whole file."
            ),
            .optional(
                "source_head", .integer, "A short hash of the first 256 of these, to find it again; null likewise."),
            .required("may_grow", .boolean, "Whether it may be longer when it is met again: a plain file may."),
            .required("first_run_id", .integer, "The run in which the reading of it began."),
            .required(
                "position", .text,
                "How far it is loaded: of a file its lines, blank ones included, and bytes of the decompressed stream, as lines:bytes."
            ),
        ])

    /// What sources were before they grew.
    public static let outgrown = Table(
        "load_outgrown", .operations,
        "What a source was known by before it grew: a copy of that time is skipped as loaded.",
        key: ["port", "source_key", "snapshot_date"],
        columns: [
            .required("port", .text, "movies or events."),
            .required("source_key", .text, "What it was known by then."),
            .required("snapshot_date", .text, "As in load_checkpoint."),
            .required("source_bytes", .integer, "How many bytes it had then."),
            .required("source_head", .integer, "As in load_checkpoint."),
        ])

    /// Files that commands wrote.
    public static let outputs = Table(
        "load_output", .operations,
        "Files that `quarantine export -o` wrote: as long as they are as they were written, they are no input.",
        key: ["device", "inode"],
        columns: [
            .required("device", .integer, "The file system that the file is on."),
            .required("inode", .integer, "Its number there."),
            .required("bytes", .integer, "Its size in bytes."),
            .required("modified_at", .integer, "When it was written, in nanoseconds since 1970."),
            .required("path", .text, "Its path, as the user named it."),
        ])

    /// One row a line in quarantine.
    public static let rejected = Table(
        "rejected_record", .operations,
        "The quarantine: one row for each line that broke a rule, once by (source, line, rule, raw).",
        key: ["rejected_id"],
        columns: [
            .required("rejected_id", .integer, "Its number in the quarantine."),
            .required("source", .text, "The source's name, as the user gave it."),
            .required("line", .integer, "The line's number in the source, from 1, blank lines included."),
            .required(
                "byte_offset", .integer, "The offset of its first byte of content in the decompressed stream, from 0."),
            .required("rule", .text, "The first cleaning rule that it broke; see RULES.md."),
            .required("message", .text, "What is wrong with it, in words to act on."),
            .required(
                "raw", .blob,
                "The line, byte for byte; of one over 16 MiB, and of the first line of a file that is not NDJSON, at most 64 KiB."
            ),
            .required("port", .text, "movies or events: what it was read as."),
            .optional("snapshot_date", .date, "The snapshot date that a movie document would have had."),
            .required("raw_hash", .blob, "SHA-256 of raw, which stands for it in the unique key."),
            .required("run_id", .integer, "The run that put it there."),
            .required("last_run_id", .integer, "The run that found it in its source last."),
            .optional(
                "cured_run_id", .integer,
                "The run that cured it: it read the source without this line from its start to its end, accepted the line, "
                    + "or brought what the line is about. Null while it is open."),
            .optional("event_time", .timestamp, "The event's time, if the line has both time and id."),
            .optional("event_id", .uuid, "The event's id, if the line has both time and id."),
            .optional("movie_id", .integer, "The movie, where the line is a movie document with an id."),
        ])

    /// How many lines each run rejected.
    public static let runRules = Table(
        "load_run_rule", .operations,
        "Rejected lines of each run by rule. For each rule, over all runs, rejected = rows of rejected_record + lines of "
            + "load_dropped + again.",
        key: ["run_id", "rule"],
        columns: [
            .required("run_id", .integer, "The run."),
            .required("rule", .text, "The rule; empty for lines of which a version before this table kept no rule."),
            .required("rejected", .integer, "Lines that the run rejected."),
            .required(
                "again", .integer,
                "Lines that are no row of their own for this rule: they were in quarantine already, or moved to another "
                    + "rule."),
        ])

    /// What `quarantine drop` took out.
    public static let dropped = Table(
        "load_dropped", .operations, "Lines that were dropped from the quarantine.",
        key: ["drop_id", "run_id", "source", "rule", "was_cured"],
        columns: [
            .required("drop_id", .integer, "The number of the drop, from 1."),
            .required("run_id", .integer, "The run that had put the lines there."),
            .required("source", .text, "The source that they came from."),
            .required("rule", .text, "The rule that they broke."),
            .required("was_cured", .boolean, "Whether they were cured."),
            .required("dropped_at", .timestamp, "When they were dropped."),
            .required("lines", .integer, "How many lines."),
            .required("bytes", .integer, "The bytes of the lines themselves."),
        ])

    /// Work that is left to do: movies.
    public static let pendingMovies = Table(
        "load_pending_movie", .operations,
        "Movies whose rows were replaced since the marts were last computed: empty after each whole run.",
        key: ["movie_id"],
        columns: [
            .required("movie_id", .integer, "The movie."),
            .required("changes_facts", .boolean, "Whether its release date or genres changed, which facts carry."),
        ])

    /// Work that is left to do: days.
    public static let staleDays = Table(
        "load_stale_day", .operations,
        "Days of movie_daily that changed since genre_daily was last computed: empty after each whole run.",
        key: ["day"], columns: [.required("day", .date, "The day.")])

    /// As of which run the marts are.
    public static let martRefresh = Table(
        "load_mart_refresh", .operations,
        "As of which run the marts are: one row, or none where no run has brought them up to date yet.",
        key: ["run_id"],
        columns: [.required("run_id", .integer, "The run that brought them up to date last.")])

    /// Rows of the largest tables.
    public static let rowCounts = Table(
        "load_row_count", .operations,
        "How many rows fact_user_event and watch_history have, counted as they are inserted.",
        key: ["table_name"],
        columns: [
            .required("table_name", .text, "The table."), .required("row_count", .integer, "How many rows it has."),
        ])

    /// All of them, in the order of the data dictionary.
    public static let all = [
        runs, checkpoints, outgrown, outputs, rejected, runRules, dropped, pendingMovies, staleDays, martRefresh,
        rowCounts, migrations,
    ]

    private static func counts(over what: String) -> [Column] {
        [
            .required("read", .integer, "Lines \(what), blank ones aside."),
            .required("accepted", .integer, "Those that brought something new."),
            .required("duplicates", .integer, "Those that the warehouse had already."),
            .required("rejected", .integer, "Those that are in quarantine."),
            .required("warnings", .integer, "What was dropped or made null in lines that were not rejected."),
        ]
    }
}

/// The declarations of the tables in which the loader keeps its own state: runs, checkpoints, quarantine. The digest
/// does not cover them, and their rows are not merged. They are declared for the data dictionary and for the test of
/// the migrations.
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
            .required("started_at", .timestamp, "When it began, by the system's clock, whatever --now says."),
            .optional("ended_at", .timestamp, "When it ended; null while it runs, or when it was killed."),
            .required(
                "outcome", .text,
                "running; completed: it read all its sources; stopped: a signal or --max-duration ended it at a commit; "
                    + "failed: an error ended it; interrupted: it was killed, and the next run noticed."
            ),
        ] + counts(over: "that it committed") + [
            .optional(
                "error", .text, "Why it failed or was interrupted, without passwords; null for other outcomes.")
        ])

    /// One row a task of a nightly batch.
    public static let tasks = Table(
        "load_task", .operations,
        "One row for each task of each nightly batch, written when it begins and when it ends.",
        key: ["nightly_id", "task"],
        columns: [
            .required("nightly_id", .integer, "The number of the nightly batch, from 1."),
            .required(
                "task", .text, "fetch, movies, events, enrich, marts, compact, export, check or prune, in this order."),
            .required("day", .date, "The date that the batch is for."),
            .required(
                "outcome", .text,
                "waiting; running: it is under way, or was killed; completed; partial: done, but not all was taken; failed; "
                    + "blocked: a task that it needs failed; skipped: it had nothing to do or was left out; stopped: by a "
                    + "signal."),
            .optional("started_at", .timestamp, "When its last try began, by the system's clock."),
            .optional("finished_at", .timestamp, "When its last try ended."),
            .optional("rows", .integer, "How many rows it made; null where it counts none."),
            .optional("bytes", .integer, "How many bytes it wrote; null where it counts none."),
            .required("tries", .integer, "How often it was tried."),
            .optional("error", .text, "Why it failed or was left out, without passwords."),
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
                "Identifies the source: sha256: and the SHA-256, in hexadecimal, of the bytes that were read of it; for a partition of Kafka kafka:CLUSTER/TOPIC/NUMBER."
            ),
            .required(
                "snapshot_date", .text,
                "The snapshot date, YYYY-MM-DD, that was given or that the file's name contains; empty when there is none."
            ),
            .required("source", .text, "The source's name, as the user gave it last."),
            .required("is_complete", .boolean, "Whether the source is loaded to its end."),
        ] + counts(over: "of it, over all runs") + [
            .required("run_id", .integer, "The last run that read something of it."),
            .optional(
                "source_bytes", .integer,
                "How many of the file's (compressed) bytes source_key is the hash of; null for a partition of Kafka, and in rows of older versions, whose source_key is that of the whole file."
            ),
            .optional(
                "source_head", .integer,
                "A short hash of the first 256 of these bytes, to recognise the file; null where source_bytes is null."),
            .required(
                "may_grow", .boolean,
                "Whether the source may have grown when a later run reads it: a plain file or a partition may."),
            .required("first_run_id", .integer, "The run in which the reading of the source began."),
            .required(
                "position", .text,
                "How far the source is loaded. For a file lines:bytes, the lines (blank ones included) and bytes of the decompressed stream that are loaded; for a partition of Kafka the next offset, and what proves that it is still the same log."
            ),
        ])

    /// The earlier states of sources that have grown.
    public static let outgrown = Table(
        "load_outgrown", .operations,
        "The earlier states of sources that have grown: a copy from before the growth is skipped, since it is loaded.",
        key: ["port", "source_key", "snapshot_date"],
        columns: [
            .required("port", .text, "movies or events."),
            .required("source_key", .text, "What identified the source then, as in load_checkpoint."),
            .required("snapshot_date", .text, "As in load_checkpoint."),
            .required("source_bytes", .integer, "How many bytes the source had then."),
            .required("source_head", .integer, "As in load_checkpoint."),
        ])

    /// Files that commands wrote.
    public static let outputs = Table(
        "load_output", .operations,
        "Files that `quarantine export -o` wrote; they are not read as input while they are unchanged.",
        key: ["device", "inode"],
        columns: [
            .required("device", .integer, "The file system that the file is on."),
            .required("inode", .integer, "The file's number on that file system."),
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
            .required(
                "line", .integer,
                "The line's number in the source, from 1, blank lines included; for Kafka the record's offset."),
            .required(
                "byte_offset", .integer, "The offset of its first byte of content in the decompressed stream, from 0."),
            .required("rule", .text, "The first cleaning rule that it broke; see RULES.md."),
            .required("message", .text, "What is wrong with the line, and how to correct it."),
            .required(
                "raw", .blob,
                "The line, byte for byte; of one over 16 MiB, and of the first line of a file that is not NDJSON, at most 64 KiB."
            ),
            .required("port", .text, "movies or events: the port that the line was read through."),
            .optional("snapshot_date", .date, "The snapshot date that a movie document would have had."),
            .required("raw_hash", .blob, "SHA-256 of raw; the unique key has it in the place of raw."),
            .required("run_id", .integer, "The run that put it into quarantine."),
            .required("last_run_id", .integer, "The last run that found it in its source."),
            .optional(
                "cured_run_id", .integer,
                "The run that cured it: it read the whole source and did not find this line, it accepted this line, or it "
                    + "loaded the event or movie of this line. Null while the line is open."),
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
            .required("rule", .text, "The rule; empty for lines of runs by a version that did not count them by rule."),
            .required("rejected", .integer, "Lines that the run rejected."),
            .required(
                "again", .integer,
                "Lines that have no row of their own for this rule, since they were in quarantine already or were moved "
                    + "to another rule."),
        ])

    /// Counts of the lines that `quarantine drop` deleted.
    public static let dropped = Table(
        "load_dropped", .operations, "Counts of the lines that were dropped from the quarantine.",
        key: ["drop_id", "run_id", "source", "rule", "was_cured"],
        columns: [
            .required("drop_id", .integer, "The number of the drop, from 1."),
            .required("run_id", .integer, "The run that had put the lines there."),
            .required("source", .text, "The source that they came from."),
            .required("rule", .text, "The rule that they broke."),
            .required("was_cured", .boolean, "Whether they were cured."),
            .required("dropped_at", .timestamp, "When they were dropped."),
            .required("lines", .integer, "How many lines."),
            .required("bytes", .integer, "The size of the lines themselves in bytes."),
        ])

    /// Movies for which facts and marts have to be recomputed.
    public static let pendingMovies = Table(
        "load_pending_movie", .operations,
        "Movies whose rows were replaced since the marts were last computed; empty after each completed run.",
        key: ["movie_id"],
        columns: [
            .required("movie_id", .integer, "The movie."),
            .required(
                "changes_facts", .boolean,
                "Whether a value changed that facts copy from the movie: its release date or its genres."),
        ])

    /// Days for which genre_daily has to be recomputed.
    public static let staleDays = Table(
        "load_stale_day", .operations,
        "Days of movie_daily that changed since genre_daily was last computed; empty after each completed run.",
        key: ["day"], columns: [.required("day", .date, "The day.")])

    /// The run that refreshed the marts last.
    public static let martRefresh = Table(
        "load_mart_refresh", .operations,
        "The run that brought the marts up to date last: one row, or none before the first such run.",
        key: ["run_id"],
        columns: [.required("run_id", .integer, "The run.")])

    /// The numbers of rows of the largest tables.
    public static let rowCounts = Table(
        "load_row_count", .operations,
        "How many rows fact_user_event and watch_history have, counted as they are inserted.",
        key: ["table_name"],
        columns: [
            .required("table_name", .text, "The table."), .required("row_count", .integer, "How many rows it has."),
        ])

    /// All of them, in the order of the data dictionary.
    public static let all = [
        runs, tasks, checkpoints, outgrown, outputs, rejected, runRules, dropped, pendingMovies, staleDays, martRefresh,
        rowCounts, migrations,
    ]

    private static func counts(over what: String) -> [Column] {
        [
            .required("read", .integer, "Lines \(what), without blank ones."),
            .required("accepted", .integer, "Lines whose event or document was new."),
            .required("duplicates", .integer, "Lines whose event or document the warehouse had already."),
            .required("rejected", .integer, "Lines that were put into quarantine."),
            .required("warnings", .integer, "Values that were dropped or made null in lines that were not rejected."),
        ]
    }
}

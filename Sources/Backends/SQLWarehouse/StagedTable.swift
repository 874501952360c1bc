import Domain

/// Rows that are staged under a private name, so that statements can read them.
///
/// `all` is a fixed list, so that a database can prepare what it needs once for each connection.
public struct StagedTable: Sendable, Equatable {
    /// The name without the dialect's prefix.
    public let name: String
    /// The columns of the rows, in order.
    public let columns: [RowColumn]

    init(_ name: String, _ columns: [RowColumn]) {
        self.name = name
        self.columns = columns
    }

    /// The rows of a stored or a listed table.
    init(_ table: Table) { self.init(table.name, table.rowColumns) }

    /// A comma-separated list of the columns' names.
    var names: String { columns.map(\.name).joined(separator: ", ") }

    /// The name of the candidates of an event group.
    public static let eventsName = "events"
    /// The candidates of an event group.
    public static let events = StagedTable(eventsName, EventRows.columns)
    /// The rejected lines.
    static let rejections = StagedTable("rejections", RejectionRows.columns)

    /// The rows of a stored table, with their numbers.
    static func numbered(_ table: Table) -> StagedTable {
        StagedTable("numbered_" + table.name, table.rowColumns + [NumberedRows.column])
    }

    /// Everything that a warehouse stages, except for the numbered rows of `SQLSession.writeAccepted(_:)`.
    public static let all: [StagedTable] =
        [events, rejections]
        + (MovieTables.all + BehaviourTables.merged + [MartTables.genreDaily, MartTables.siteDaily] + ListTables.all)
        .map { StagedTable($0) }
}

/// The tables of short lists of values that statements read.
enum ListTables {
    private static func list(_ name: String, _ meaning: String, _ columns: [Column]) -> Table {
        Table(name, .operations, meaning, key: [columns[0].name], columns: columns)
    }

    /// Ids of movies.
    static let movies = list("movie_ids", "Movies.", [.required("movie_id", .integer, "The movie.")])
    /// The movie documents to be compared with stored ones.
    static let documents = list(
        "documents", "Movie documents.",
        [
            .required("ordinal", .integer, "The document's place among those asked for, from 0."),
            .required("movie_id", .integer, "The movie."),
            .required("snapshot_date", .date, "Its snapshot date."),
        ])
    /// Movies whose rows were replaced.
    static let replaced = list(
        "replaced_movies", "Movies whose rows were replaced.",
        [
            .required("movie_id", .integer, "The movie."),
            .required("changes_facts", .boolean, "Whether its facts have to follow."),
        ])
    /// Days.
    static let days = list("days", "Days.", [.required("day", .date, "The day.")])
    /// Numbers of lines in quarantine.
    static let rejected = list("rejected_ids", "Lines.", [.required("rejected_id", .integer, "The line's number.")])
    /// New rules of lines in quarantine; the columns are those of `rejected_record`.
    static let replacements = list(
        "replaced_rules", "New rules of lines in quarantine.",
        [
            .required("rejected_id", .integer, "The line's number."),
            .required("rule", .text, "The rule that it breaks now."),
            .required("message", .text, "What is wrong."),
            .optional("event_time", .timestamp, "The time of its event."),
            .optional("event_id", .uuid, "The id of its event."),
            .optional("movie_id", .integer, "The id of its movie."),
        ])
    /// The site's ratings by movie.
    static let siteVotes = SiteVotes.table
    /// Rows of `load_checkpoint`.
    static let checkpoints = list(
        "checkpoints", "How far sources are loaded.",
        [
            "port", "source_key", "snapshot_date", "source", "position", "is_complete", "read", "accepted",
            "duplicates",
            "rejected", "warnings", "run_id", "source_bytes", "source_head", "may_grow", "first_run_id",
        ].map { name in
            let columns = OperationTables.checkpoints.columns
            return columns[OperationTables.checkpoints.index(of: name)]
        })
    /// Rows of `load_checkpoint` to be deleted.
    static let superseded = list(
        "superseded", "Rows of the ledger that other rows replace.",
        identity + [.required("is_kept", .boolean, "Whether a source that was loaded whole stays known.")])
    /// Rows of `load_outgrown`.
    static let outgrown = list("outgrown", "What sources were before they grew.", OperationTables.outgrown.columns)
    /// New names of sources.
    static let renames = list(
        "renames", "New names of sources.", identity + [.required("source", .text, "The name now.")])

    private static let identity: [Column] = [
        .required("port", .text, "movies or events."),
        .required("source_key", .text, "What the source is known by."),
        .required("snapshot_date", .text, "As in load_checkpoint."),
    ]

    static let all = [
        movies, documents, replaced, days, rejected, replacements, siteVotes, checkpoints, superseded, outgrown,
        renames,
    ]
}

extension SQLSession {
    /// Stages the rows of a list, one array for each row.
    func stage(_ values: some Sequence<[RowValue]>, as table: Table) throws {
        let rows = RowSet(table)
        for row in values { rows.append(row) }
        try stage(PackedRows(rows), as: StagedTable(table))
    }
}

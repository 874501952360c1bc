import Domain

/// Rows that are staged under a private name, for statements to read.
///
/// The list of all of them is fixed, so that a database can make what it needs once a connection.
public struct StagedTable: Sendable, Equatable {
    /// Its name without the dialect's prefix.
    public let name: String
    /// The columns of its rows, in order.
    public let columns: [RowColumn]

    init(_ name: String, _ columns: [RowColumn]) {
        self.name = name
        self.columns = columns
    }

    /// Rows of a stored or listed table.
    init(_ table: Table) { self.init(table.name, table.rowColumns) }

    /// The names of its columns, as a list.
    var names: String { columns.map(\.name).joined(separator: ", ") }

    /// The name of the candidates of an event group.
    public static let eventsName = "events"
    /// Candidates of an event group.
    static let events = StagedTable(eventsName, EventRows.columns)
    /// Rejected lines.
    static let rejections = StagedTable("rejections", RejectionRows.columns)

    /// All that a warehouse stages.
    public static let all: [StagedTable] =
        [events, rejections]
        + (MovieTables.all + BehaviourTables.merged + [MartTables.genreDaily] + ListTables.all).map { StagedTable($0) }
}

/// Short lists of values that statements read.
enum ListTables {
    private static func list(_ name: String, _ meaning: String, _ columns: [Column]) -> Table {
        Table(name, .operations, meaning, key: [columns[0].name], columns: columns)
    }

    /// Ids of movies.
    static let movies = list("movie_ids", "Movies.", [.required("movie_id", .integer, "The movie.")])
    /// Movie documents that come.
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
    /// Rows of `load_checkpoint` that go.
    static let superseded = list(
        "superseded", "Rows of the ledger that others take the place of.",
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
        movies, documents, replaced, days, rejected, siteVotes, checkpoints, superseded, outgrown, renames,
    ]
}

extension SQLSession {
    /// Stages listed values, one array a row.
    func stage(_ values: some Sequence<[RowValue]>, as table: Table) throws {
        let rows = RowSet(table)
        for row in values { rows.append(row) }
        try stage(PackedRows(rows), as: StagedTable(table))
    }
}

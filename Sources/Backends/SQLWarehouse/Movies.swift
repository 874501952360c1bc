import Domain

/// The statements about movies and their documents.
struct MovieStatements {
    /// The stored ranks that the staged documents are compared with, by the documents' ordinals.
    let ranks: String
    /// The release dates of the staged movies that are stored.
    let releaseDates: String
    /// The stored genres of the staged movies, in the order of the document.
    let genres: String
    /// Deletes the rows of the staged movies, one statement for each table of `MovieTables.owned`.
    let delete: [String]
    /// Inserts the staged rows, one statement for each of these tables.
    let insert: [String]
    /// Notes the movies that the marts must reflect, and whether their facts must be enriched again.
    let addPending: String

    init(_ dialect: SQLDialect) {
        func columns(_ alias: String) -> String {
            ["has_title", "snapshot_date", "vote_count", "content_hash"].map { "\(alias).\($0)" }
                .joined(separator: ", ")
        }
        let staged = dialect.staged(StagedTable(ListTables.movies))
        let movie = (table: dialect.table("movies"), isSame: "movie.movie_id = new.movie_id")
        let popularity = dialect.lookup(
            dialect.table("movie_popularity"), as: "popularity",
            on: "popularity.movie_id = new.movie_id AND popularity.snapshot_date = new.snapshot_date",
            keepsUnmatched: true)
        ranks = """
            SELECT new.ordinal, \(columns("popularity")), \(columns("movie"))
            FROM \(dialect.staged(StagedTable(ListTables.documents))) AS new
            \(popularity) \(dialect.lookup(movie.table, as: "movie", on: movie.isSame, keepsUnmatched: true))
            """
        releaseDates = """
            SELECT movie.movie_id, movie.release_date FROM \(staged) AS new
            \(dialect.lookup(movie.table, as: "movie", on: movie.isSame))
            """
        let movieGenres = dialect.lookup(
            dialect.table("movie_genres"), as: "genre", on: "genre.movie_id = new.movie_id")
        genres = """
            SELECT genre.movie_id, genre.genre_id FROM \(staged) AS new \(movieGenres)
            ORDER BY genre.movie_id, genre.position
            """
        delete = MovieTables.owned.map {
            "DELETE FROM \(dialect.table($0)) WHERE movie_id IN (SELECT movie_id FROM \(staged))"
        }
        insert = MovieTables.owned.map { table in
            let staged = StagedTable(table)
            return "INSERT INTO \(dialect.table(table)) (\(staged.names)) SELECT \(staged.names) "
                + "FROM \(dialect.staged(staged))"
        }
        addPending = """
            INSERT INTO \(dialect.table("load_pending_movie")) (movie_id, changes_facts)
            SELECT movie_id, changes_facts FROM \(dialect.staged(StagedTable(ListTables.replaced))) WHERE TRUE
            ON CONFLICT (movie_id) DO UPDATE
            SET changes_facts = load_pending_movie.changes_facts OR excluded.changes_facts
            """
    }
}

/// The values of a movie that its facts and `genre_daily` depend on.
private struct MovieFacts: Equatable {
    var releaseDay: Int32?
    /// The ids of the genres in the order of the document.
    var genres: [Int64] = []

    private static let movies = place(of: "release_date", in: MovieTables.movies)
    private static let movieGenres = place(of: "genre_id", in: MovieTables.movieGenres)

    private static func place(of name: String, in table: Table) -> (table: Int, column: Int, cell: Int) {
        guard let index = MovieTables.owned.firstIndex(where: { $0.name == table.name }) else {
            preconditionFailure("\(table.name) is none of the tables that a document owns")
        }
        let column = table.index(of: name)
        return (index, column, table.cells[column])
    }

    init(releaseDay: Int32?) { self.releaseDay = releaseDay }

    /// Reads the values from a document.
    init(_ document: MovieDocument, of batch: MovieBatch) {
        let (movies, column, date) = Self.movies
        for row in document.owned[movies].map({ batch.owned[movies][$0] }) where !row.isNull(column: column) {
            releaseDay = Int32(truncatingIfNeeded: row.integer(date))
        }
        let (movieGenres, _, genre) = Self.movieGenres
        genres = document.owned[movieGenres].map { batch.owned[movieGenres][$0].integer(genre) }
    }
}

extension SQLWarehouse {
    /// Looks up the stored ranks that documents are compared with; see `Warehouse`.
    public func ranks(of documents: [MovieDocument]) throws -> [StoredRanks] {
        var ranks = [StoredRanks](repeating: StoredRanks(), count: documents.count)
        if documents.isEmpty { return ranks }
        // What is replaced is looked up in all of them.
        try session.willLookUp(in: MovieTables.all)
        try session.stage(
            documents.enumerated().lazy.map { ordinal, document in
                [.integer(Int64(ordinal)), .integer(document.movieID), .date(document.rank.snapshotDay)]
            }, as: ListTables.documents)
        let rows = try session.query(movies.ranks, [])
        while try rows.next() {
            ranks[Int(rows.integer(0))] = StoredRanks(snapshot: rank(rows, from: 1), movie: rank(rows, from: 5))
        }
        return ranks
    }

    /// The rank in four columns; nil when the outer join found no row.
    private func rank(_ rows: any SQLRows, from column: Int) -> MovieRank? {
        guard let day = rows.date(column + 1) else { return nil }
        return MovieRank(
            hasTitle: rows.boolean(column), snapshotDay: day, voteCount: rows.optionalInteger(column + 2),
            contentHash: [UInt8](rows.bytes(column + 3)))
    }

    /// Replaces all rows of the documents' movies.
    func replace(_ documents: [MovieDocument], of batch: MovieBatch) throws {
        if documents.isEmpty { return }
        let before = try storedFacts(documents.map(\.movieID))
        if !before.isEmpty {
            try session.stage(before.keys.sorted().lazy.map { [.integer($0)] }, as: ListTables.movies)
            for statement in movies.delete { try session.run(statement, []) }
        }
        for (index, table) in MovieTables.owned.enumerated() {
            let order = documents.flatMap { $0.owned[index].map(UInt32.init) }
            if order.isEmpty { continue }
            let staged = StagedTable(table)
            let rows = PackedRows(batch.owned[index], order: order)
            if try session.insertDirectly(rows, into: staged, onlyIfEmpty: false) { continue }
            defer { session.unstage(staged) }
            try session.stage(rows, as: staged)
            let inserted = try session.run(movies.insert[index], [])
            if inserted < rows.count { try session.checkMerge(into: table, isLacking: nil) }
        }
        try session.stage(
            documents.lazy.map { document in
                [
                    .integer(document.movieID),
                    .boolean(before[document.movieID] != MovieFacts(document, of: batch)),
                ]
            }, as: ListTables.replaced)
        try session.run(movies.addPending, [])
    }

    /// The stored values that facts depend on; movies that are not stored are left out.
    private func storedFacts(_ ids: [Int64]) throws -> [Int64: MovieFacts] {
        try session.stage(ids.lazy.map { [.integer($0)] }, as: ListTables.movies)
        var facts: [Int64: MovieFacts] = [:]
        let dates = try session.query(movies.releaseDates, [])
        while try dates.next() { facts[dates.integer(0)] = MovieFacts(releaseDay: dates.date(1)) }
        if facts.isEmpty { return [:] }
        let genres = try session.query(movies.genres, [])
        while try genres.next() { facts[genres.integer(0)]?.genres.append(genres.integer(1)) }
        return facts
    }
}

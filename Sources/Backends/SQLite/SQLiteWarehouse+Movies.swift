import Domain

extension SQLiteWarehouse {
    /// What the facts of some movies carry; see `Warehouse`.
    public func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment] {
        let statement = try connection.statement(
            """
            SELECT release_date, (SELECT genre_id FROM movie_genres AS g WHERE g.movie_id = movies.movie_id
            ORDER BY position LIMIT 1) FROM movies WHERE movie_id = ?
            """)
        var enrichments: [MovieEnrichment] = []
        for id in ids {
            try statement.bind(id, at: 1)
            if try statement.step() {
                let day = statement.isNull(0) ? nil : CivilDate.parse(statement.bytes(0))
                enrichments.append(
                    MovieEnrichment(
                        movieID: id, releaseDay: day,
                        releaseYear: day.map { Int32(CivilDate.date(ofDay: $0).year) },
                        primaryGenreID: statement.isNull(1) ? nil : statement.integer(1)))
            }
            try statement.reset()
        }
        return enrichments
    }

    /// The ranks that documents are compared with; see `Warehouse`.
    public func ranks(of documents: [MovieDocument]) throws -> [StoredRanks] {
        let snapshot = try connection.statement(
            """
            SELECT has_title, snapshot_date, vote_count, content_hash FROM movie_popularity
            WHERE movie_id = ? AND snapshot_date = ?
            """)
        let movie = try connection.statement(
            "SELECT has_title, snapshot_date, vote_count, content_hash FROM movies WHERE movie_id = ?")
        return try documents.map { document in
            try snapshot.bind(document.movieID, at: 1)
            try snapshot.bind(CivilDate.text(ofDay: document.rank.snapshotDay), at: 2)
            try movie.bind(document.movieID, at: 1)
            return try StoredRanks(snapshot: rank(snapshot), movie: rank(movie))
        }
    }

    private func rank(_ statement: Statement) throws -> MovieRank? {
        guard try statement.step(), let day = CivilDate.parse(statement.bytes(1)) else {
            try statement.reset()
            return nil
        }
        let rank = MovieRank(
            hasTitle: statement.integer(0) != 0, snapshotDay: day,
            voteCount: statement.isNull(2) ? nil : statement.integer(2), contentHash: [UInt8](statement.bytes(3)))
        try statement.reset()
        return rank
    }

    /// Replaces all rows of some documents' movies by those of the documents, one a movie.
    public func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws {
        let before = try documents.map { try factsOfMovie($0.movieID) }
        for (index, table) in MovieTables.owned.enumerated() {
            let delete = try connection.statement("DELETE FROM main.\(table.name) WHERE movie_id = ?")
            for (document, before) in zip(documents, before) where before != nil {
                try delete.bind(document.movieID, at: 1)
                try delete.run()
            }
            let source = try packed(table)
            source.set(batch.owned[index], order: documents.flatMap { $0.owned[index].map(UInt32.init) })
            defer { source.clear() }
            let names = table.columns.map(\.name).joined(separator: ", ")
            try connection.statement(
                "INSERT INTO main.\(table.name) (\(names)) SELECT \(names) FROM \(MergeStatement.source(of: table))"
            ).run()
        }
        for (document, before) in zip(documents, before) {
            let changesFacts = try before == nil || factsOfMovie(document.movieID) != before
            try markPending(document.movieID, changesFacts: changesFacts)
        }
    }

    /// What facts and genre_daily take from a movie, as text to compare; nil when the movie is not there.
    private func factsOfMovie(_ id: Int64) throws -> String? {
        let statement = try connection.statement(
            """
            SELECT coalesce(release_date, '') || ' ' || coalesce((SELECT group_concat(genre_id) FROM
            (SELECT genre_id FROM movie_genres AS g WHERE g.movie_id = movies.movie_id ORDER BY position)), '')
            FROM movies WHERE movie_id = ?
            """)
        try statement.bind(id, at: 1)
        let text = try statement.step() ? statement.text(0) : nil
        try statement.reset()
        return text
    }

    private func markPending(_ id: Int64, changesFacts: Bool) throws {
        let statement = try connection.statement(
            """
            INSERT INTO load_pending_movie (movie_id, changes_facts) VALUES (?, ?)
            ON CONFLICT (movie_id) DO UPDATE SET changes_facts = max(changes_facts, excluded.changes_facts)
            """)
        try statement.bind(id, at: 1)
        try statement.bind(changesFacts ? 1 : 0 as Int64, at: 2)
        try statement.run()
    }
}

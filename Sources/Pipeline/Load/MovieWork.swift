import Domain

/// Loads movie documents. The document of greatest rank of a movie replaces the movie's rows. The one of greatest rank
/// of a movie and snapshot date gives the row of `movie_popularity`. The entries of shared tables (genres, companies,
/// …) are merged from all documents.
final class MovieWork {
    /// The result of adding a batch.
    struct Added {
        var counts = LineCounts()
        /// The sizes in bytes of the long documents that are put into the raw store.
        var longDocuments: [Int] = []
        /// Whether the rows of a movie were replaced.
        var replacesMovies = false
    }

    /// Only documents longer than this count towards `LoadPlan.keptBytes`. With all documents there would be more
    /// commits, and the raw store rewrites its files at each commit.
    private static let longDocument = 1 << 20

    private let warehouse: any Warehouse
    private let rawStore: Guarded<any RawStore>?
    private let shared = MovieTables.shared.map { MergeTable($0) }
    private let popularity = MergeTable(MovieTables.moviePopularity)
    private var ranks = MovieRanks()
    private let refused: RefusedLines
    /// Where the accepted documents are sent to; nil for nowhere.
    private let backup: LineBackup?

    init(
        warehouse: any Warehouse, rawStore: Guarded<any RawStore>?, refused: RefusedLines = RefusedLines(),
        backup: LineBackup? = nil
    ) {
        self.warehouse = warehouse
        self.backup = backup
        self.refused = refused
        self.rawStore = rawStore
    }

    /// The size of the merged rows in bytes.
    var mergedBytes: Int { (shared + [popularity]).reduce(ranks.byteSize) { $0 + $1.byteSize } }

    /// Merges a batch and replaces the rows of its movies.
    func add(_ batch: MovieBatch) throws -> Added {
        refuse(in: batch)
        for document in batch.documents { mergeShared(document, of: batch) }
        let stored = batch.documents.isEmpty ? [] : try warehouse.ranks(of: batch.documents)
        let choice = ranks.choose(batch.documents, stored: stored)
        for index in choice.accepted {
            popularity.setOrigin(RowOrigin(batch.documents[index]))
            popularity.merge(batch.popularity[batch.documents[index].popularity], text: batch.popularity.text.base)
        }
        if let backup {
            for index in choice.accepted {
                let document = batch.documents[index]
                try backup.add(
                    document.line, of: batch.chunk, id: document.movieID, day: document.rank.snapshotDay)
            }
            try backup.sendAdded()
        }
        var added = Added()
        added.counts.read = Int64(batch.read)
        added.counts.rejected = Int64(batch.rejections.count)
        added.counts.warnings = Int64(batch.warnings)
        added.counts.accepted = Int64(choice.accepted.count)
        added.counts.duplicates = Int64(batch.documents.count - choice.accepted.count)
        let winners = choice.winners.map { batch.documents[$0] }
        if winners.isEmpty { return added }
        let raw = winners.map { rawMovie($0, of: batch) }
        added.longDocuments = raw.map(\.document.count).filter { $0 > MovieWork.longDocument }
        added.replacesMovies = true
        try rawStore?.withLock { try $0.put(movies: raw) }
        try refused.collect { try warehouse.replaceMovies(winners, of: batch) }
        return added
    }

    /// Rejects the documents that the warehouse did not take before.
    private func refuse(in batch: MovieBatch) {
        if refused.isEmpty { return }
        batch.documents.removeAll { document in
            guard let words = refused.words(for: RowOrigin(document)) else { return false }
            let line = batch.chunk.lines[document.line]
            batch.rejections.append(batch.chunk.rejection(of: line, rule: .refusedByWarehouse, message: words))
            return true
        }
        batch.rejections.sort { $0.line < $1.line }
    }

    /// Merges what a document says of genres, companies, people and so on.
    private func mergeShared(_ document: MovieDocument, of batch: MovieBatch) {
        for (index, table) in shared.enumerated() {
            let rows = batch.shared[index]
            table.setOrigin(RowOrigin(document))
            for row in document.shared[index] { table.merge(rows[row], text: rows.text.base) }
        }
    }

    /// Removes the merged rows, whose transaction was rolled back.
    func removeAll() {
        for table in shared + [popularity] {
            table.removeAll()
            table.keepApart(refused.keys[table.table.name] ?? [])
        }
        ranks.removeAll()
        backup?.didRollBack()
    }

    /// Waits until the backup has all documents that were added. To be called before the commit.
    func confirmBackup() throws { try backup?.confirm() }

    /// The transaction was committed.
    func didCommit() { backup?.didCommit() }

    /// Upserts the merged rows.
    func upsert() throws {
        for table in shared + [popularity] {
            try refused.collect { try warehouse.merge(table) }
            table.removeAll()
        }
        ranks.removeAll()
    }

    private func rawMovie(_ document: MovieDocument, of batch: MovieBatch) -> RawMovie {
        let span = batch.chunk.lines[document.line].span
        let bytes = batch.chunk.buffer.bytes(at: Int(span.offset), count: Int(span.length))
        return RawMovie(movieID: document.movieID, rank: document.rank, document: [UInt8](bytes))
    }
}

import Domain

/// Loads movie documents: of each movie the document of greatest rank replaces its rows, of each movie and snapshot
/// date the greatest gives `movie_popularity`, and of all documents the entries of genres, companies and so on merge.
final class MovieWork {
    /// What became of a batch.
    struct Added {
        var counts = LineCounts()
        /// The bytes of the documents that are kept as they came and are long.
        var longDocuments: [Int] = []
        /// Whether the rows of a movie were replaced.
        var replacesMovies = false
    }

    /// From this length on a document counts as one that is kept as it came; the raw store writes each of its files
    /// anew for a commit, so that those of ordinary documents are to be few.
    private static let longDocument = 1 << 20

    private let warehouse: any Warehouse
    private let rawStore: Guarded<any RawStore>?
    private let shared = MovieTables.shared.map { MergeTable($0) }
    private let popularity = MergeTable(MovieTables.moviePopularity)
    private var ranks = MovieRanks()

    init(warehouse: any Warehouse, rawStore: Guarded<any RawStore>?) {
        self.warehouse = warehouse
        self.rawStore = rawStore
    }

    /// Bytes that the merged rows take.
    var mergedBytes: Int { (shared + [popularity]).reduce(ranks.byteSize) { $0 + $1.byteSize } }

    /// Merges a batch and replaces the rows of its movies.
    func add(_ batch: MovieBatch) throws -> Added {
        for (table, rows) in zip(shared, batch.shared) {
            for index in 0..<rows.count { table.merge(rows[index], text: rows.text.base) }
        }
        let stored = batch.documents.isEmpty ? [] : try warehouse.ranks(of: batch.documents)
        let choice = ranks.choose(batch.documents, stored: stored)
        for index in choice.accepted {
            popularity.merge(batch.popularity[batch.documents[index].popularity], text: batch.popularity.text.base)
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
        try warehouse.replaceMovies(winners, of: batch)
        return added
    }

    /// Writes what is merged.
    func upsert() throws {
        for table in shared + [popularity] {
            try warehouse.merge(table)
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

import Domain

/// Loads movie documents: of each movie the document of greatest rank replaces its rows, of each movie and snapshot
/// date the greatest gives `movie_popularity`, and of all documents the entries of genres, companies and so on merge.
final class MovieLoad {
    private struct Snapshot: Hashable {
        let movieID: Int64
        let day: Int32
    }

    /// From this length on a document counts as one that is kept as it came; the raw store writes each of its files
    /// anew for a commit, so that those of ordinary documents are to be few.
    private static let longDocument = 1 << 20

    private let transaction: LoadTransaction
    private let rawStore: (any RawStore)?
    private let taken: (LineChunk, LineCounts) -> Void
    private let shared = MovieTables.shared.map { MergeTable($0) }
    private let popularity = MergeTable(MovieTables.moviePopularity)
    /// Of this transaction, since they are not in the warehouse yet.
    private var ranks: [Snapshot: MovieRank] = [:]

    init(
        transaction: LoadTransaction, rawStore: (any RawStore)?, taken: @escaping (LineChunk, LineCounts) -> Void
    ) {
        self.transaction = transaction
        self.rawStore = rawStore
        self.taken = taken
    }

    /// Takes in a batch.
    func add(_ batch: MovieBatch) throws {
        try transaction.open()
        for (table, rows) in zip(shared, batch.shared) {
            for index in 0..<rows.count { table.merge(rows[index], text: rows.text.base) }
        }
        var counts = LineCounts()
        counts.read = Int64(batch.read)
        counts.rejected = Int64(batch.rejections.count)
        counts.warnings = Int64(batch.warnings)
        let stored = try transaction.warehouse.ranks(of: batch.documents)
        let accepted = batch.documents.indices.filter { isNew(batch.documents[$0], stored[$0]) }
        counts.accepted = Int64(accepted.count)
        counts.duplicates = Int64(batch.documents.count - accepted.count)
        try take(accepted, stored, of: batch)
        try transaction.quarantine(batch.rejections)
        transaction.warn(batch.warningTally)
        try transaction.add(batch.chunk, counts: counts)
        taken(batch.chunk, counts)
        if transaction.isFull(mergedBytes: mergedBytes) { try commit() }
    }

    /// Uses a moment in which nothing more is there: what came is committed when that is due.
    func pause() throws {
        if transaction.isDue { try commit() }
    }

    /// Upserts what is merged, and commits.
    func commit() throws {
        for table in shared + [popularity] {
            try transaction.warehouse.merge(table)
            table.removeAll()
        }
        ranks = [:]
        try rawStore?.flush()
        try transaction.commit()
    }

    private var mergedBytes: Int {
        (shared + [popularity]).reduce(ranks.count * 224) { $0 + $1.byteSize }
    }

    /// Whether the warehouse holds no document of that movie and snapshot date that is not less.
    private func isNew(_ document: MovieDocument, _ stored: StoredRanks) -> Bool {
        let snapshot = Snapshot(movieID: document.movieID, day: document.rank.snapshotDay)
        let known = ranks[snapshot] ?? stored.snapshot
        if let known, known >= document.rank { return false }
        ranks[snapshot] = document.rank
        return true
    }

    private func take(_ accepted: [Int], _ stored: [StoredRanks], of batch: MovieBatch) throws {
        var best: [Int64: Int] = [:]
        var raw: [RawMovie] = []
        for index in accepted {
            let document = batch.documents[index]
            popularity.merge(batch.popularity[document.popularity], text: batch.popularity.text.base)
            if let other = best[document.movieID], batch.documents[other].rank >= document.rank { continue }
            best[document.movieID] = index
        }
        let winners = best.values.sorted().filter { index in
            guard let movie = stored[index].movie else { return true }
            return movie < batch.documents[index].rank
        }
        for index in winners {
            let document = rawMovie(batch.documents[index], of: batch)
            if document.document.count > MovieLoad.longDocument { transaction.keep(bytes: document.document.count) }
            raw.append(document)
        }
        try rawStore?.put(movies: raw)
        try transaction.warehouse.replaceMovies(winners.map { batch.documents[$0] }, of: batch)
    }

    private func rawMovie(_ document: MovieDocument, of batch: MovieBatch) -> RawMovie {
        let span = batch.chunk.lines[document.line].span
        let bytes = batch.chunk.buffer.bytes(at: Int(span.offset), count: Int(span.length))
        return RawMovie(movieID: document.movieID, rank: document.rank, document: [UInt8](bytes))
    }
}

import Domain

/// Decides which movie documents are accepted, and which of them replace the rows of their movie. It does no I/O: the
/// ranks that the warehouse has are passed in with the documents.
///
/// The rows of `movie_popularity` are written only at the commit, so that the ranks of the current transaction are
/// stored here until then.
struct MovieRanks {
    /// A choice among the documents of a batch, by their indices.
    struct Choice: Equatable {
        /// The documents of greater rank than all earlier ones of their movie and snapshot date; the others are
        /// duplicates.
        var accepted: [Int] = []
        /// The accepted documents that replace the rows of their movie, at most one for each movie.
        var winners: [Int] = []
    }

    private struct Snapshot: Hashable {
        let movieID: Int64
        let day: Int32
    }

    private var ranks: [Snapshot: MovieRank] = [:]

    /// The approximate size in bytes.
    var byteSize: Int { ranks.count * 224 }

    /// Chooses among documents, in their order.
    ///
    /// - Parameter stored: the ranks that the warehouse has, one entry for each document.
    mutating func choose(_ documents: [MovieDocument], stored: [StoredRanks]) -> Choice {
        var choice = Choice()
        var best: [Int64: Int] = [:]
        for (index, (document, stored)) in zip(documents, stored).enumerated() {
            let snapshot = Snapshot(movieID: document.movieID, day: document.rank.snapshotDay)
            if let known = ranks[snapshot] ?? stored.snapshot, known >= document.rank { continue }
            ranks[snapshot] = document.rank
            choice.accepted.append(index)
            if let other = best[document.movieID], documents[other].rank >= document.rank { continue }
            best[document.movieID] = index
        }
        choice.winners = best.values.sorted().filter { index in
            stored[index].movie.map { $0 < documents[index].rank } ?? true
        }
        return choice
    }

    /// Removes the ranks, after the warehouse has stored them.
    mutating func removeAll() { ranks = [:] }
}

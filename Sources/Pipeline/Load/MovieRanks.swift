import Domain

/// Tells which movie documents bring something new. It does no I/O: what the warehouse has comes in with the documents.
///
/// The greatest rank of a movie and snapshot date is written at the commit only, so that the ranks of the transaction are
/// kept here until then.
struct MovieRanks {
    /// What documents of a batch bring, by their places in the batch.
    struct Choice: Equatable {
        /// Those that are greater than all before of their movie and snapshot date; the others are duplicates.
        var accepted: [Int] = []
        /// Of these the one of each movie that replaces its rows.
        var winners: [Int] = []
    }

    private struct Snapshot: Hashable {
        let movieID: Int64
        let day: Int32
    }

    private var ranks: [Snapshot: MovieRank] = [:]

    /// About how many bytes it takes.
    var byteSize: Int { ranks.count * 224 }

    /// Chooses among documents, in their order.
    ///
    /// - Parameter stored: what the warehouse has, one a document.
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

    /// Forgets the ranks, which the warehouse has now.
    mutating func removeAll() { ranks = [:] }
}

/// The rank of a movie document (contract §3): has the key `title`, snapshot date, vote_count with unknown the least,
/// content hash.
public struct MovieRank: Comparable, Hashable, Sendable {
    /// Whether the document has the key `title` (a line of the daily ID export has none).
    public var hasTitle: Bool
    /// The snapshot date, as days since 1970-01-01.
    public var snapshotDay: Int32
    /// The votes as cleaned, or nil when unknown.
    public var voteCount: Int64?
    /// The 32 bytes of the content hash.
    public var contentHash: [UInt8]

    /// A rank.
    public init(hasTitle: Bool, snapshotDay: Int32, voteCount: Int64?, contentHash: [UInt8]) {
        self.hasTitle = hasTitle
        self.snapshotDay = snapshotDay
        self.voteCount = voteCount
        self.contentHash = contentHash
    }

    /// Compares in the order of the fields.
    public static func < (left: MovieRank, right: MovieRank) -> Bool {
        if left.hasTitle != right.hasTitle { return right.hasTitle }
        if left.snapshotDay != right.snapshotDay { return left.snapshotDay < right.snapshotDay }
        if left.voteCount != right.voteCount {
            guard let leftVotes = left.voteCount else { return true }
            guard let rightVotes = right.voteCount else { return false }
            return leftVotes < rightVotes
        }
        return left.contentHash.lexicographicallyPrecedes(right.contentHash)
    }
}

/// A cleaned movie document: its rank, and its rows in the batch.
public struct MovieDocument: Sendable {
    /// Its index in the chunk's lines.
    public var line: Int
    /// The movie.
    public var movieID: Int64
    /// Its rank.
    public var rank: MovieRank
    /// Its rows, one range for each table of `MovieTables.owned`, in that order.
    public var owned: [Range<Int>]
    /// The index of its row in the batch's popularity rows.
    public var popularity: Int

    /// A document.
    public init(line: Int, movieID: Int64, rank: MovieRank, owned: [Range<Int>], popularity: Int) {
        self.line = line
        self.movieID = movieID
        self.rank = rank
        self.owned = owned
        self.popularity = popularity
    }
}

/// The movie documents of a chunk, cleaned and packed.
public final class MovieBatch {
    /// The lines they come from.
    public let chunk: LineChunk
    /// The accepted or duplicate documents, in the order of their lines.
    public var documents: [MovieDocument] = []
    /// The lines that broke a rule.
    public var rejections: [Rejection] = []
    /// Lines read: documents and rejections.
    public var read = 0
    /// What was dropped or made null, 0 and blank aside.
    public var warnings: Int { warningTally.count }
    /// The same by reason.
    public internal(set) var warningTally: WarningTally
    /// The rows that a movie's document of greatest rank owns, one set for each of `MovieTables.owned`.
    public let owned: [RowSet]
    /// The rows of `movie_popularity`, one a document.
    public let popularity: RowSet
    /// The entries of genres, companies, people and so on, of all documents: one set for each of
    /// `MovieTables.shared`.
    public let shared: [RowSet]

    /// A batch without documents.
    ///
    /// - Parameter warningExamples: how many warnings of each reason are kept to be shown.
    public init(chunk: LineChunk, warningExamples: Int = 0) {
        self.chunk = chunk
        self.warningTally = WarningTally(exampleLimit: warningExamples)
        self.owned = MovieTables.owned.map { RowSet($0) }
        self.popularity = RowSet(MovieTables.moviePopularity)
        self.shared = MovieTables.shared.map { RowSet($0) }
    }
}

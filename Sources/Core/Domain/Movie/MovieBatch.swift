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

    /// Creates a rank.
    public init(hasTitle: Bool, snapshotDay: Int32, voteCount: Int64?, contentHash: [UInt8]) {
        self.hasTitle = hasTitle
        self.snapshotDay = snapshotDay
        self.voteCount = voteCount
        self.contentHash = contentHash
    }

    /// Compares field by field, in their order.
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

/// A cleaned movie document: its rank, and where its rows are in the batch.
public struct MovieDocument: Sendable {
    /// Its index in the chunk's lines.
    public var line: Int
    /// The movie.
    public var movieID: Int64
    /// Its rank.
    public var rank: MovieRank
    /// Its rows, one range for each table of `MovieTables.owned`, in that order.
    public var owned: [Range<Int>]
    /// Its rows in tables that movies share, one range for each table of `MovieTables.shared`, in that order.
    public var shared: [Range<Int>]
    /// The index of its row in the batch's popularity rows.
    public var popularity: Int

    /// Creates a document.
    public init(
        line: Int, movieID: Int64, rank: MovieRank, owned: [Range<Int>], shared: [Range<Int>] = [], popularity: Int
    ) {
        self.line = line
        self.movieID = movieID
        self.rank = rank
        self.owned = owned
        self.shared = shared
        self.popularity = popularity
    }
}

/// The cleaned movie documents of a chunk.
public final class MovieBatch {
    /// The chunk that they come from.
    public let chunk: LineChunk
    /// The documents that broke no rule, in the order of their lines.
    public var documents: [MovieDocument] = []
    /// The lines that broke a rule.
    public var rejections: [Rejection] = []
    /// How many lines were read: documents and rejections.
    public var read = 0
    /// How many values were dropped or made null, other than 0 and blank text.
    public var warnings: Int { warningTally.count }
    /// The warnings by reason.
    public internal(set) var warningTally: WarningTally
    /// The rows that belong to one document alone, one set for each table of `MovieTables.owned`.
    public let owned: [RowSet]
    /// The rows of `movie_popularity`, one for each document.
    public let popularity: RowSet
    /// The genres, companies, people and so on that the documents name, one set for each table of `MovieTables.shared`.
    public let shared: [RowSet]

    /// Creates a batch without documents.
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

/// A movie document as the raw store keeps it.
public struct RawMovie: Equatable, Sendable {
    /// The movie.
    public var movieID: Int64
    /// Its rank.
    public var rank: MovieRank
    /// The document, byte for byte.
    public var document: [UInt8]

    /// A document.
    public init(movieID: Int64, rank: MovieRank, document: [UInt8]) {
        self.movieID = movieID
        self.rank = rank
        self.document = document
    }
}

/// The port that raw documents are kept by: of each movie the document of greatest rank, and comment bodies that are
/// too long for the warehouse. Used by one thread at a time.
///
/// What every backend promises: a put may be repeated, in whole or in part, and nothing changes; of two documents of one
/// movie that of the greater rank stays, in whatever order they come; what was put is read back at once, and durable
/// when `flush` returns. Killed before that, each document is there as it was before or as it was put.
public protocol RawStore: AnyObject {
    /// Keeps the documents whose rank is greater than that of what is kept of their movie.
    func put(movies: [RawMovie]) throws

    /// Keeps a comment's body by its content.
    ///
    /// - Parameter body: its text in UTF-8, whole.
    /// - Returns: the reference that the warehouse stores: `comments/ab/` and the SHA-256 in hexadecimal, `abcd….txt`.
    func put(comment body: [UInt8]) throws -> String

    /// Makes durable what was put.
    func flush() throws

    /// The document that is kept of a movie, or nil.
    func movie(_ id: Int64) throws -> RawMovie?

    /// The comment body that a reference stands for, or nil when it is not kept.
    func comment(_ reference: String) throws -> [UInt8]?

    /// Gives all documents that are kept, one a movie, in ascending order of their ids.
    func forEachMovie(_ body: (RawMovie) throws -> Void) throws
}

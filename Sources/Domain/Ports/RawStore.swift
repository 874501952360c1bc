/// A movie document as the raw store keeps it.
public struct RawMovie: Sendable {
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

/// x
public protocol RawStore: AnyObject {
    /// x
    func put(movies: [RawMovie]) throws
    /// x
    func put(comment body: [UInt8]) throws -> String
    /// x
    func flush() throws
}

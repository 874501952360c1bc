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

/// A comment's body, to be kept under its reference.
public struct RawComment: Equatable, Sendable {
    /// What it is kept under.
    public let reference: RawReference
    /// Its text in UTF-8, whole.
    public let body: [UInt8]

    /// A comment with its reference.
    public init(body: [UInt8]) {
        reference = .comment(body)
        self.body = body
    }
}

/// An image, to be kept under its reference.
public struct RawPoster: Equatable, Sendable {
    /// What it is kept under.
    public let reference: RawReference
    /// The bytes of the file.
    public let image: [UInt8]

    /// An image with its reference; nil when it is of no known format.
    public init?(image: [UInt8]) {
        guard let reference = RawReference.poster(image) else { return nil }
        self.reference = reference
        self.image = image
    }
}

/// The port for raw documents: of each movie the document of greatest rank, comment bodies that are too long for the
/// warehouse, and posters. Used by one thread at a time.
///
/// What every backend promises: a put may be repeated, in whole or in part, and nothing changes; of two documents of one
/// movie that of the greater rank stays, in whatever order they come; what was put is read back at once, and durable
/// when `flush` returns. Killed before that, each document is there as it was before or as it was put. Bytes that are
/// not those that were kept are an error, and never given.
public protocol RawStore: AnyObject {
    /// Keeps the documents whose rank is greater than that of what is kept of their movie.
    func put(movies: [RawMovie]) throws
    /// Keeps comment bodies under their references.
    func put(comments: [RawComment]) throws
    /// Keeps images under their references.
    func put(posters: [RawPoster]) throws

    /// Makes durable what was put.
    func flush() throws

    /// The document that is kept of a movie; nil when there is none.
    func movie(_ id: Int64) throws -> RawMovie?
    /// The comment body that is kept under a reference; nil when there is none.
    func comment(_ reference: RawReference) throws -> [UInt8]?
    /// The image that is kept under a reference; nil when there is none.
    func poster(_ reference: RawReference) throws -> [UInt8]?
    /// Whether something is kept under a reference, without reading it.
    func has(_ reference: RawReference) throws -> Bool

    /// Gives all documents that are kept, one a movie, in ascending order of their ids.
    func forEachMovie(_ body: (RawMovie) throws -> Void) throws
}

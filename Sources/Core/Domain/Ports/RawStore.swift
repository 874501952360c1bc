/// A movie document in the raw store.
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

/// A comment's body with its key in the raw store.
public struct RawComment: Equatable, Sendable {
    /// Its key in the raw store.
    public let reference: RawReference
    /// The whole body in UTF-8.
    public let body: [UInt8]

    /// A comment's body; its reference is computed from it.
    public init(body: [UInt8]) {
        reference = .comment(body)
        self.body = body
    }
}

/// An image with its key in the raw store.
public struct RawPoster: Equatable, Sendable {
    /// Its key in the raw store.
    public let reference: RawReference
    /// The bytes of the image file.
    public let image: [UInt8]

    /// An image; its reference is computed from it. Nil when its format is none of `PosterFormat`.
    public init?(image: [UInt8]) {
        guard let reference = RawReference.poster(image) else { return nil }
        self.reference = reference
        self.image = image
    }
}

/// What a raw store keeps beside movie documents.
public enum RawContent: String, Sendable, CaseIterable {
    /// Comment bodies that are too long for the warehouse.
    case comments
    /// Images.
    case posters

    /// Whether a reference leads to content of this kind.
    public func includes(_ reference: RawReference) -> Bool { reference.kind.folder == rawValue }
}

/// The port for raw documents. It stores the document of greatest rank of each movie, the comment bodies that are too
/// long for the warehouse, and posters. Used by one thread at a time.
///
/// Every backend promises:
/// * A put may be repeated, in whole or in part; the repetition changes nothing.
/// * Of two documents of one movie, the one of greater rank stays, in whatever order they are put.
/// * What was put can be read at once, and is durable when `flush` returns. If the program is killed before that, each
///   document is as it was before the put or as it was put.
/// * Bytes that were damaged in the store are never returned; reading them throws an error whose `isDamage` is true.
/// * The memory of `forEachMovie` and `forEachReference` does not grow with what is stored. Their `body` may read from the
///   store, and does not put.
public protocol RawStore: AnyObject {
    /// Stores each document whose rank is greater than that of the stored document of its movie.
    func put(movies: [RawMovie]) throws
    /// Stores comment bodies under their references.
    func put(comments: [RawComment]) throws
    /// Stores images under their references.
    func put(posters: [RawPoster]) throws

    /// Makes everything that was put durable.
    func flush() throws

    /// The ranks of the stored documents of some movies. Movies without a stored document are left out. Reads less than
    /// `movie` does, and little for ids that are near each other.
    ///
    /// - Parameter ids: the movies, each at most once, in any order.
    func ranks(ofMovies ids: [Int64]) throws -> [Int64: MovieRank]
    /// The stored document of a movie; nil when there is none.
    func movie(_ id: Int64) throws -> RawMovie?
    /// The comment body that is stored under a reference; nil when there is none.
    func comment(_ reference: RawReference) throws -> [UInt8]?
    /// The image that is stored under a reference; nil when there is none.
    func poster(_ reference: RawReference) throws -> [UInt8]?
    /// Those of some references under which something is stored. Does not read that, and asks a server once for many.
    func present(_ references: [RawReference]) throws -> Set<RawReference>

    /// Calls `body` with each stored document, one a movie, in ascending order of the movies' ids.
    ///
    /// - Parameter onDamage: called with the error for each document, or for each file of documents, that is damaged and
    ///   left out. When it returns, the reading goes on with what comes after.
    /// - Throws: what `body` and `onDamage` throw, and errors that are no damage.
    func forEachMovie(_ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void) throws

    /// Calls `body` with the reference of each stored comment body or image, in ascending order of the references' texts
    /// as bytes. Does not read what they lead to, so that also a damaged one is named.
    ///
    ///     try store.forEachReference(to: .comments) { reference in
    ///         guard let body = try store.comment(reference) else { return }
    ///     }
    func forEachReference(to content: RawContent, _ body: (RawReference) throws -> Void) throws

    /// Calls `body` with the name of each entry of another program in the same place, which the other functions pass over.
    /// None by default.
    func forEachOther(_ body: (String) throws -> Void) throws
}

extension RawStore {
    /// None: nobody else writes to the place.
    public func forEachOther(_ body: (String) throws -> Void) throws {}

    /// Whether something is stored under a reference. Does not read it.
    public func has(_ reference: RawReference) throws -> Bool { try !present([reference]).isEmpty }

    /// Calls `body` with each stored document, one a movie, in ascending order of the movies' ids; throws the error of the
    /// first damage.
    public func forEachMovie(_ body: (RawMovie) throws -> Void) throws {
        try forEachMovie(body, onDamage: { throw $0 })
    }
}

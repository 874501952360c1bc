import Hashing
import JSON

/// What a fetch needs to know of a movie document.
public struct FetchedDocument: Equatable, Sendable {
    /// The movie.
    public var movieID: Int64
    /// Its rank on the day on which it was fetched; nil where it was not asked for.
    public var rank: MovieRank?
    /// The start of the SHA-256 of its content without popularity and votes, which change every day.
    public var fingerprint: UInt64
    /// The path of its poster; nil where it has none.
    public var posterPath: String?
    /// Its popularity; nil where it is unknown.
    public var popularity: Double?
    /// The day of its release, as days since 1970-01-01.
    public var releaseDay: Int32?
}

/// Why a body is not the document of the movie that was asked for.
public enum DocumentFault: Error, Equatable, Sendable {
    /// It is not one JSON object.
    case malformed(JSONError)
    /// It is an object without a movie's id, or without a title.
    case noMovie(String)
    /// It is the document of another movie.
    case otherMovie(Int64)

    /// The fault in words.
    public var words: String {
        switch self {
        case .malformed(let error): "the body is not one JSON object: \(error.explanation)"
        case .noMovie(let words): "the body is no movie document: \(words)"
        case .otherMovie(let id): "the body is the document of movie \(id)"
        }
    }
}

/// Reads what a fetch needs to know of documents. Used by one thread at a time.
public final class DocumentInspector {
    private let parser: JSONParser
    private let line = ByteBuffer(capacity: 64 << 10)

    /// The keys whose values change every day.
    private static let daily: Set<Int> = [
        MovieKey.popularity.rawValue, MovieKey.voteAverage.rawValue, MovieKey.voteCount.rawValue,
    ]

    /// Creates an inspector.
    ///
    /// - Throws: `OutOfMemory`.
    public init() throws(OutOfMemory) { parser = try JSONParser(keys: MovieKey.names, keepsUnknown: true) }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - asked: the movie that was asked for; nil where any will do.
    ///   - day: the snapshot date, as days since 1970-01-01, for its rank; nil where that is not needed.
    /// - Throws: `DocumentFault`; `OutOfMemory`.
    public func inspect(_ document: [UInt8], asked: Int64?, day: Int32?) throws -> FetchedDocument {
        line.truncate(to: 0)
        document.withUnsafeBytes { _ = line.append($0) }
        defer { parser.releaseLongLine() }
        let value: JSONValue
        do { value = try parser.parse(line.bytes) } catch let error as JSONError {
            throw DocumentFault.malformed(error)
        }
        guard let id = MovieRules.movieID(value) else {
            throw DocumentFault.noMovie(MovieRules.invalidMovieID(value))
        }
        if let asked, asked != id { throw DocumentFault.otherMovie(id) }
        guard MovieRules.title(value) != nil else { throw DocumentFault.noMovie(MovieRules.missingTitle(value)) }
        return FetchedDocument(
            movieID: id, rank: day.map { Self.rank(value, day: $0) }, fingerprint: fingerprint(value),
            posterPath: ScalarRules.text(value[.posterPath]).map { String(decoding: $0, as: UTF8.self) },
            popularity: Self.value(MovieFields.number(value[.popularity])),
            releaseDay: Self.value(MovieFields.date(value[.releaseDate])))
    }

    private static func rank(_ document: JSONValue, day: Int32) -> MovieRank {
        let hash = StreamingSHA256()
        document.forEachContentFormPiece(hash.update)
        return MovieRank(
            hasTitle: document[.title] != nil, snapshotDay: day,
            voteCount: value(MovieFields.integer(document[.voteCount])), contentHash: hash.finish())
    }

    private static func value<Value>(_ cleaned: Cleaned<Value>) -> Value? {
        if case .value(let value) = cleaned { return value }
        return nil
    }

    /// The hash of the members that do not change every day, in the order of their names.
    private func fingerprint(_ document: JSONValue) -> UInt64 {
        let hash = StreamingSHA256()
        let members = document.members.filter { !Self.daily.contains($0.key) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        for member in members {
            hash.update(member.name)
            Self.separator.withUnsafeBytes { hash.update($0) }
            member.value.forEachContentFormPiece(hash.update)
        }
        return hash.finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static let separator: [UInt8] = [0]
}

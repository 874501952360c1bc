import Domain

/// A service that answers from a raw store, without a network. Used by one thread.
///
/// Documents are given as they were stored. Lists are made of what is there: the popular movies by the popularity of their
/// documents, those of a year by their dates of release, changed ones by the dates of their snapshots.
public final class OfflineService: MovieService {
    private struct Known {
        var movieID: Int64
        var popularity: Double
        var releaseDay: Int32?
        var snapshotDay: Int32
    }

    /// How many movies a page of a list has, as TMDB's.
    private static let pageSize = 20

    private let rawStore: any RawStore
    private let inspector: DocumentInspector
    private var asked: [MovieQuestion] = []
    private var all: [Known]?

    /// The raw store's location.
    public let location: String
    /// Tells a replay from a fetch.
    public var version: String { "offline" }

    /// A service.
    ///
    /// - Throws: `OutOfMemory`.
    public init(_ rawStore: any RawStore, location: String) throws {
        self.rawStore = rawStore
        self.location = location
        inspector = try DocumentInspector()
    }

    /// Takes a question.
    public func ask(_ question: MovieQuestion, needsNewConnection: Bool) { asked.append(question) }

    /// Answers the questions.
    public func answers(waiting seconds: Double) throws -> [(question: MovieQuestion, answer: ServiceAnswer)] {
        defer { asked = [] }
        return try asked.map { ($0, try answer(to: $0)) }
    }

    /// Does nothing.
    public func close() {}

    private func answer(to question: MovieQuestion) throws -> ServiceAnswer {
        switch question {
        case .movie(let id):
            guard let movie = try rawStore.movie(id) else {
                return .wrong(words: "movie \(id) is not in \(location)")
            }
            return .content(movie.document)
        case .page(let list, let number):
            let ids = try listed(list)
            let start = min(ids.count, (number - 1) * Self.pageSize)
            let pages = max(1, (ids.count + Self.pageSize - 1) / Self.pageSize)
            return .page(ids: Array(ids[start...].prefix(Self.pageSize)), pages: pages)
        case .allIDs:
            return .content(Array(try known().map { "\($0.movieID)\n" }.joined().utf8))
        case .image(let path, _):
            return .wrong(words: "\(path) is not fetched without a network")
        }
    }

    private func listed(_ list: MovieList) throws -> [Int64] {
        switch list {
        case .popular:
            return try known().sorted { ($1.popularity, $0.movieID) < ($0.popularity, $1.movieID) }.map(\.movieID)
        case .released(let first, let last):
            return try known().filter { $0.releaseDay.map { (first...last).contains($0) } ?? false }.map(\.movieID)
        case .changed(let first, let last):
            return try known().filter { (first...last).contains($0.snapshotDay) }.map(\.movieID)
        }
    }

    /// All movies in ascending order of ids.
    private func known() throws -> [Known] {
        if let all { return all }
        var found: [Known] = []
        try rawStore.forEachMovie { movie in
            let document = try? inspector.inspect(movie.document, asked: nil, day: nil)
            found.append(
                Known(
                    movieID: movie.movieID, popularity: document?.popularity ?? 0, releaseDay: document?.releaseDay,
                    snapshotDay: movie.rank.snapshotDay))
        }
        all = found
        return found
    }
}

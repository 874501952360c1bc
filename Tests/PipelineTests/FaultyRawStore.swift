import Domain

/// A raw store whose calls fail on demand.
final class FaultyRawStore: RawStore {
    /// What a raw store is asked to do; of the lists, each entry.
    enum Call: String, CaseIterable, Sendable {
        case ranks, putMovies, present, putComments, putPosters, flush
        case listMovie, listReference, comment, poster
    }

    /// How often each was asked for.
    private(set) var counts: [Call: Int] = [:]
    /// Called before each call with its number, from 1; an error that it throws is that of the call.
    var willDo: (Call, Int) throws -> Void
    private let inner: any RawStore

    init(_ inner: any RawStore, willDo: @escaping (Call, Int) throws -> Void = { _, _ in }) {
        self.inner = inner
        self.willDo = willDo
    }

    /// A store that is lost for some calls, from the one with a number on.
    convenience init(_ inner: any RawStore, losing call: Call, at number: Int, times: Int = 2) {
        self.init(inner) { if $0 == call, (number..<number + times).contains($1) { throw LostConnection() } }
    }

    private func come(to call: Call) throws {
        counts[call, default: 0] += 1
        try willDo(call, counts[call, default: 0])
    }

    func put(movies: [RawMovie]) throws {
        try come(to: .putMovies)
        try inner.put(movies: movies)
    }
    func put(comments: [RawComment]) throws {
        try come(to: .putComments)
        try inner.put(comments: comments)
    }
    func put(posters: [RawPoster]) throws {
        try come(to: .putPosters)
        try inner.put(posters: posters)
    }
    func flush() throws {
        try come(to: .flush)
        try inner.flush()
    }
    func ranks(ofMovies ids: [Int64]) throws -> [Int64: MovieRank] {
        try come(to: .ranks)
        return try inner.ranks(ofMovies: ids)
    }
    func movie(_ id: Int64) throws -> RawMovie? { try inner.movie(id) }
    func comment(_ reference: RawReference) throws -> [UInt8]? {
        try come(to: .comment)
        return try inner.comment(reference)
    }
    func poster(_ reference: RawReference) throws -> [UInt8]? {
        try come(to: .poster)
        return try inner.poster(reference)
    }
    func present(_ references: [RawReference]) throws -> Set<RawReference> {
        try come(to: .present)
        return try inner.present(references)
    }
    func forEachMovie(_ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void) throws {
        try inner.forEachMovie(
            { movie in
                try come(to: .listMovie)
                try body(movie)
            }, onDamage: onDamage)
    }
    func forEachOther(_ body: (String) throws -> Void) throws { try inner.forEachOther(body) }
    func forEachReference(to content: RawContent, _ body: (RawReference) throws -> Void) throws {
        try inner.forEachReference(to: content) { reference in
            try come(to: .listReference)
            try body(reference)
        }
    }
}

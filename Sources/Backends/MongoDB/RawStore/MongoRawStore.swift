import Domain
import Glibc

/// The raw store in a MongoDB database:
///
/// * `raw_movies` has the movie documents (see `StoredMovie`), and the bucket `raw` of GridFS those that are too large for
///   one.
/// * `user_comments` has long comments: `{_id: "comments/ba/ba78….txt", body: "…"}`; a body that is too large is in the
///   bucket of the same name.
/// * The bucket `posters` has the images.
///
/// What is put is held in memory up to a limit, and written in bulks. A bulk counts when most servers of the replica set
/// have it on disk. What could not be written stays held, and is written by the next flush. Errors are `MongoError`s.
public final class MongoRawStore: RawStore {
    let client: MongoClient
    private let heldBytes: Int
    private let now: () -> Int64
    private let movies: MovieCollection
    let comments: CommentCollection
    let posters: GridBucket
    /// For each movie, the document of greatest rank among those in memory.
    private var heldMovies: [Int64: RawMovie] = [:]
    private var heldComments: [RawReference: [UInt8]] = [:]
    private var heldPosters: [RawReference: [UInt8]] = [:]
    private var movieBytes = 0
    private var contentBytes = 0
    private var isSwept = false

    /// An estimate of the memory that a document, a body or an image needs in addition to its bytes.
    private static let overhead = 256
    /// How many documents are held at most.
    private static let mostHeld = 1000
    /// After how long the pieces of a file that was not completed, and a file that nothing names any more, are removed, in
    /// milliseconds: a day.
    private static let millisecondsToComplete: Int64 = 86_400_000

    /// Opens a raw store. It connects when it is used; what is not there is made when something is put.
    ///
    /// - Parameters:
    ///   - heldBytes: how many bytes the store holds in memory.
    ///   - now: the time, in milliseconds since 1970.
    /// - Throws: `MongoError` with the problem `.location` or `.encryption`.
    public convenience init(
        _ location: MongoLocation, heldBytes: Int = 8 << 20, now: @escaping () -> Int64 = MongoRawStore.clock
    ) throws {
        try self.init(MongoClient(location), heldBytes: heldBytes, now: now)
    }

    init(_ client: MongoClient, heldBytes: Int = 8 << 20, now: @escaping () -> Int64 = MongoRawStore.clock) throws {
        self.client = client
        self.heldBytes = heldBytes
        self.now = now
        movies = try MovieCollection(client)
        comments = CommentCollection(client)
        posters = GridBucket(client, name: "posters")
    }

    /// Opens a raw store, and asks the server whether it is there and lets the user read.
    ///
    /// - Parameter patience: for how long at most a lost server is looked for at a time; nil and zero for the usual time.
    /// - Throws: `MongoError`.
    public static func connected(to location: MongoLocation, patience: Duration? = nil) throws -> MongoRawStore {
        let store = try MongoRawStore(MongoClient(location, limits: MongoClient.Limits(patience: patience)))
        var query = MongoQuery(MovieCollection.name, ["_id": 0])
        query.projection = ["_id": 1]
        _ = try store.client.first(query, "opening the raw store")
        return store
    }

    /// The time of the system, in milliseconds since 1970.
    public static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    // MARK: Putting

    /// Keeps each document whose rank is greater than that of the stored document of its movie.
    public func put(movies: [RawMovie]) throws {
        for movie in movies {
            if let other = heldMovies[movie.movieID] {
                if other.rank >= movie.rank { continue }
                movieBytes -= other.document.count + Self.overhead
            }
            heldMovies[movie.movieID] = movie
            movieBytes += movie.document.count + Self.overhead
            if movieBytes > heldBytes || heldMovies.count >= Self.mostHeld { try writeMovies() }
        }
    }

    /// Keeps comment bodies.
    public func put(comments: [RawComment]) throws {
        for comment in comments where heldComments[comment.reference] == nil {
            heldComments[comment.reference] = comment.body
            try hold(comment.body.count)
        }
    }

    /// Keeps images.
    public func put(posters: [RawPoster]) throws {
        for poster in posters where heldPosters[poster.reference] == nil {
            heldPosters[poster.reference] = poster.image
            try hold(poster.image.count)
        }
    }

    private func hold(_ count: Int) throws {
        contentBytes += count + Self.overhead
        if contentBytes > heldBytes || heldComments.count + heldPosters.count >= Self.mostHeld { try writeContents() }
    }

    /// Writes what is held. When it returns, everything that was put is durable.
    ///
    /// - Throws: `MongoError`. Then what is held stays held.
    public func flush() throws {
        try writeMovies()
        try writeContents()
    }

    private func writeMovies() throws {
        guard !heldMovies.isEmpty else { return }
        try movies.put(heldMovies.values.sorted { $0.movieID < $1.movieID }, at: now())
        heldMovies.removeAll(keepingCapacity: true)
        movieBytes = 0
        try movies.sweep(leftBefore: now() - Self.millisecondsToComplete, at: now())
    }

    private func writeContents() throws {
        guard !heldComments.isEmpty || !heldPosters.isEmpty else { return }
        let bodies = heldComments.map { CommentBody(id: $0.key.text, bytes: $0.value) }
        try comments.put(bodies.sorted { $0.id < $1.id }, at: now())
        let images = heldPosters.map { reference, image in
            GridFile(id: reference.text, bytes: image, contentType: reference.contentType)
        }
        if !images.isEmpty {
            try posters.put(images.sorted { $0.id < $1.id }, at: now())
            try sweep()
        }
        heldComments.removeAll(keepingCapacity: true)
        heldPosters.removeAll(keepingCapacity: true)
        contentBytes = 0
    }

    /// Removes what killed programs have left in the bucket of images, once in the life of this object.
    private func sweep() throws {
        guard !isSwept else { return }
        try posters.sweep(startingWith: "posters/", putBefore: now() - Self.millisecondsToComplete)
        isSwept = true
    }

    // MARK: Reading

    /// The ranks of the stored documents of some movies.
    public func ranks(ofMovies ids: [Int64]) throws -> [Int64: MovieRank] {
        var ranks: [Int64: MovieRank] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.mostHeld) {
            let some = Array(ids[start..<min(start + Self.mostHeld, ids.count)])
            ranks.merge(try movies.ranks(some, readsConfirmed: false)) { first, _ in first }
        }
        for id in ids {
            guard let held = heldMovies[id]?.rank else { continue }
            ranks[id] = max(held, ranks[id] ?? held)
        }
        return ranks
    }

    /// The stored document of a movie; nil when there is none, or one of another program.
    public func movie(_ id: Int64) throws -> RawMovie? {
        let stored = try movies.movie(id)
        guard let held = heldMovies[id] else { return stored }
        return stored.map { $0.rank < held.rank ? held : $0 } ?? held
    }

    /// The comment body with a reference; nil when there is none.
    public func comment(_ reference: RawReference) throws -> [UInt8]? {
        try heldComments[reference] ?? checked(comments.body(reference.text), reference, "user_comments")
    }

    /// The image with a reference; nil when there is none.
    public func poster(_ reference: RawReference) throws -> [UInt8]? {
        try heldPosters[reference] ?? checked(posters.read(reference.text), reference, "posters")
    }

    private func checked(
        _ bytes: [UInt8]?, _ reference: RawReference, _ collection: String
    ) throws(MongoError) -> [UInt8]? {
        guard let bytes, !reference.isOf(bytes) else { return bytes }
        throw MongoError(
            .damaged, "\(reference) of \(collection) is damaged: its content does not match the hash in its name",
            place: "\(client.location)")
    }

    /// Those of some references under which something is stored. The server is asked once for each thousand of a kind.
    public func present(_ references: [RawReference]) throws -> Set<RawReference> {
        var found = Set(references.filter { heldComments[$0] != nil || heldPosters[$0] != nil })
        let others = references.filter { !found.contains($0) }
        for start in stride(from: 0, to: others.count, by: Self.mostHeld) {
            let some = others[start..<min(start + Self.mostHeld, others.count)]
            var texts: Set<String> = []
            let (bodies, images) = (some.filter { $0.kind == .comment }, some.filter { $0.kind != .comment })
            if !bodies.isEmpty { texts.formUnion(try comments.present(bodies.map(\.text))) }
            if !images.isEmpty { texts.formUnion(try posters.lengths(images.map(\.text)).keys) }
            found.formUnion(some.filter { texts.contains($0.text) })
        }
        return found
    }

    /// Calls `body` with each stored document in ascending order of the movies' ids. Documents in memory are written
    /// first. Documents of other programs are passed over.
    public func forEachMovie(
        _ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void
    ) throws {
        try writeMovies()
        try movies.forEachMovie(body, onDamage: onDamage)
    }

    /// Calls `body` with the references of the stored comment bodies or images, in ascending order. What is in memory is
    /// written first.
    public func forEachReference(to content: RawContent, _ body: (RawReference) throws -> Void) throws {
        try writeContents()
        let take: (String) throws -> Void = { text in
            guard let reference = RawReference(text), content.includes(reference) else { return }
            try body(reference)
        }
        switch content {
        case .comments: try comments.forEachID(take)
        case .posters: try posters.forEachID(beginningWith: "posters/", take)
        }
    }
}

extension RawReference {
    /// The media type of an image; nil for text.
    fileprivate var contentType: String? {
        guard case .poster(let format) = kind else { return nil }
        return switch format {
        case .jpg: "image/jpeg"
        case .png: "image/png"
        case .svg: "image/svg+xml"
        case .webp: "image/webp"
        }
    }
}

import Domain
import Glibc

/// The collection `raw_movies`, and the bucket `raw` of GridFS for documents that are too large for one of it.
final class MovieCollection {
    private let client: MongoClient
    private let encoder: NativeEncoder
    private let files: GridBucket
    private var isSweptOfUnused = false
    private var isSweptOfPieces = false

    /// The collection's name.
    static let name = "raw_movies"

    init(_ client: MongoClient) throws {
        self.client = client
        encoder = try NativeEncoder()
        files = GridBucket(client, name: "raw", hasMarks: true)
    }

    // MARK: Putting

    /// Puts those documents whose rank is greater than that of the stored document of their movie, whatever other writers
    /// put meanwhile.
    ///
    /// The ranks that are stored are read first, since most documents of a repeated load are there already. A write's filter
    /// lets it replace lesser documents alone: when the stored one is greater, the server puts a new one, and refuses it for
    /// its id. That may also be a lost race, so the ranks are read again and decide.
    ///
    /// - Parameter movies: one a movie.
    /// - Throws: `MongoError`, `OutOfMemory`.
    func put(_ movies: [RawMovie], at now: Int64) throws {
        var rest = movies
        var plain: Set<Int64> = []
        for attempt in 1... {
            let stored = try storedRanks(rest.map(\.movieID), readsConfirmed: true)
            rest.removeAll { movie in stored[movie.movieID]?.own.map { $0 >= movie.rank } ?? false }
            if rest.isEmpty { return }
            let refusals = try write(rest, inPlaceOf: stored, withoutNative: plain, at: now)
            if refusals.isEmpty { return }
            for refusal in refusals where refusal.problem != .duplicateKey {
                guard let movie = rest.indices.contains(refusal.place) ? rest[refusal.place] : nil,
                    [.refusedDocument, .tooLarge].contains(refusal.problem), plain.insert(movie.movieID).inserted
                else { throw failure(refusal, of: rest) }
            }
            guard attempt < MongoClient.mostRaces else { throw failure(refusals[0], of: rest) }
            rest = refusals.compactMap { rest.indices.contains($0.place) ? rest[$0.place] : nil }
            // A writer that is at work with the same documents is let finish.
            if attempt > 2 { usleep(UInt32(attempt) * UInt32.random(in: 1000...5000)) }
        }
    }

    private func failure(_ refusal: BulkOutcome.Refusal, of movies: [RawMovie]) -> MongoError {
        var error = MongoError(refusal)
        let id = movies.indices.contains(refusal.place) ? "\(movies[refusal.place].movieID)" : "of unknown id"
        error.words = "the document of movie \(id) is refused: \(error.words)"
        if refusal.isOfID {
            error.ownHint =
                "Another program writes the document of this movie again and again: run the same command again when it has "
                + "ended."
        }
        return error.during(MovieCollection.storing, at: "\(client.location)")
    }

    /// Writes documents; those that are too large are put into files first.
    ///
    /// - Parameters:
    ///   - stored: what is known of the documents that they replace.
    ///   - plain: the movies whose documents are kept as bytes alone.
    /// - Returns: the writes that were refused, by their places in `movies`.
    private func write(
        _ movies: [RawMovie], inPlaceOf stored: [Int64: StoredRank], withoutNative plain: Set<Int64>, at now: Int64
    ) throws -> [BulkOutcome.Refusal] {
        let server = try client.server()
        var refusals: [BulkOutcome.Refusal] = []
        var (first, writes, bytes): (Int, [MongoWrite], Int) = (0, [], 0)
        func send(next: Int) throws {
            let outcome = try client.upsert(writes, into: MovieCollection.name, MovieCollection.storing)
            refusals += outcome.refusals.map { refusal in
                var refusal = refusal
                refusal.place += first
                return refusal
            }
            (first, writes, bytes) = (next, [], 0)
        }
        for (place, movie) in movies.enumerated() {
            let encoded = try StoredMovie.encode(
                movie, encoder, limit: server.maxDocumentSize, takesDollarKeys: server.takesDollarKeys,
                keepsNative: !plain.contains(movie.movieID))
            if case .withFile(_, let fileID) = encoded {
                try files.put([GridFile(id: fileID, bytes: movie.document)], at: now)
            }
            let filter = MovieCollection.filter(movie, inPlaceOf: stored[movie.movieID])
            let write = MongoWrite(filter: filter, document: encoded.document)
            if bytes + write.count > MovieCollection.mostBytesAtOnce, !writes.isEmpty { try send(next: place) }
            writes.append(write)
            bytes += write.count
        }
        try send(next: movies.count)
        return refusals
    }

    // MARK: Sweeping

    /// Removes files of documents that were replaced, and pieces of files that nobody has completed, each once in the life
    /// of this object.
    ///
    /// - Parameter time: what was left before it is old enough, in milliseconds since 1970, as `now`.
    /// - Throws: `MongoError`.
    func sweep(leftBefore time: Int64, at now: Int64) throws {
        if !isSweptOfUnused {
            try files.sweepUnused(
                startingWith: StoredMovie.filesOfMovies, markedBefore: time, at: now, named: namedFiles)
            isSweptOfUnused = true
        }
        // Only what this program has put into tells that the indexes are there which that needs.
        if files.hasIndexes, !isSweptOfPieces {
            try files.sweep(startingWith: StoredMovie.filesOfMovies, putBefore: time)
            isSweptOfPieces = true
        }
    }

    /// Those of some files that the documents of their movies name.
    private func namedFiles(_ ids: [String]) throws(MongoError) -> Set<String> {
        let movies = Set(ids.compactMap(StoredMovie.movie(ofFile:)))
        var query = MongoQuery(MovieCollection.name, ["_id": ["$in": .array(movies.sorted().map { .int64($0) })]])
        query.projection = ["original_file": 1]
        let cursor = client.cursor(query, "looking for the files that movie documents use")
        // A file whose name says no movie is nobody's to remove.
        var named = Set(ids.filter { StoredMovie.movie(ofFile: $0) == nil })
        while let document = try cursor.next() { if let file = document.text("original_file") { named.insert(file) } }
        return named
    }

    // MARK: Bulks

    /// How many bytes are written at a time. A message may have 48 MB (`maxMessageSizeBytes`).
    private static let mostBytesAtOnce = 24 << 20

    /// What is done when documents are put, for errors.
    private static let storing = "storing movie documents in \(name)"

    /// What a document replaces: one of the same movie and a lesser rank, or of another program. `$not` takes documents too
    /// that have no rank, or one of another type (https://www.mongodb.com/docs/manual/reference/operator/query/not/). It is
    /// not written with `$or`, for which some servers look at every document.
    ///
    /// Bytes of another program may be greater than any rank. They are replaced as long as they are what was read.
    static func filter(_ movie: RawMovie, inPlaceOf stored: StoredRank? = nil) -> BSONDocument {
        let rank: BSONValue =
            if case .foreign(let value) = stored {
                ["$eq": value]
            } else {
                ["$not": ["$gte": .binary(StoredMovie.rankBytes(movie.rank))]]
            }
        return (["_id": .int64(movie.movieID), "rank": rank] as BSONValue).bson
    }

    // MARK: Reading

    /// The ranks of those movies that have a document, by their ids.
    ///
    /// - Parameter readsConfirmed: whether documents that most servers do not have yet are left out.
    /// - Throws: `MongoError`.
    func ranks(_ ids: [Int64], readsConfirmed: Bool) throws(MongoError) -> [Int64: MovieRank] {
        try storedRanks(ids, readsConfirmed: readsConfirmed).compactMapValues(\.own)
    }

    /// What the documents of some movies have as their ranks.
    private func storedRanks(_ ids: [Int64], readsConfirmed: Bool) throws(MongoError) -> [Int64: StoredRank] {
        if ids.isEmpty { return [:] }
        var query = MongoQuery(MovieCollection.name, ["_id": ["$in": .array(ids.map { .int64($0) })]])
        query.projection = [StoredMovie.rankName: 1]
        query.readsConfirmed = readsConfirmed
        let cursor = client.cursor(query, "looking up which movie documents \(MovieCollection.name) has already")
        var ranks: [Int64: StoredRank] = [:]
        while let document = try cursor.next() {
            guard let id = document.integer("_id"), let rank = StoredRank(document) else { continue }
            ranks[id] = rank
        }
        return ranks
    }

    /// The document of a movie; nil when there is none, or one of another program.
    ///
    /// - Throws: `MongoError`.
    func movie(_ id: Int64) throws -> RawMovie? {
        let query = MongoQuery(MovieCollection.name, ["_id": .int64(id)])
        guard let document = try client.first(query, "reading a movie document of \(MovieCollection.name)") else {
            return nil
        }
        return try decode(document)
    }

    private func decode(_ document: BSONDocument) throws -> RawMovie? {
        do {
            switch try StoredMovie.decode(document.bytes, file: { try files.read($0) }) {
            case .movie(let movie): return movie
            case .otherProgram: return nil
            }
        } catch let damage as StoredMovie.Damage {
            throw self.damage(document, "it \(damage.what)")
        } catch is BSONFault {
            throw damage(document, "it is no BSON")
        }
    }

    private func damage(_ document: BSONDocument, _ what: String) -> MongoError {
        let id = document.integer("_id").map { "\($0)" } ?? "of unknown id"
        return MongoError(
            .damaged, "the document of movie \(id) in \(MovieCollection.name) is damaged: \(what)",
            place: "\(client.location)")
    }

    /// Calls `body` with the documents of this program in ascending order of their ids. A cursor that is lost, as the server
    /// ends one after half an hour, is opened anew.
    ///
    /// - Throws: `MongoError`, and what `body` and `onDamage` throw.
    func forEachMovie(_ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void) throws {
        let cursor = ResumingCursor(client, "reading the movie documents of \(MovieCollection.name)") { last in
            var query = MongoQuery(
                MovieCollection.name, ["_id": ["$gt": last ?? 0], StoredMovie.rankName: StoredMovie.rankRange])
            query.sort = ["_id": 1]
            return query
        } key: {
            $0.integer("_id").map { .int64($0) }
        }
        while let document = try cursor.next() {
            let movie: RawMovie?
            do {
                movie = try decode(document)
                if movie == nil { try onDamage(damage(document, "its rank is none that this program writes")) }
            } catch let error as MongoError where error.isDamage {
                try onDamage(error)
                continue
            }
            if let movie { try body(movie) }
        }
    }

    // MARK: Other programs

    /// Which documents are not this program's: their `_id` is no id of a movie, or their rank none that is written here.
    static let others: BSONValue = [
        "$or": [
            [StoredMovie.rankName: ["$not": StoredMovie.rankRange]], ["_id": ["$not": ["$gt": 0]]],
        ]
    ]
}

/// What a stored document has as its rank.
enum StoredRank: Equatable {
    /// A rank of this program.
    case own(MovieRank)
    /// A value that another program wrote, and that a comparison with a rank may find to be greater: bytes, or an array,
    /// which may have such.
    case foreign(BSONValue)

    /// The rank of a document; nil where it has none that may be greater than one of this program.
    init?(_ document: BSONDocument) {
        guard let element = document.element("rank") else { return nil }
        if let rank = (element.binary?.bytes).flatMap(StoredMovie.rank) {
            self = .own(rank)
        } else if element.type == .binary || element.type == .array {
            self = .foreign(.value(element.type, [UInt8](element.value)))
        } else {
            return nil
        }
    }

    /// The rank, if it is one of this program.
    var own: MovieRank? { if case .own(let rank) = self { rank } else { nil } }
}

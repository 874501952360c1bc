import Domain

/// A cache of the movie columns that facts copy (`MovieEnrichment`).
///
/// It has a fixed number of places, so that it does not grow with the number of movies: when it is nearly full, it is
/// emptied. All movies of a batch that are not in the cache are asked for in one call of the warehouse.
///
///     var cache = EnrichmentCache()
///     try cache.enrich(batch, from: warehouse)
///     cache.removeAll()  // A movie changed.
struct EnrichmentCache {
    private enum State: UInt8 {
        case empty
        /// Asked for; the answer has not come yet.
        case asked
        /// The warehouse has the movie.
        case known
        /// The warehouse does not have it.
        case unknown
    }

    private struct Place {
        var movieID: Int64 = 0
        var genreID: Int64 = 0
        var releaseDay = Int32.min
        var releaseYear: Int16 = 0
        var state = State.empty
    }

    private var places: ContiguousArray<Place>
    private let mask: Int
    private let shift: UInt64
    /// The most places that are used. Some stay empty, so that the search for a movie ends.
    private let most: Int
    private var count = 0
    /// The movies to ask the warehouse for, and the rows of the batch that wait for them.
    private var asked: [Int64] = []
    private var waiting: [Int32] = []

    /// A cache without movies.
    ///
    /// - Parameter bits: the binary logarithm of the number of places; tests use a small one.
    init(bits: Int = 18) {
        places = ContiguousArray(repeating: Place(), count: 1 << bits)
        mask = (1 << bits) - 1
        shift = UInt64(64 - bits)
        most = (1 << bits) / 8 * 7
    }

    /// Empties the cache.
    mutating func removeAll() {
        if count == 0 { return }
        for index in places.indices { places[index] = Place() }
        count = 0
    }

    /// Sets the enrichment columns of all rows of a batch.
    ///
    /// - Throws: the error of the warehouse.
    mutating func enrich(_ batch: EventBatch, from warehouse: any Warehouse) throws {
        var first = 0
        while first < batch.rowCount {
            let end = enrichKnown(batch, from: first)
            try ask(warehouse)
            for index in waiting {
                let row = batch.rows + Int(index)
                fill(row, from: places[place(of: row.pointee.movieID)])
            }
            waiting.removeAll(keepingCapacity: true)
            // The cache is full: the rest of the batch uses an empty one.
            if end < batch.rowCount { removeAll() }
            first = end
        }
    }

    /// Enriches the rows whose movies are in the cache, and collects the other movies and rows, until the cache is
    /// full.
    ///
    /// - Returns: the index of the first row that was not processed.
    private mutating func enrichKnown(_ batch: EventBatch, from first: Int) -> Int {
        for index in first..<batch.rowCount {
            let row = batch.rows + index
            let movie = row.pointee.movieID
            if movie == 0 { continue }
            let place = place(of: movie)
            switch places[place].state {
            case .known, .unknown: fill(row, from: places[place])
            case .asked: waiting.append(Int32(index))
            case .empty:
                if count == most { return index }
                count += 1
                places[place].movieID = movie
                places[place].state = .asked
                asked.append(movie)
                waiting.append(Int32(index))
            }
        }
        return batch.rowCount
    }

    /// Asks the warehouse for the collected movies.
    private mutating func ask(_ warehouse: any Warehouse) throws {
        if asked.isEmpty { return }
        let movies = asked
        asked.removeAll(keepingCapacity: true)
        let answers: [MovieEnrichment]
        do { answers = try warehouse.enrichments(ofMovies: movies) } catch {
            // Places without an answer must not stay in the cache.
            removeAll()
            waiting = []
            throw error
        }
        for movie in movies { places[place(of: movie)].state = .unknown }
        for answer in answers {
            let place = place(of: answer.movieID)
            places[place].genreID = answer.primaryGenreID ?? 0
            places[place].releaseDay = answer.releaseDay ?? Int32.min
            places[place].releaseYear = Int16(truncatingIfNeeded: answer.releaseYear ?? 0)
            places[place].state = .known
        }
    }

    /// The index of a movie's place, or of the empty place where it has to be added.
    @inline(__always)
    private func place(of movie: Int64) -> Int {
        var place = Int(truncatingIfNeeded: (UInt64(bitPattern: movie) &* 0x9e37_79b9_7f4a_7c15) >> shift)
        while places[place].state != .empty, places[place].movieID != movie { place = (place + 1) & mask }
        return place
    }

    @inline(__always)
    private func fill(_ row: UnsafeMutablePointer<EventRow>, from place: Place) {
        row.pointee.genreID = place.genreID
        row.pointee.releaseDay = place.releaseDay
        row.pointee.releaseYear = place.releaseYear
        row.pointee.isMovieKnown = place.state == .known
    }
}

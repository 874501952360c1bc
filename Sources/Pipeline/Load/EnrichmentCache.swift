import Domain

/// A cache of the movie columns that facts copy (`MovieEnrichment`).
///
/// It has a fixed number of places, so that it does not grow with the number of movies: when it is nearly full, it is
/// emptied. All movies of some batches that are not in the cache are asked for in one call of the warehouse.
///
///     var cache = EnrichmentCache()
///     try cache.enrich(batches, from: warehouse)
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

    /// A row of some batches.
    private struct Position {
        var batch = 0
        var row = 0
    }

    private var places: ContiguousArray<Place>
    private let mask: Int
    private let shift: UInt64
    /// The most places that are used. Some stay empty, so that the search for a movie ends.
    private let most: Int
    private var count = 0
    /// The movies to ask the warehouse for, and the rows that wait for them.
    private var asked: [Int64] = []
    private var waiting: [Position] = []

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

    /// Sets the enrichment columns of all rows of some batches.
    ///
    /// - Throws: the error of the warehouse.
    mutating func enrich(_ batches: [EventBatch], from warehouse: any Warehouse) throws {
        var first = Position()
        while first.batch < batches.count {
            let end = enrichKnown(batches, from: first)
            try ask(warehouse)
            for position in waiting {
                let row = batches[position.batch].rows + position.row
                fill(row, from: places[place(of: row.pointee.movieID)])
            }
            waiting.removeAll(keepingCapacity: true)
            // The cache is full: the other rows use an empty one.
            if end.batch < batches.count { removeAll() }
            first = end
        }
    }

    /// Enriches the rows whose movies are in the cache, and collects the other movies and rows, until the cache is
    /// full.
    ///
    /// - Returns: the first row that was not processed; it is past the last batch when there is none.
    private mutating func enrichKnown(_ batches: [EventBatch], from first: Position) -> Position {
        var position = first
        while position.batch < batches.count {
            let batch = batches[position.batch]
            while position.row < batch.rowCount {
                let row = batch.rows + position.row
                let movie = row.pointee.movieID
                if movie != 0 {
                    let place = place(of: movie)
                    switch places[place].state {
                    case .known, .unknown: fill(row, from: places[place])
                    case .asked: waiting.append(position)
                    case .empty:
                        if count == most { return position }
                        count += 1
                        places[place].movieID = movie
                        places[place].state = .asked
                        asked.append(movie)
                        waiting.append(position)
                    }
                }
                position.row += 1
            }
            position = Position(batch: position.batch + 1)
        }
        return position
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

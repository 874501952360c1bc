import Domain

/// What facts carry of their movies, for the movies that were asked for last.
///
/// It has a fixed number of places, so that it does not grow with the catalogue: when they are nearly all taken, it
/// forgets what it knows. The movies of a batch that it does not know are asked for at once.
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
    /// How many places may be taken: a batch more has to fit.
    private let most: Int
    private var count = 0
    /// The movies that are asked for, and the rows of the batch that wait for the answer.
    private var asked: [Int64] = []
    private var waiting: [Int32] = []

    /// A cache without movies.
    ///
    /// - Parameter bits: it has 2 to the power of this many places; a test has few.
    init(bits: Int = 18) {
        places = ContiguousArray(repeating: Place(), count: 1 << bits)
        mask = (1 << bits) - 1
        shift = UInt64(64 - bits)
        most = (1 << bits) / 8 * 7
    }

    /// Forgets all movies.
    mutating func removeAll() {
        if count == 0 { return }
        for index in places.indices { places[index] = Place() }
        count = 0
    }

    /// Fills in what rows carry of their movies.
    ///
    /// - Throws: what the warehouse throws.
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
            // The places are nearly all taken: the rest of the batch begins anew.
            if end < batch.rowCount { removeAll() }
            first = end
        }
    }

    /// Fills in the rows whose movies are known, and notes the others, up to where there is no place left.
    ///
    /// - Returns: the first row that was not looked at.
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

    /// Asks for the movies that are noted.
    private mutating func ask(_ warehouse: any Warehouse) throws {
        if asked.isEmpty { return }
        let movies = asked
        asked.removeAll(keepingCapacity: true)
        let answers: [MovieEnrichment]
        do { answers = try warehouse.enrichments(ofMovies: movies) } catch {
            // Nothing that is noted may be mistaken for an answer.
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

    /// The place of a movie, or the empty one where it belongs. There is always an empty one.
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

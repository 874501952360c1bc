import Domain

/// What facts carry of their movies, for the movies that were asked for last; a fixed number of places, so that it does
/// not grow with the catalogue. Good as long as no movie changes.
struct EnrichmentCache {
    private struct Place {
        var movieID: Int64 = 0
        var genreID: Int64 = 0
        var releaseDay = Int32.min
        var releaseYear: Int16 = 0
        var isKnown = false
    }

    private var places = ContiguousArray(repeating: Place(), count: 1 << 16)

    /// Fills in what rows carry of their movies.
    mutating func enrich(_ batch: EventBatch, from warehouse: any Warehouse) throws {
        for index in 0..<batch.rowCount {
            let row = batch.rows + index
            let movie = row.pointee.movieID
            if movie == 0 { continue }
            let slot = Int(truncatingIfNeeded: (UInt64(bitPattern: movie) &* 0x9e37_79b9_7f4a_7c15) >> 48)
            if places[slot].movieID != movie { places[slot] = try look(up: movie, in: warehouse) }
            row.pointee.genreID = places[slot].genreID
            row.pointee.releaseDay = places[slot].releaseDay
            row.pointee.releaseYear = places[slot].releaseYear
            row.pointee.isMovieKnown = places[slot].isKnown
        }
    }

    private func look(up movie: Int64, in warehouse: any Warehouse) throws -> Place {
        var place = Place(movieID: movie)
        if let enrichment = try warehouse.enrichment(ofMovie: movie) {
            place.genreID = enrichment.primaryGenreID ?? 0
            if let day = enrichment.releaseDay {
                place.releaseDay = day
                place.releaseYear = Int16(truncatingIfNeeded: CivilDate.date(ofDay: day).year)
            }
            place.isKnown = true
        }
        return place
    }
}

import Domain

/// The rows of `genre_daily` of stale days: `movie_daily` summed by genre. In Swift, since SQLite would sort wide rows,
/// several for each row of `movie_daily`, where a few sums a day are enough.
struct GenreDailySums {
    /// The summed rows.
    let rows = MergeTable(MartTables.genreDaily)

    /// Sums up the days in `load_stale_day`.
    init(_ connection: Connection) throws {
        let genres = try MovieGenres(connection)
        let measures = MartTables.measureNames
        let daily = try connection.prepare(
            """
            SELECT day, movie_id, \(measures.joined(separator: ", ")) FROM movie_daily
            WHERE day IN (SELECT day FROM load_stale_day)
            """)
        let scratch = rows.scratch
        let noText = UnsafeRawPointer(scratch.cells)
        scratch.cells[0] = 0
        while try daily.step() {
            guard let day = CivilDate.parse(daily.bytes(0)) else { continue }
            scratch.cells[1] = UInt64(bitPattern: Int64(day))
            for index in measures.indices { scratch.cells[3 + index] = UInt64(bitPattern: daily.integer(2 + index)) }
            for genre in genres[daily.integer(1)] {
                scratch.cells[2] = UInt64(bitPattern: genre)
                rows.merge(text: noText)
            }
        }
    }
}

/// The genres of all movies, in 16 bytes a pair.
private struct MovieGenres {
    private var movies: ContiguousArray<Int64> = []
    private var genres: ContiguousArray<Int64> = []

    init(_ connection: Connection) throws {
        let pairs = try connection.prepare("SELECT movie_id, genre_id FROM movie_genres ORDER BY movie_id, genre_id")
        while try pairs.step() {
            movies.append(pairs.integer(0))
            genres.append(pairs.integer(1))
        }
    }

    /// The genres of a movie.
    subscript(movie: Int64) -> Slice<ContiguousArray<Int64>> {
        var low = 0
        var high = movies.count
        while low < high {
            let middle = (low + high) / 2
            if movies[middle] < movie { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < movies.count, movies[end] == movie { end += 1 }
        return Slice(base: genres, bounds: low..<end)
    }
}

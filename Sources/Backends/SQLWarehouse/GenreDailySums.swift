import Domain

/// Computes the rows of `genre_daily` for stale days, by summing `movie_daily` by genre. A database that groups by
/// hashing does it in SQL (`MartStatements.addGenreDays`); for others it is done in Swift, because they would sort several
/// wide rows for each row of `movie_daily`, where a few sums a day are enough.
struct GenreDailySums {
    /// The computed rows.
    let rows = MergeTable(MartTables.genreDaily)

    /// Sums the days in `load_stale_day`.
    init(_ database: any SQLDatabase) throws {
        let genres = try MovieGenres(database)
        let measures = MartTables.measureNames
        let table = MartTables.movieDaily
        // The query gives the table's columns in their order, which ends with the measures.
        let (dayColumn, movieColumn) = (table.index(of: "day"), table.index(of: "movie_id"))
        let firstMeasure = table.columns.count - measures.count
        let dialect = database.dialect
        let daily = try database.query(
            """
            SELECT \(table.columns.map(\.name).joined(separator: ", ")) FROM \(dialect.table(table))
            WHERE day IN (SELECT day FROM \(dialect.table("load_stale_day"))) ORDER BY day, movie_id
            """, [])
        var sums = DaySums(genres: genres.numbers, measures: measures.count)
        var day: Int32?
        var place = 0
        while try daily.next() {
            guard let rowDay = daily.date(dayColumn) else { continue }
            if rowDay != day {
                if let day { sums.move(to: rows, day: day) }
                day = rowDay
                place = 0
            }
            let movie = daily.integer(movieColumn)
            place = genres.place(of: movie, from: place)
            while place < genres.pairs.count, genres.pairs[place].movie == movie {
                sums.add(daily, firstColumn: firstMeasure, to: genres.pairs[place].genre)
                place += 1
            }
        }
        if let day { sums.move(to: rows, day: day) }
    }
}

/// The sums of one day: the measures of each genre.
private struct DaySums {
    private let genres: ContiguousArray<Int64>
    private let measures: Int
    private var sums: ContiguousArray<Int64>
    private var isThere: ContiguousArray<Bool>

    init(genres: ContiguousArray<Int64>, measures: Int) {
        self.genres = genres
        self.measures = measures
        sums = ContiguousArray(repeating: 0, count: genres.count * measures)
        isThere = ContiguousArray(repeating: false, count: genres.count)
    }

    mutating func add(_ row: any SQLRows, firstColumn: Int, to genre: Int) {
        isThere[genre] = true
        for index in 0..<measures { sums[genre * measures + index] &+= row.integer(firstColumn + index) }
    }

    /// Moves the sums to the rows, and starts again from zero.
    mutating func move(to rows: MergeTable, day: Int32) {
        let (scratch, table) = (rows.scratch, rows.table)
        let (dayColumn, genreColumn) = (table.index(of: "day"), table.index(of: "genre_id"))
        let columns = MartTables.measureNames.map(table.index)
        for genre in genres.indices where isThere[genre] {
            scratch.set(Int64(day), column: dayColumn, cell: table.cells[dayColumn])
            scratch.set(genres[genre], column: genreColumn, cell: table.cells[genreColumn])
            for (index, column) in columns.enumerated() {
                scratch.set(sums[genre * measures + index], column: column, cell: table.cells[column])
            }
            rows.merge(text: UnsafeRawPointer(scratch.cells))
            isThere[genre] = false
        }
        for index in sums.indices { sums[index] = 0 }
    }
}

/// The genres of all movies, in 16 bytes for each pair of movie and genre.
private struct MovieGenres {
    /// All pairs, sorted by movie; `genre` is an index into `numbers`.
    private(set) var pairs: ContiguousArray<(movie: Int64, genre: Int)> = []
    /// The ids of the genres.
    private(set) var numbers: ContiguousArray<Int64> = []

    init(_ database: any SQLDatabase) throws {
        var places: [Int64: Int] = [:]
        let columns = ["movie_id", "genre_id"]
        let (movieColumn, genreColumn) = (columns.startIndex, columns.startIndex + 1)
        let pairs = try database.query(
            "SELECT \(columns.joined(separator: ", ")) FROM \(database.dialect.table("movie_genres")) ORDER BY movie_id",
            [])
        while try pairs.next() {
            let number = pairs.integer(genreColumn)
            let place = places[number] ?? numbers.count
            if place == numbers.count {
                places[number] = place
                numbers.append(number)
            }
            self.pairs.append((pairs.integer(movieColumn), place))
        }
    }

    /// The index, from `start` on, of the first pair of a movie; if it has no genre, that of the next movie.
    func place(of movie: Int64, from start: Int) -> Int {
        var place = start
        while place < pairs.count, pairs[place].movie < movie { place += 1 }
        return place
    }
}

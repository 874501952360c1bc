import JSON

/// A column's place in a packed row.
struct ColumnPlace {
    let column: Int
    let cell: Int

    init(_ name: String, _ table: Table) {
        column = table.index(of: name)
        cell = table.cells[column]
    }
}

/// Fills one new row of a set; of no use after the set's next row.
struct RowWriter {
    let rows: RowSet
    let row: PackedRow

    init(_ rows: RowSet) {
        self.rows = rows
        self.row = rows.append()
    }

    func set(_ place: ColumnPlace, _ value: Int64?) {
        if let value { row.set(value, column: place.column, cell: place.cell) }
    }

    func set(_ place: ColumnPlace, day: Int32?) { set(place, day.map(Int64.init)) }

    func set(_ place: ColumnPlace, _ value: Bool?) { set(place, value.map { $0 ? Int64(1) : 0 }) }

    func set(_ place: ColumnPlace, _ value: Double?) {
        if let value { row.set(value, column: place.column, cell: place.cell) }
    }

    func set(_ place: ColumnPlace, _ text: UnsafeRawBufferPointer?) {
        guard let text else { return }
        row.set(ScalarRules.append(text, to: rows.text), column: place.column, cell: place.cell)
    }

    func set(_ place: ColumnPlace, _ code: LetterCode) {
        withUnsafeBytes(of: (code.first, code.second)) { rows.setText($0, column: place.column, of: row) }
    }

    func set(_ place: ColumnPlace, blob: [UInt8]) {
        blob.withUnsafeBytes { rows.setText($0, column: place.column, of: row) }
    }
}

/// The tables of `MovieTables.owned` by their place in it.
enum OwnedTable: Int, CaseIterable {
    case movies, genres, productionCompanies, productionCountries, spokenLanguages, trailers, releaseCalendar, cast
    case crew, keywords

    var table: Table { MovieTables.owned[rawValue] }
}

/// The tables of `MovieTables.shared` by their place in it.
enum SharedTable: Int, CaseIterable {
    case collections, genres, productionCompanies, productionCountries, spokenLanguages, people, keywords

    var table: Table { MovieTables.shared[rawValue] }
}

/// One document on its way into a batch: where its rows go, and what cleaning it cost.
struct DocumentRows {
    let batch: MovieBatch
    let movieID: Int64
    let snapshotDay: Int32
    /// Warnings so far.
    var warnings = 0
    private let starts: [Int]

    /// A document without rows yet.
    init(batch: MovieBatch, movieID: Int64, snapshotDay: Int32) {
        self.batch = batch
        self.movieID = movieID
        self.snapshotDay = snapshotDay
        self.starts = batch.owned.map(\.count)
    }

    /// A value without the reason why there is none, which is counted when it is one to warn of.
    mutating func take<Value>(_ cleaned: Cleaned<Value>) -> Value? {
        switch cleaned {
        case .value(let value): return value
        case .nothing: return nil
        case .dropped:
            warnings += 1
            return nil
        }
    }

    /// A new row of a table that the document owns.
    func owned(_ table: OwnedTable) -> RowWriter { RowWriter(batch.owned[table.rawValue]) }

    /// A new row of a table of shared things.
    func shared(_ table: SharedTable) -> RowWriter { RowWriter(batch.shared[table.rawValue]) }

    /// How many rows of an owned table the document has: the position of the next.
    func count(_ table: OwnedTable) -> Int64 { Int64(batch.owned[table.rawValue].count - starts[table.rawValue]) }

    /// The document's rows of each owned table.
    var ranges: [Range<Int>] { zip(starts, batch.owned).map { $0..<$1.count } }
}

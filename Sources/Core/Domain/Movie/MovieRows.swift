import JSON

/// Fills one new row of a set. Used until the next row is added.
struct PackedRowWriter {
    let rows: RowSet
    let row: PackedRow

    init(_ rows: RowSet) {
        self.rows = rows
        self.row = rows.append()
    }

    func set(_ place: ColumnPlace, _ value: Int64?) {
        if let value { row.set(place, value) }
    }

    func set(_ place: ColumnPlace, day: Int32?) { set(place, day.map(Int64.init)) }

    func set(_ place: ColumnPlace, _ value: Bool?) { set(place, value.map { $0 ? Int64(1) : 0 }) }

    func set(_ place: ColumnPlace, _ value: Double?) {
        if let value { row.set(place, value) }
    }

    func set(_ place: ColumnPlace, _ text: UnsafeRawBufferPointer?) {
        guard let text else { return }
        row.set(place, ScalarRules.append(text, to: rows.text))
    }

    func set(_ place: ColumnPlace, _ code: LetterCode) {
        withUnsafeBytes(of: (code.first, code.second)) { rows.setText($0, column: place.column, of: row) }
    }

    func set(_ place: ColumnPlace, blob: [UInt8]) {
        blob.withUnsafeBytes { rows.setText($0, column: place.column, of: row) }
    }
}

/// The tables of `MovieTables.owned`; the raw value is the index there.
enum OwnedTable: Int, CaseIterable {
    case movies, genres, productionCompanies, productionCountries, spokenLanguages, trailers, releaseCalendar, cast
    case crew, keywords

    var table: Table { MovieTables.owned[rawValue] }
}

/// The tables of `MovieTables.shared`; the raw value is the index there.
enum SharedTable: Int, CaseIterable {
    case collections, genres, productionCompanies, productionCountries, spokenLanguages, people, keywords

    var table: Table { MovieTables.shared[rawValue] }
}

/// Adds one document to a batch: its rows, and the warnings about it.
struct DocumentRows {
    let batch: MovieBatch
    /// The index of its line in the chunk's lines.
    let line: Int
    let movieID: Int64
    let snapshotDay: Int32
    private let starts: [Int]
    private let sharedStarts: [Int]

    /// Begins a document, which has no rows yet.
    init(batch: MovieBatch, line: Int, movieID: Int64, snapshotDay: Int32) {
        self.batch = batch
        self.line = line
        self.movieID = movieID
        self.snapshotDay = snapshotDay
        self.starts = batch.owned.map(\.count)
        self.sharedStarts = batch.shared.map(\.count)
    }

    /// Cleans a member of an object by a rule of `MovieFields`, and counts a warning if the value is dropped.
    ///
    ///     rows.clean(MovieFields.text, .tagline, of: document)
    @inline(__always)
    func clean<Value>(
        _ rule: (JSONValue?) -> Cleaned<Value>, _ key: MovieKey, of object: JSONValue, in part: MoviePart = .document
    ) -> Value? {
        let found = object[key]
        switch rule(found) {
        case .value(let value): return value
        case .nothing: return nil
        case .dropped:
            warn(of: key, found, in: part)
            return nil
        }
    }

    /// The list in an appended block of the document, such as `results` in `videos`.
    func cleanList(_ key: MovieKey, ofBlock block: MovieKey, of document: JSONValue) -> JSONElements? {
        clean({ MovieFields.list(key, ofBlock: $0) }, block, of: document)
    }

    /// Counts a warning about a field.
    func warn(of key: MovieKey, _ found: JSONValue?, in part: MoviePart) {
        batch.warningTally.add(WarningReason(.movieField(key, part)), line: line) { part.words(for: found, of: key) }
    }

    /// Counts a warning about an entry that is dropped.
    func drop(_ entry: JSONValue, from part: MoviePart) {
        batch.warningTally.add(WarningReason(.movieEntry(part)), line: line) { part.words(forEntry: entry) }
    }

    /// Adds a row to a table of `MovieTables.owned`.
    func owned(_ table: OwnedTable) -> PackedRowWriter { PackedRowWriter(batch.owned[table.rawValue]) }

    /// Adds a row to a table of `MovieTables.shared`.
    func shared(_ table: SharedTable) -> PackedRowWriter { PackedRowWriter(batch.shared[table.rawValue]) }

    /// How many rows of an owned table the document has so far, which is the position of the next one.
    func count(_ table: OwnedTable) -> Int64 { Int64(batch.owned[table.rawValue].count - starts[table.rawValue]) }

    /// The document's rows of each owned table.
    var ranges: [Range<Int>] { zip(starts, batch.owned).map { $0..<$1.count } }

    /// The document's rows of each shared table.
    var sharedRanges: [Range<Int>] { zip(sharedStarts, batch.shared).map { $0..<$1.count } }
}

import Domain

/// Why a database did not take some rows.
public struct Refusal {
    /// The database's words, for the quarantine.
    public var words: String
    /// The error.
    public var error: any ReportedError

    /// A refusal.
    public init(words: String, error: any ReportedError) {
        self.words = words
        self.error = error
    }
}

/// Writes rows so that those that the database refuses do not keep the others out.
///
/// All rows are tried at once, as a rule the only attempt. Where they are refused, the database is asked to write them
/// without the refused ones. A database that has no way to do so is given the halves one after the other, and so on down to
/// single rows: one refused row among n costs 2·log2(n) attempts, in which each row is written about twice.
struct RefusedRowSearch {
    /// After so many refused rows the search ends; the others are found when the rows are loaded again.
    static let limit = 10_000

    /// Tries to write a range of rows. Returns nil when they are written; when they are refused, none of them is.
    let attempt: (Range<Int>) throws -> Refusal?
    /// Writes all rows but the refused ones in the database, and returns those in order; nil where that cannot be done.
    /// It is given the first refusal.
    let writeAccepted: (Refusal) throws -> [(row: Int, refusal: Refusal)]?
    /// The refused rows, in order.
    private(set) var refused: [(row: Int, refusal: Refusal)] = []

    init(
        _ attempt: @escaping (Range<Int>) throws -> Refusal?,
        writeAccepted: @escaping (Refusal) throws -> [(row: Int, refusal: Refusal)]? = { _ in nil }
    ) {
        self.attempt = attempt
        self.writeAccepted = writeAccepted
    }

    /// Writes `count` rows, and notes the refused ones.
    mutating func write(_ count: Int) throws {
        guard count > 0, let refusal = try attempt(0..<count) else { return }
        if count > 1, let found = try writeAccepted(refusal) {
            refused = found
        } else {
            try divide(0..<count, refusal)
        }
    }

    private mutating func write(_ rows: Range<Int>) throws {
        guard !rows.isEmpty, refused.count < Self.limit, let refusal = try attempt(rows) else { return }
        try divide(rows, refusal)
    }

    private mutating func divide(_ rows: Range<Int>, _ refusal: Refusal) throws {
        if rows.count == 1 { return refused.append((rows.lowerBound, refusal)) }
        let middle = rows.lowerBound + rows.count / 2
        try write(rows.lowerBound..<middle)
        try write(middle..<rows.upperBound)
    }
}

extension SQLWarehouse {
    /// Writes rows by `body`, and finds the refused ones.
    ///
    /// - Parameters:
    ///   - writeAccepted: writes all rows but the refused ones in the database; see `RefusedRowSearch`.
    ///   - note: adds what is refused to the error.
    func write(
        _ count: Int, _ body: (Range<Int>) throws -> Void,
        writeAccepted: (Refusal) throws -> [(row: Int, refusal: Refusal)]? = { _ in nil },
        note: (Int, Refusal, inout RefusedRows) -> Void
    ) throws -> RefusedRows? {
        try withoutActuallyEscaping(body) { body in
            try withoutActuallyEscaping(writeAccepted) { writeAccepted in
                var search = RefusedRowSearch(
                    { rows in try self.session.attempt { try body(rows) } }, writeAccepted: writeAccepted)
                try search.write(count)
                guard let first = search.refused.first else { return nil }
                var found = RefusedRows(cause: first.refusal.error)
                for (row, refusal) in search.refused { note(row, refusal, &found) }
                return found
            }
        }
    }

    /// Merges rows into their table by the rules of its declaration; see `Warehouse`.
    public func merge(_ rows: MergeTable) throws {
        let order = rows.orderByKey()
        let inRows = try write(order.count) { range in
            try self.merge(rows.rows, Array(order[range]))
        } writeAccepted: { refusal in
            try self.mergeAccepted(rows.rows, order, keysDiffer: true, after: refusal)
        } note: { row, _, found in
            let key = RowKey(rows.rows[Int(order[row])], of: rows.table, text: rows.rows.text.base)
            found.keys[rows.table.name, default: []].insert(key)
        }
        guard let apart = rows.apart else {
            if let inRows { throw inRows }
            return
        }
        let inOrder = apart.order
        let inApart = try write(inOrder.count) { range in
            let merged = apart.merged(inOrder[range])
            try self.merge(merged.rows, merged.orderByKey())
        } writeAccepted: { refusal in
            try self.mergeAccepted(apart.rows, inOrder, keysDiffer: false, after: refusal)
        } note: { row, refusal, found in
            found.lines[apart.origins[Int(inOrder[row])]] = refusal.words
        }
        guard var found = inRows ?? inApart else { return }
        found.lines = inApart?.lines ?? [:]
        throw found
    }

    /// Replaces all rows of the documents' movies; see `Warehouse`. There must be one document a movie.
    public func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws {
        let refused = try write(documents.count) { range in
            try self.replace(Array(documents[range]), of: batch)
        } note: { row, refusal, found in
            found.lines[RowOrigin(documents[row])] = refusal.words
        }
        if let refused { throw refused }
    }
}

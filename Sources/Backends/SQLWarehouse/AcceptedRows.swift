import Domain

/// Rows that are staged with their numbers, so that statements can write a part of them.
///
/// The database runs the statements on ranges of rows, each in a subtransaction of its own, and finds out in this way which
/// rows it refuses; see `SQLSession.writeAccepted(_:)`.
public struct AcceptedRows {
    /// The names of the variables that hold the numbers of the first and the last row of a range. The statements read them.
    public static let (first, last) = ("first_row", "last_row")

    /// The rows, with their numbers from 0 in the column `ordinal`.
    public let rows: RowSource
    /// The name and the columns under which the statements read them.
    public let table: StagedTable
    /// What writes a range.
    public let statements: [String]
    /// Whether ranges may have more than one row. They may where no two rows have the same key.
    public let keysDiffer: Bool
    /// After so many refused rows the rest may be left unwritten.
    public let limit = RefusedRowSearch.limit

    init(_ rows: RowSet, _ order: [UInt32], keysDiffer: Bool, statements: [String]) {
        self.rows = NumberedRows(PackedRows(rows, order: order))
        table = StagedTable.numbered(rows.table)
        self.statements = statements
        self.keysDiffer = keysDiffer
    }
}

/// Rows with their place in their source, from 0, as a last column.
final class NumberedRows: RowSource {
    static let column = RowColumn("ordinal", .integer)

    private let rows: RowSource
    private var ordinal = 0

    init(_ rows: RowSource) {
        self.rows = rows
        super.init(columns: rows.columns + [Self.column], count: rows.count)
    }

    override func move(to index: Int) {
        ordinal = index
        rows.move(to: index)
    }

    override func cell(_ column: Int) -> RowCell {
        column < rows.columns.count ? rows.cell(column) : .integer(Int64(ordinal))
    }
}

extension SQLWarehouse {
    /// Merges all rows but those that the database refuses, as `SQLSession.writeAccepted(_:)` does.
    ///
    /// Rows of which some were refused are rolled back in any case. So nothing is noted here of what they would change.
    ///
    /// - Parameter order: the indices of the rows.
    /// - Returns: the refused rows by their place in `order`; nil where the database has no such way.
    func mergeAccepted(
        _ rows: RowSet, _ order: [UInt32], keysDiffer: Bool, after first: Refusal
    ) throws -> [(row: Int, refusal: Refusal)]? {
        var dialect = session.dialect
        dialect.stagedCondition = "\(NumberedRows.column.name) BETWEEN \(AcceptedRows.first) AND \(AcceptedRows.last)"
        let statements = MergeStatements(rows.table, dialect, staged: .numbered(rows.table))
        let places = order.indices.map { $0 }
        let isWithdrawn = { (place: Int) in rows[Int(order[place])].isWithdrawn }
        var parts = [(places.filter { !isWithdrawn($0) }, [statements.upsertUnlessWithdrawn])]
        if let withdrawals = statements.withdrawals {
            parts[0].1.append(withdrawals.forgetBeatenByStaged)
            parts.insert(
                (
                    places.filter(isWithdrawn),
                    [withdrawals.remember, withdrawals.delete, withdrawals.forgetOfStaged]
                ), at: 0)
        }
        var found: [(row: Int, refusal: Refusal)] = []
        for (places, statements) in parts where !places.isEmpty {
            let part = AcceptedRows(rows, places.map { order[$0] }, keysDiffer: keysDiffer, statements: statements)
            guard let refused = try session.writeAccepted(part) else { return nil }
            found += refused.map { (places[$0.row], Refusal(words: $0.words, error: first.error)) }
        }
        return found.sorted { $0.row < $1.row }
    }
}

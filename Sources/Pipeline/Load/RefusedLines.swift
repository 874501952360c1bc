import Domain

/// The lines that the warehouse does not take, and the keys whose lines have to be merged apart to find such lines. It does
/// no I/O.
///
/// What is found in a transaction is collected until its rows are all written. Then the transaction is rolled back, and its
/// lines are read again without the refused ones.
///
///     try refused.collect { try warehouse.merge(ratings) }
///     try refused.check()                    // Throws what was collected.
///     guard refused.note(error) else { throw error }
///     // Roll back and read again; `refused.words(for: origin)` says which lines go to quarantine.
final class RefusedLines {
    /// With more lines and keys than this, those of earlier transactions are forgotten after a commit. Another line that
    /// is refused because of them is found like the first.
    private let limit: Int

    /// The keys whose rows are kept apart, by the names of their tables.
    private(set) var keys: [String: Set<RowKey>] = [:]
    private var lines: [RowOrigin: String] = [:]
    private var found: RefusedRows?

    init(limit: Int = 100_000) { self.limit = limit }

    /// Whether no line is refused.
    var isEmpty: Bool { lines.isEmpty }

    /// Why a line is refused; nil when it is not.
    func words(for origin: @autoclosure () -> RowOrigin) -> String? { lines.isEmpty ? nil : lines[origin()] }

    /// Performs a call of the warehouse, and keeps the rows that it refuses for `check`.
    func collect(_ call: () throws -> Void) throws {
        do { try call() } catch let refused as RefusedRows {
            guard var found else { return found = refused }
            found.lines.merge(refused.lines) { first, _ in first }
            found.keys.merge(refused.keys) { $0.union($1) }
            self.found = found
        }
    }

    /// Throws the rows that were collected, if there are any.
    func check() throws { if let found { throw found } }

    /// Notes refused rows for the next reading.
    ///
    /// - Returns: whether there are any that were not known before. If not, reading again would find the same.
    func note(_ refused: RefusedRows) -> Bool {
        let before = count
        lines.merge(refused.lines) { first, _ in first }
        keys.merge(refused.keys) { $0.union($1) }
        return count > before
    }

    /// The transaction is rolled back.
    func didRollBack() { found = nil }

    /// The transaction is committed.
    func didCommit() { if count > limit { (keys, lines) = ([:], [:]) } }

    private var count: Int { keys.values.reduce(lines.count) { $0 + $1.count } }
}

import Domain

/// The statements that merge staged rows into a stored table. They are generated from the table's declaration.
struct MergeStatements {
    /// Inserts staged rows, and merges those whose key is stored. It may be used only when no staged row is a
    /// withdrawal and no withdrawal is stored.
    let upsert: String
    /// The same, but leaves out staged rows that a stored withdrawal beats.
    let upsertUnlessWithdrawn: String
    /// A query that is true when a staged row is neither stored nor beaten by a stored row or withdrawal; nil where each
    /// staged row changes a row.
    let isLacking: String?
    /// The statements of a table whose entries can be withdrawn; nil for other tables.
    let withdrawals: Withdrawals?

    /// The statements about withdrawals.
    struct Withdrawals {
        /// Whether any withdrawal is stored.
        let areThere: String
        /// How many withdrawals are stored.
        let count: String
        /// Stores the staged rows that are withdrawals.
        let remember: String
        /// Deletes the rows of the table that are beaten by stored withdrawals with a staged key.
        let delete: String
        /// Deletes the withdrawals that are beaten by a row of the table, so that the stored withdrawals do not depend
        /// on the order of arrival.
        let forget: String
        /// The same, restricted to the keys of the staged rows.
        let forgetOfStaged: String
        /// Deletes the withdrawals that staged rows beat. After the upsert of rows that are no withdrawals this is the same,
        /// since an entry that is withdrawn has no row in the table.
        let forgetBeatenByStaged: String
    }

    /// Generates the statements.
    ///
    /// - Parameter staged: what the rows are staged as; nil for the table's own name.
    init(_ table: Table, _ dialect: SQLDialect, staged: StagedTable? = nil) {
        let staged = dialect.staged(staged ?? StagedTable(table))
        let writer = MergeWriter(table: table, dialect: dialect, staged: staged)
        upsert = writer.upsert(where: "TRUE")
        isLacking = writer.isLacking
        guard let remembered = table.withdrawals, case .greatest(let rank, _)? = table.merge.first else {
            upsertUnlessWithdrawn = upsert
            withdrawals = nil
            return
        }
        let (stored, kept) = (dialect.table(table), dialect.table(remembered))
        func sameKey(_ left: String, _ right: String) -> String {
            table.key.map { "\(left).\($0) = \(right).\($0)" }.joined(separator: " AND ")
        }
        func exists(_ source: String, _ alias: String, greaterThan other: String) -> String {
            "EXISTS (SELECT 1 FROM \(source) AS \(alias) WHERE \(sameKey(alias, other)) "
                + "AND \(writer.comparison(rank, alias, ">", other, nullsGreatest: false)))"
        }
        upsertUnlessWithdrawn = writer.upsert(where: "NOT " + exists(kept, "w", greaterThan: "new"))
        let key = table.key.joined(separator: ", ")
        let ofStaged = "(\(key)) IN (SELECT \(key) FROM \(staged) AS new) AND "
        let forget = exists(stored, "t", greaterThan: remembered.name)
        withdrawals = Withdrawals(
            areThere: "SELECT EXISTS (SELECT 1 FROM \(kept))", count: "SELECT count(*) FROM \(kept)",
            remember: MergeWriter(table: remembered, dialect: dialect, staged: staged).upsert(where: "TRUE"),
            delete: "DELETE FROM \(stored) WHERE " + ofStaged + exists(kept, "w", greaterThan: table.name),
            forget: "DELETE FROM \(kept) WHERE " + forget,
            forgetOfStaged: "DELETE FROM \(kept) WHERE " + ofStaged + forget,
            forgetBeatenByStaged: "DELETE FROM \(kept) WHERE "
                + exists(staged, "new", greaterThan: remembered.name))
    }
}

/// Generates the parts of a table's statements.
private struct MergeWriter {
    let table: Table
    let dialect: SQLDialect
    /// The relation of the staged rows.
    let staged: String

    func upsert(where condition: String) -> String {
        let names = table.columns.map(\.name).joined(separator: ", ")
        return "INSERT INTO \(dialect.table(table)) (\(names)) SELECT \(names) FROM \(staged) AS new "
            + "WHERE \(condition)" + conflictClause
    }

    /// See `MergeStatements.isLacking`.
    var isLacking: String? {
        guard table.merge.count == 1, case .greatest(let rank, _)? = table.merge.first else { return nil }
        func exists(_ source: String, _ condition: String) -> String {
            let sameKey = table.key.map { "other.\($0) = new.\($0)" }.joined(separator: " AND ")
            return "EXISTS (SELECT 1 FROM \(source) AS other WHERE \(sameKey) AND \(condition))"
        }
        let isBeaten = comparison(rank, "other", ">", "new", nullsGreatest: false)
        let beats = comparison(rank, "new", ">", "other", nullsGreatest: false)
        let conditions =
            [exists(dialect.table(table), "NOT \(beats)")]
            + (table.withdrawals.map { [exists(dialect.table($0), isBeaten)] } ?? [])
        return "SELECT EXISTS (SELECT 1 FROM \(dialect.staged(StagedTable(table))) AS new WHERE "
            + conditions.map { "NOT \($0)" }.joined(separator: " AND ") + ")"
    }

    private var conflictClause: String {
        guard !table.merge.isEmpty else { return "" }
        let target = " ON CONFLICT (\(table.key.joined(separator: ", "))) DO UPDATE SET "
        if table.merge.count == 1, let (condition, columns) = replacement(table.merge[0]) {
            let sets = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
            return target + sets + " WHERE \(condition)"
        }
        return target + table.merge.flatMap(assignments).joined(separator: ", ")
    }

    /// The columns that a rule takes from the new row as a whole, and the condition under which it does; nil for other
    /// rules.
    private func replacement(_ rule: MergeRule) -> (condition: String, columns: [String])? {
        switch rule {
        case .greatest(let rank, let carried):
            let condition = comparison(rank, "excluded", ">", table.name, nullsGreatest: false)
            return (condition, rank + carried.filter { !rank.contains($0) })
        case .least(let rank, let carried):
            let condition = comparison(rank, "excluded", "<", table.name, nullsGreatest: true)
            return (condition, rank + carried.filter { !rank.contains($0) })
        case .minimum, .maximum, .sum: return nil
        }
    }

    private func assignments(_ rule: MergeRule) -> [String] {
        if let (condition, columns) = replacement(rule) {
            return columns.map { "\($0) = CASE WHEN \(condition) THEN excluded.\($0) ELSE \(table.name).\($0) END" }
        }
        switch rule {
        case .minimum(let name): return ["\(name) = \(dialect.least)(\(table.name).\(name), excluded.\(name))"]
        case .maximum(let name): return ["\(name) = \(dialect.greatest)(\(table.name).\(name), excluded.\(name))"]
        case .sum(let names): return names.map { "\($0) = \(table.name).\($0) + excluded.\($0)" }
        case .greatest, .least: return []
        }
    }

    /// Compares ranks column by column, with nulls as the greatest or the least value.
    func comparison(
        _ rank: [String], _ left: String, _ sign: String, _ right: String, nullsGreatest: Bool
    ) -> String {
        let terms = { (side: String) in
            rank.flatMap { name -> [String] in
                let column = table.columns[table.index(of: name)]
                guard column.isNullable else { return ["\(side).\(name)"] }
                return [
                    "(\(side).\(name) IS \(nullsGreatest ? "" : "NOT ")NULL)",
                    "coalesce(\(side).\(name), \(dialect.placeholder(column.type)))",
                ]
            }
        }
        return dialect.comparison(terms(left), sign, terms(right))
    }
}

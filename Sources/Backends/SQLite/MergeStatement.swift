import Domain

/// The statements that merge the rows of a `PackedRows` table into the stored one, written from the declaration.
struct MergeStatement {
    let table: Table

    /// What `PackedRows` is registered as.
    static func sourceName(of table: Table) -> String { "new_\(table.name)" }

    /// The table that gives the rows: of the connection's own, so that nothing in the file can stand in for it.
    static func source(of table: Table) -> String { "temp.\(sourceName(of: table))" }

    /// Inserts rows that withdraw nothing, and merges those whose key is there.
    ///
    /// - Parameter isWithdrawnBefore: whether an entry of theirs may have been withdrawn before they came.
    func upsert(isWithdrawnBefore: Bool) -> String {
        let names = table.columns.map(\.name).joined(separator: ", ")
        let source = MergeStatement.source(of: table)
        let select = "INSERT INTO main.\(table.name) (\(names)) SELECT \(names) FROM \(source) AS new WHERE "
        let condition = isWithdrawnBefore ? withdrawalCondition : nil
        return select + (condition ?? "true") + conflictClause
    }

    /// Remembers rows that are withdrawals; nil when the table has none.
    var rememberWithdrawals: String? {
        guard let withdrawals = table.withdrawals else { return nil }
        let names = withdrawals.columns.map(\.name).joined(separator: ", ")
        return
            "INSERT INTO main.\(withdrawals.name) (\(names)) SELECT \(names) FROM \(MergeStatement.source(of: table)) "
            + "WHERE true" + MergeStatement(table: withdrawals).conflictClause
    }

    /// Deletes the stored rows that the rows beat, which are withdrawals and remembered; nil when the table has none.
    var deleteWithdrawn: String? {
        guard let withdrawals = table.withdrawals, case .greatest(let rank, _)? = table.merge.first else { return nil }
        let keyNames = table.key.joined(separator: ", ")
        let keys = table.key.map { "w.\($0) = \(table.name).\($0)" }.joined(separator: " AND ")
        let greater = comparison(rank, "w", ">", table.name, nullsGreatest: false)
        return "DELETE FROM main.\(table.name) WHERE (\(keyNames)) IN (SELECT \(keyNames) FROM "
            + "\(MergeStatement.source(of: table))) AND EXISTS "
            + "(SELECT 1 FROM main.\(withdrawals.name) AS w WHERE \(keys) AND \(greater))"
    }

    /// Forgets the withdrawals that a stored row beats, so that what is remembered does not depend on which of the two
    /// came first; nil when the table has none.
    func forgetWithdrawals(ofRowsAlone: Bool) -> String? {
        guard let withdrawals = table.withdrawals, case .greatest(let rank, _)? = table.merge.first else { return nil }
        let keyNames = table.key.joined(separator: ", ")
        let keys = table.key.map { "t.\($0) = \(withdrawals.name).\($0)" }.joined(separator: " AND ")
        let greater = comparison(rank, "t", ">", withdrawals.name, nullsGreatest: false)
        let ofRows = "(\(keyNames)) IN (SELECT \(keyNames) FROM \(MergeStatement.source(of: table))) AND "
        return "DELETE FROM main.\(withdrawals.name) WHERE " + (ofRowsAlone ? ofRows : "")
            + "EXISTS (SELECT 1 FROM main.\(table.name) AS t WHERE \(keys) AND \(greater))"
    }

    /// True of a row that no withdrawal beats.
    private var withdrawalCondition: String? {
        guard let withdrawals = table.withdrawals, case .greatest(let rank, _)? = table.merge.first else { return nil }
        let keys = table.key.map { "w.\($0) = new.\($0)" }.joined(separator: " AND ")
        let greater = comparison(rank, "w", ">", "new", nullsGreatest: false)
        return "NOT EXISTS (SELECT 1 FROM main.\(withdrawals.name) AS w WHERE \(keys) AND \(greater))"
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

    /// The condition under which a rule takes the new row's columns, and these; nil for what is no replacement.
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
        case .minimum(let name): return ["\(name) = min(\(table.name).\(name), excluded.\(name))"]
        case .maximum(let name): return ["\(name) = max(\(table.name).\(name), excluded.\(name))"]
        case .sum(let names): return names.map { "\($0) = \(table.name).\($0) + excluded.\($0)" }
        case .greatest, .least: return []
        }
    }

    /// Compares ranks column by column, with nulls at one end.
    private func comparison(
        _ rank: [String], _ left: String, _ sign: String, _ right: String, nullsGreatest: Bool
    ) -> String {
        let terms = { (side: String) in
            rank.flatMap { name -> [String] in
                let column = table.columns[table.index(of: name)]
                guard column.isNullable else { return ["\(side).\(name)"] }
                let isNull = "\(side).\(name) IS \(nullsGreatest ? "" : "NOT ")NULL"
                return [isNull, "coalesce(\(side).\(name), \(MergeStatement.placeholder(column.type)))"]
            }.joined(separator: ", ")
        }
        return "(\(terms(left))) \(sign) (\(terms(right)))"
    }

    /// A value of a type, for the place of a null that the term before it has decided on.
    private static func placeholder(_ type: ColumnType) -> String {
        switch type {
        case .integer, .real, .boolean, .timestamp: "0"
        case .text, .date: "''"
        case .uuid, .blob: "x''"
        }
    }
}

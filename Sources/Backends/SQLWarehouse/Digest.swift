import Domain

/// Computes a hash of the content of each table that does not depend on the order of the rows.
struct WarehouseDigest {
    let database: any SQLDatabase

    /// The digests of all tables that the contract names, with the names of the tables.
    func all() throws -> [(table: String, digest: TableDigest)] {
        try AllTables.content.filter(isThere).map { ($0.name, try digest(of: $0)) }
    }

    /// Whether a table is there. A warehouse of an older version lacks the newest mart.
    private func isThere(_ table: Table) throws -> Bool {
        try table.name != MartTables.siteDaily.name || !database.columns(of: table.name).isEmpty
    }

    /// The digest of one table.
    func digest(of table: Table) throws -> TableDigest {
        var digest = TableDigest()
        let hasher = RowHasher()
        let names = table.columns.map(\.name).joined(separator: ", ")
        let types = table.columns.map(\.type)
        let rows = try database.query("SELECT \(names) FROM \(database.dialect.table(table))", [])
        while try rows.next() {
            hasher.reset()
            for (column, type) in types.enumerated() { add(rows, column, type, to: hasher) }
            digest.add(hasher)
        }
        return digest
    }

    private func add(_ rows: any SQLRows, _ column: Int, _ type: ColumnType, to hasher: RowHasher) {
        if rows.isNull(column) { return hasher.addNull() }
        switch type {
        case .integer: hasher.add(integer: rows.integer(column))
        case .boolean: hasher.add(integer: rows.boolean(column) ? 1 : 0)
        case .timestamp: hasher.add(integer: rows.timestamp(column))
        case .real: hasher.add(real: rows.real(column))
        case .date: hasher.add(integer: Int64(rows.date(column) ?? 0))
        case .uuid:
            let (high, low) = rows.uuid(column)
            hasher.add(uuidHigh: high, low: low)
        case .text, .blob: hasher.add(bytes: rows.bytes(column))
        }
    }
}

import CSQLite
import Domain

extension Connection {
    /// An order-independent hash of each table's content.
    func digest() throws -> [(table: String, digest: TableDigest)] {
        try execute("BEGIN")
        defer { try? execute("COMMIT") }
        let tables = MovieTables.all + BehaviourTables.all + BehaviourTables.withdrawals + MartTables.all
        return try tables.map { ($0.name, try digest(of: $0)) }
    }

    private func digest(of table: Table) throws -> TableDigest {
        var digest = TableDigest()
        let hasher = RowHasher()
        let names = table.columns.map(\.name).joined(separator: ", ")
        let rows = try prepare("SELECT \(names) FROM \(table.name)")
        while try rows.step() {
            hasher.reset()
            for (index, column) in table.columns.enumerated() {
                if rows.isNull(index) {
                    hasher.addNull()
                    continue
                }
                switch column.type {
                case .integer, .boolean, .timestamp: hasher.add(integer: rows.integer(index))
                case .real: hasher.add(real: rows.real(index))
                case .date: hasher.add(integer: Int64(CivilDate.parse(rows.bytes(index)) ?? 0))
                case .uuid: hasher.add(uuid: rows.bytes(index))
                case .text, .blob: hasher.add(bytes: rows.bytes(index))
                }
            }
            digest.add(hasher)
        }
        return digest
    }
}

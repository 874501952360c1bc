import Domain

/// Sums of a warehouse's own tables.
struct WarehouseSums {
    private let reader: any WarehouseReader

    init(_ reader: any WarehouseReader) { self.reader = reader }

    /// The numbers of a query by the text of its first column.
    private func numbers(_ sql: String) throws -> [String: [Int64]] {
        var numbers: [String: [Int64]] = [:]
        try reader.query(sql) { _ in
        } row: { row in
            guard case .text(let key)? = row.first else { return }
            numbers[key] = row.dropFirst().map { if case .integer(let number) = $0 { number } else { 0 } }
        }
        return numbers
    }

    /// The first number of each row by the text of its first column.
    func integers(_ sql: String) throws -> [String: Int64] { try numbers(sql).compactMapValues(\.first) }

    /// Lines that were accepted, duplicates and rejected.
    func counts(_ sql: String) throws -> [String: LineCounts] {
        try numbers(sql).mapValues { numbers in
            var counts = LineCounts()
            if numbers.count == 3 {
                (counts.accepted, counts.duplicates, counts.rejected) = (numbers[0], numbers[1], numbers[2])
            }
            return counts
        }
    }

    /// A moment in unix time; 0 for a null.
    func seconds(_ sql: String) throws -> Double {
        var time: Int64?
        let text = reader.queryDialect.timeText("(\(sql))")
        try reader.query("SELECT \(text)") { _ in
        } row: { row in
            guard case .text(let text)? = row.first else { return }
            time = Array(text.utf8).withUnsafeBytes { Timestamp.parse($0) }
        }
        return Double(time ?? 0) / 1000
    }
}

import Domain

extension PostgreSQLReadSession {
    /// Runs one statement that only reads; see `WarehouseReader`.
    func runQuery(
        _ sql: String, header: ([String]) throws -> Void, row: ([QueryValue]) throws -> Void
    ) throws {
        try consistently {
            let rows: PostgresRows
            do throws(PostgresError) { rows = try connection.query(sql, [], format: .text) } catch {
                throw Self.queryError(error)
            }
            try header(rows.columnNames)
            let columns = rows.columnTypes.map { PostgresType(oid: $0) }
            while try rows.next() { try row(columns.indices.map { Self.value(rows, $0, columns[$0]) }) }
        }
    }

    private static func value(_ rows: PostgresRows, _ column: Int, _ type: PostgresType?) -> QueryValue {
        guard let text = rows.text(column) else { return .null }
        switch type {
        case .bigint, .integer, .smallint: return Int64(text).map { .integer($0) } ?? .text(text)
        case .boolean: return .integer(text == "t" ? 1 : 0)
        case .numeric:
            return Int64(text).map { .integer($0) } ?? Double(text).map { .real($0) } ?? .text(text)
        case .real, .double: return Double(text).map { .real($0) } ?? .text(text)
        case .bytea:
            guard text.hasPrefix("\\x") else { return .text(text) }
            return .blob(bytes(ofHexadecimal: text.dropFirst(2).utf8))
        default: return .text(text)
        }
    }

    private static func bytes(ofHexadecimal digits: Substring.UTF8View) -> [UInt8] {
        let values = digits.map { $0 < 0x3a ? $0 &- 0x30 : $0 &- 0x57 }
        return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// What an error says about a statement that a person wrote; the error itself where it is about the server.
    private static func queryError(_ error: PostgresError) -> any Error {
        switch error.sqlState {
        case "25006": QueryError.writes
        case "42601" where error.words.contains("multiple commands"): QueryError.severalStatements
        case let state? where state.hasPrefix("42") && state != "42501": QueryError.invalid(error.words)
        default: error
        }
    }
}

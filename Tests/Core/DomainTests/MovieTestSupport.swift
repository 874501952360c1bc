import JSON
import Testing

@testable import Domain

/// Documents of one day, cleaned; each line stands in a chunk as a reader would put it.
func movieBatch(_ lines: [String], snapshot: String = "2026-11-01") throws -> MovieBatch {
    try movieBatch(lines.map { Array($0.utf8) }, snapshot: snapshot)
}

/// Lines as bytes, cleaned.
func movieBatch(_ lines: [[UInt8]], snapshot: String = "2026-11-01") throws -> MovieBatch {
    try MovieDecoder().decode(movieChunk(lines, snapshot: snapshot))
}

/// A chunk of lines, of a source with a snapshot date.
func movieChunk(_ lines: [[UInt8]], snapshot: String = "2026-11-01") throws -> LineChunk {
    let day = try #require(snapshot.withBytes { CivilDate.parse($0) })
    return chunk(of: lines, port: .movies, day: day)
}

/// What a batch makes of one document with `"id":1,"title":"T"` and these members.
func movieBatch(members: String, snapshot: String = "2026-11-01") throws -> MovieBatch {
    try movieBatch([#"{"id":1,"title":"T",\#(members)}"#], snapshot: snapshot)
}

/// Some columns of some rows in words; null is `-`.
func values(_ rows: RowSet, _ columns: [String]) -> [[String]] {
    (0..<rows.count).map { row in columns.map { value(rows, row, $0) } }
}

/// One column of one row in words; null is `-`.
func value(_ rows: RowSet, _ index: Int, _ name: String) -> String {
    let column = rows.table.index(of: name)
    let cell = rows.table.cells[column]
    let row = rows[index]
    if row.isNull(column: column) { return "-" }
    switch rows.table.columns[column].type {
    case .integer: return String(row.integer(cell))
    case .boolean: return row.integer(cell) == 1 ? "true" : "false"
    case .real: return String(row.real(cell))
    case .date: return CivilDate.text(ofDay: Int32(row.integer(cell)))
    case .timestamp: return Timestamp.text(row.integer(cell))
    case .text: return String(decoding: rows.bytes(row, cell: cell), as: UTF8.self)
    case .blob: return rows.bytes(row, cell: cell).map { String($0, radix: 16) }.joined(separator: " ")
    case .uuid: return "\(row.cells[cell]) \(row.cells[cell + 1])"
    }
}

extension MovieBatch {
    /// The rows of an owned table, as some columns in words.
    func owned(_ table: OwnedTable, _ columns: String...) -> [[String]] { values(owned[table.rawValue], columns) }

    /// The rows of a shared table, as some columns in words.
    func shared(_ table: SharedTable, _ columns: String...) -> [[String]] { values(shared[table.rawValue], columns) }
}

extension String {
    /// The text's bytes in UTF-8.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Array(utf8).withUnsafeBytes(body)
    }
}

/// What a field rule makes of a JSON value (nil: absent), in words: the value, `nothing` or `dropped`.
func cleaned<Value>(
    _ json: String?,
    _ rule: (JSONValue?) -> Cleaned<Value>,
    _ words: (Value) -> String
) throws -> String {
    try withJSON(json) { value in
        switch rule(value) {
        case .value(let value): return words(value)
        case .nothing: return "nothing"
        case .dropped: return "dropped"
        }
    }
}

/// A JSON value (nil: absent) as the decoder meets it.
func withJSON<Result>(_ json: String?, _ body: (JSONValue?) throws -> Result) throws -> Result {
    let parser = try JSONParser(keys: MovieKey.names, keepsUnknown: true)
    let line = ByteBuffer()
    json.map { #"{"title":\#($0)}"# }.map { text in text.withBytes { _ = line.append($0) } }
    if json == nil { "{}".withBytes { _ = line.append($0) } }
    return try withExtendedLifetime((parser, line)) { try body(try parser.parse(line.bytes)[.title]) }
}

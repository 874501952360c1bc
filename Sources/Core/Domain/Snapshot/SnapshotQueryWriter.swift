import JSON

/// Writes the rows of a query's result as lines of CSV or NDJSON, in the spellings of `SnapshotRowWriter`.
public final class SnapshotQueryWriter {
    /// What was written.
    public let buffer = ByteBuffer(capacity: 1 << 16)
    private let names: [String]
    private let form: SnapshotForm
    private let values: SnapshotValueWriter
    private let before: [[UInt8]]

    /// A writer of rows with columns of these names.
    public init(columns: [String], _ form: SnapshotForm) {
        names = columns
        self.form = form
        values = SnapshotValueWriter(form)
        before = columns.enumerated().map { place, name in
            form.format == .ndjson
                ? Array("\(place == 0 ? "{" : ",")\(JSONText.string(name).compact):".utf8)
                : place == 0 ? [] : [UInt8(ascii: ",")]
        }
    }

    /// Writes what stands before the first row.
    public func writeHeader() {
        guard form.format != .ndjson else { return }
        if form.hasMark { [UInt8]([0xEF, 0xBB, 0xBF]).withUnsafeBytes { _ = buffer.append($0) } }
        for (place, name) in names.enumerated() {
            if place > 0 { buffer.append(UInt8(ascii: ",")) }
            write(text: name)
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Writes a row.
    public func write(_ row: [QueryValue]) {
        for (place, value) in row.enumerated() {
            before[place].withUnsafeBytes { _ = buffer.append($0) }
            switch value {
            case .null: values.writeNull(to: buffer)
            case .boolean(let value): buffer.append(text: value ? "true" : "false" as StaticString)
            case .integer(let value): buffer.append(decimal: value)
            case .real(let value): buffer.append(shortest: value)
            case .decimal(let digits): buffer.append(text: digits)
            case .notFinite(let word): write(text: word)
            case .text(let text): write(text: text)
            case .blob(let bytes):
                let text = ByteBuffer(capacity: bytes.count * 2 + 1)
                bytes.withUnsafeBytes { text.append(hexadecimal: $0) }
                values.write(text: text.bytes, to: buffer)
            }
        }
        if form.format == .ndjson { buffer.append(text: (names.isEmpty ? "{}" : "}") as StaticString) }
        buffer.append(UInt8(ascii: "\n"))
    }

    private func write(text: String) {
        var text = text
        text.withUTF8 { values.write(text: UnsafeRawBufferPointer($0), to: buffer) }
    }
}

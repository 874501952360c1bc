/// A reusable buffer of rows in the binary format of COPY (https://www.postgresql.org/docs/current/sql-copy.html).
struct CopyBuffer: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    /// The number of bytes in the buffer.
    private(set) var count = 0

    /// The header of the format: the signature, no flags, no extension.
    static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        start = .allocate(byteCount: self.capacity, alignment: 8)
    }

    deinit { start.deallocate() }

    /// The bytes in the buffer.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Empties the buffer, and frees memory above `limit` bytes.
    mutating func removeAll(keeping limit: Int) {
        count = 0
        guard capacity > limit else { return }
        start.deallocate()
        capacity = limit
        start = .allocate(byteCount: capacity, alignment: 8)
    }

    /// Removes the bytes after the first `count`.
    mutating func removeLast(to count: Int) { self.count = min(count, self.count) }

    private mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = larger
    }

    /// Adds an integer in network byte order.
    mutating func add(_ word: some FixedWidthInteger & BitwiseCopyable) {
        let size = MemoryLayout.size(ofValue: word)
        reserve(size)
        start.storeBytes(of: word.bigEndian, toByteOffset: count, as: type(of: word))
        count += size
    }

    /// Adds bytes as they are.
    mutating func add(bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + count).copyMemory(from: first, byteCount: bytes.count)
        count += bytes.count
    }

    /// Adds bytes as they are.
    mutating func add(bytes: [UInt8]) { bytes.withUnsafeBytes { add(bytes: $0) } }

    // MARK: Cells

    /// Adds a null.
    mutating func addNull() { add(-1 as Int32) }

    /// Adds the bytes of a text or blob.
    mutating func addCell(_ bytes: UnsafeRawBufferPointer) {
        add(Int32(truncatingIfNeeded: bytes.count))
        add(bytes: bytes)
    }

    /// Adds a word with its length.
    mutating func addCell(_ word: some FixedWidthInteger & BitwiseCopyable) {
        add(Int32(MemoryLayout.size(ofValue: word)))
        add(word)
    }

    /// Adds an integer in the form of a column's type: a whole number, 0 and 1 for a boolean, milliseconds since 1970
    /// for a `timestamptz`, days since 1970 for a `date`.
    ///
    /// - Returns: whether the type can hold it. If not, nothing is added.
    mutating func addCell(integer value: Int64, as type: PostgresType) -> Bool {
        switch type {
        case .bigint: addCell(value)
        case .integer:
            guard let value = Int32(exactly: value) else { return false }
            addCell(value)
        case .smallint:
            guard let value = Int16(exactly: value) else { return false }
            addCell(value)
        case .boolean:
            guard value == 0 || value == 1 else { return false }
            addCell(UInt8(value))
        case .timestamptz:
            guard let moment = ServerEpoch.microseconds(value) else { return false }
            addCell(moment)
        case .date:
            guard let day = Int32(exactly: value).flatMap(ServerEpoch.day) else { return false }
            addCell(day)
        case .double:
            guard let value = Double(exactly: value) else { return false }
            addCell(value.bitPattern)
        case .numeric: NumericForm(value).bytes.withUnsafeBytes { addCell($0) }
        case .real, .text, .bytea, .uuid: return false
        }
        return true
    }

    /// Adds a double in the form of a column's type.
    ///
    /// - Returns: whether the type can hold it. If not, nothing is added.
    mutating func addCell(real value: Double, as type: PostgresType) -> Bool {
        switch type {
        case .double: addCell(value.bitPattern)
        case .real: addCell(Float(value).bitPattern)
        case .numeric:
            guard value.isFinite, let number = NumericForm(CopyBuffer.decimal(value)) else { return false }
            number.bytes.withUnsafeBytes { addCell($0) }
        default: return false
        }
        return true
    }

    /// A double in decimal digits without an exponent.
    private static func decimal(_ value: Double) -> String {
        let text = "\(value)"
        guard let mark = text.firstIndex(of: "e"), let power = Int(text[text.index(after: mark)...]) else {
            return text
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text[..<mark].drop { $0 == "-" }.split(separator: ".")
        let whole = String(parts.first ?? "0")
        let fraction = parts.count > 1 && parts[1] != "0" ? String(parts[1]) : ""
        let digits = whole + fraction
        let point = whole.count + power
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        let filled = digits + String(repeating: "0", count: max(point - digits.count, 0))
        let end = filled.index(filled.startIndex, offsetBy: point)
        return sign + filled[..<end] + (end == filled.endIndex ? "" : "." + filled[end...])
    }
}

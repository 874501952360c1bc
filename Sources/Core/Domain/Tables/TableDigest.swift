import Hashing

/// An order-independent hash of a table's rows: the sum, modulo 2^128, of the XXH3-128 of each row, and their number.
///
/// A row is hashed as its columns in the table's order, each a byte that says null (0) or not (1) and then the value:
/// integers, days, moments and booleans as 8 little-endian bytes, doubles by their bits, a UUID as its 16 bytes, texts
/// and blobs as their length in 8 bytes and their bytes.
public struct TableDigest: Sendable, Equatable {
    /// How many rows there are.
    public private(set) var rows: Int64 = 0
    private var sum: UInt128 = 0

    /// The digest of no rows.
    public init() {}

    /// Adds a row.
    public mutating func add(_ row: RowHasher) {
        rows += 1
        sum &+= XXH3.hash128(row.buffer.bytes)
    }

    /// Adds the digest of a whole table, with the table's name.
    public mutating func add(_ digest: TableDigest, named name: String) {
        let hasher = RowHasher()
        hasher.add(text: Array(name.utf8))
        hasher.add(integer: digest.rows)
        hasher.add(integer: Int64(truncatingIfNeeded: digest.sum))
        hasher.add(integer: Int64(truncatingIfNeeded: digest.sum >> 64))
        add(hasher)
    }

    /// 32 hexadecimal digits.
    public var text: String {
        let digits = String(sum &+ UInt128(UInt64(bitPattern: rows)), radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }
}

/// Collects the columns of one row for a `TableDigest`. One object is used for many rows:
///
///     hasher.reset()
///     hasher.add(integer: 603)
///     hasher.addNull()
///     digest.add(hasher)
public final class RowHasher {
    fileprivate let buffer = ByteBuffer(capacity: 1024)

    /// A row without columns.
    public init() {}

    /// Removes all columns, to begin the next row.
    public func reset() { buffer.truncate(to: 0) }

    /// Adds a null.
    public func addNull() { buffer.append(0) }

    /// Adds an integer, day, timestamp or boolean.
    public func add(integer value: Int64) {
        buffer.append(1)
        withUnsafeBytes(of: value.littleEndian) { _ = buffer.append($0) }
    }

    /// Adds a double; −0 is added as 0.
    public func add(real value: Double) { add(integer: Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)) }

    /// Adds a UUID by its higher and lower 8 bytes.
    public func add(uuidHigh high: UInt64, low: UInt64) {
        buffer.append(1)
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { _ = buffer.append($0) }
    }

    /// Adds a text or blob.
    public func add(bytes: UnsafeRawBufferPointer) {
        add(integer: Int64(bytes.count))
        buffer.append(bytes)
    }

    /// Adds a text or blob.
    public func add(text bytes: [UInt8]) { bytes.withUnsafeBytes { add(bytes: $0) } }
}

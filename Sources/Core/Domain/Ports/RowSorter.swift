#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sorts rows by the bytes of their keys in limited memory. Which of two rows with the same key comes first is not said.
public protocol RowSorter: AnyObject {
    /// How many rows were added since the last call of `drain`.
    var count: Int { get }
    /// Adds a row.
    func add(key: UnsafeRawBufferPointer, row: UnsafeRawBufferPointer) throws
    /// Gives all rows in the order of their keys, each valid until the next one, and keeps them.
    func forEach(_ body: (_ key: UnsafeRawBufferPointer, _ row: UnsafeRawBufferPointer) throws -> Void) throws
    /// Gives all rows in the order of their keys, each valid until the next one, and begins anew.
    func drain(_ body: (_ key: UnsafeRawBufferPointer, _ row: UnsafeRawBufferPointer) throws -> Void) throws
}

/// The order of keys that are bytes.
public enum KeyOrder {
    /// Compares two keys: negative when the first comes first, 0 when they are equal. A key comes before those that it
    /// begins.
    @inline(__always)
    public static func compare(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int {
        let shared = min(first.count, second.count)
        if shared > 0, let left = first.baseAddress, let right = second.baseAddress {
            let order = memcmp(left, right, shared)
            if order != 0 { return Int(order) }
        }
        return first.count - second.count
    }
}

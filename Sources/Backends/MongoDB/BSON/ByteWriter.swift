import Glibc

/// Memory that grows as bytes are written to it. It is not an array, since BSON and JSON are written a few bytes at a
/// time.
struct ByteWriter: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    /// How many bytes have been written.
    private(set) var count = 0

    /// Memory of more than this many bytes is given back when the next document is begun.
    private static let kept = 1 << 20

    /// A writer that has written nothing.
    init(capacity: Int = 4096) {
        self.capacity = max(capacity, 64)
        base = ByteWriter.allocate(nil, self.capacity)
    }

    deinit { free(base) }

    /// What has been written; valid until more is written.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Begins anew, and gives back memory that only a huge document needed.
    mutating func removeAll() {
        count = 0
        guard capacity > Self.kept else { return }
        free(base)
        capacity = 4096
        base = ByteWriter.allocate(nil, capacity)
    }

    /// Makes room for more bytes.
    @inline(__always)
    mutating func reserve(_ additional: Int) {
        if count + additional > capacity { grow(count + additional) }
    }

    /// Adds bytes, which must not lie in this memory.
    @inline(__always)
    mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress else { return }
        reserve(source.count)
        memcpy(base + count, start, source.count)
        count += source.count
    }

    /// Adds a byte.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Adds the bytes of a text.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Adds the UTF-8 of a text.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Adds an integer's bytes, the lowest first.
    @inline(__always)
    mutating func append(littleEndian value: some FixedWidthInteger & BitwiseCopyable) {
        reserve(MemoryLayout.size(ofValue: value))
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: type(of: value))
        count += MemoryLayout.size(ofValue: value)
    }

    /// Adds an integer's decimal digits.
    mutating func append(decimal value: Int64) {
        reserve(20)
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var length = 1
        var limit: UInt64 = 10
        while length < 20, rest >= limit {
            length += 1
            let (product, overflows) = limit.multipliedReportingOverflow(by: 10)
            if overflows { break }
            limit = product
        }
        count += length
        for place in 1...length {
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest % 10) + 48, toByteOffset: count - place, as: UInt8.self)
            rest /= 10
        }
    }

    /// Overwrites four bytes that were written before.
    @inline(__always)
    mutating func store(littleEndian value: Int32, at offset: Int) {
        base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Int32.self)
    }

    private mutating func grow(_ needed: Int) {
        capacity = max(needed, capacity + capacity / 2)
        base = ByteWriter.allocate(base, capacity)
    }

    private static func allocate(_ old: UnsafeMutableRawPointer?, _ capacity: Int) -> UnsafeMutableRawPointer {
        guard let memory = realloc(old, capacity) else {
            preconditionFailure("out of memory: \(capacity) bytes could not be allocated")
        }
        return memory
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both have the same bytes.
    @inline(__always)
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count, let base = baseAddress, let otherBase = other.baseAddress else {
            return isEmpty && other.isEmpty
        }
        return memcmp(base, otherBase, count) == 0
    }
}

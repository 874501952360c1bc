#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A growing buffer of bytes, outside Swift's arrays, with readable padding after the last byte.
///
/// It has one owner at a time: one stage of the pipeline hands it to the next. Therefore the run-time checks of
/// exclusive access, which cost more than the accesses themselves, are off here and in the other classes of the hot
/// path.
public final class ByteBuffer {
    /// How many bytes after `count` may be read. Their values do not matter.
    public static let padding = 64

    /// The first byte; changes when the buffer grows.
    @exclusivity(unchecked) public private(set) var base: UnsafeMutableRawPointer
    /// How many bytes are in use.
    @exclusivity(unchecked) public private(set) var count = 0
    /// How many bytes it has room for.
    @exclusivity(unchecked) public private(set) var capacity: Int
    /// How many calls of `reading` are under way.
    @exclusivity(unchecked) private var readers = 0
    /// The memory that calls of `reading` may still read, although the buffer has grown out of it.
    @exclusivity(unchecked) private var outgrown: [UnsafeMutableRawPointer] = []

    /// Creates an empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 4096) {
        self.capacity = max(capacity, 64)
        self.base = ByteBuffer.allocate(nil, self.capacity)
        memset(base + self.capacity, 0, ByteBuffer.padding)
    }

    deinit {
        free(base)
        releaseOutgrown()
    }

    /// The bytes in use.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// The bytes at an offset, valid until the buffer grows.
    @inline(__always)
    public func bytes(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + offset, count: count)
    }

    /// Makes room for `additional` more bytes; `base` may change.
    @inline(__always)
    public func reserve(_ additional: Int) {
        if count + additional > capacity { grow(count + additional) }
    }

    /// Lets `body` read bytes of the buffer while it appends to the buffer.
    ///
    /// The bytes stay valid and unchanged until `body` returns, also when the buffer grows meanwhile: the memory that
    /// it has outgrown is released afterwards. Pointers into the bytes are invalid after `body`; offsets are not.
    ///
    ///     buffer.reading(at: start, count: length) { line in
    ///         buffer.append(unescaped(line))
    ///     }
    @inline(__always)
    public func reading<Result, Failure: Error>(
        at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        readers += 1
        defer {
            readers -= 1
            if !outgrown.isEmpty, readers == 0 { releaseOutgrown() }
        }
        return try body(bytes(at: offset, count: count))
    }

    /// Adds bytes, which must not lie in this buffer, and gives their offset.
    @inline(__always)
    @discardableResult
    public func append(_ source: UnsafeRawBufferPointer) -> Int {
        reserve(source.count)
        let offset = count
        if let start = source.baseAddress { memcpy(base + offset, start, source.count) }
        count += source.count
        return offset
    }

    /// Adds one byte.
    @inline(__always)
    public func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Lets `body` write up to `size` bytes after the last one; `body` returns how many it wrote.
    public func fill<Failure: Error>(
        upTo size: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        reserve(size)
        count += try body(UnsafeMutableRawBufferPointer(start: base + count, count: size))
    }

    /// Cuts the buffer back to its first `newCount` bytes.
    public func truncate(to newCount: Int) { count = min(count, newCount) }

    private func grow(_ needed: Int) {
        capacity = max(needed, capacity + capacity / 2)
        if readers == 0 {
            base = ByteBuffer.allocate(base, capacity)
        } else {
            let old = base
            base = ByteBuffer.allocate(nil, capacity)
            memcpy(base, old, count)
            outgrown.append(old)
        }
        memset(base + capacity, 0, ByteBuffer.padding)
    }

    private func releaseOutgrown() {
        for memory in outgrown { free(memory) }
        outgrown = []
    }

    private static func allocate(_ old: UnsafeMutableRawPointer?, _ capacity: Int) -> UnsafeMutableRawPointer {
        guard let memory = realloc(old, capacity + padding) else {
            preconditionFailure("out of memory: \(capacity) bytes could not be allocated")
        }
        return memory
    }
}

/// A range of bytes of a buffer, or null: how rows refer to their texts.
@frozen
public struct ByteRange: Equatable, Sendable {
    /// Where it starts in its buffer.
    public var offset: UInt32
    /// How long it is, in bytes; `UInt32.max` means null.
    public var length: UInt32

    /// Creates a range.
    @inlinable
    public init(offset: Int, length: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
    }

    /// No text.
    public static let null = ByteRange(offset: 0, length: Int(UInt32.max))

    /// Whether there is no text.
    @inlinable public var isNull: Bool { length == UInt32.max }
}

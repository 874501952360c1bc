#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A growing buffer of bytes with the number and time formats that lines need. It has one owner and no reference
/// counting, for speed.
struct TextBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        self.base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// The bytes; valid until the buffer is changed.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// A copy of the bytes from an offset on.
    func copy(from offset: Int) -> [UInt8] { [UInt8](UnsafeRawBufferPointer(rebasing: bytes[offset...])) }

    mutating func truncate(to newCount: Int) { count = min(count, newCount) }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if count + additional > capacity { grow(count + additional) }
    }

    private mutating func grow(_ needed: Int) {
        let larger = max(needed, capacity * 2)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.moveInitialize(from: base, count: count)
        base.deallocate()
        base = memory
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        memcpy(base + count, text.utf8Start, length)
        count += length
    }

    @inline(__always)
    mutating func append(_ source: UnsafeRawBufferPointer) {
        reserve(source.count)
        if let start = source.baseAddress { memcpy(base + count, start, source.count) }
        count += source.count
    }

    @inline(__always)
    mutating func append(_ list: [UInt8]) { list.withUnsafeBytes { append($0) } }

    /// Adds a text that needs no escape in JSON.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Adds a number in decimal digits.
    @inline(__always)
    mutating func append(number: Int) {
        if number < 0 { append(0x2d) }
        var rest = number.magnitude
        var digits = 1
        var bound: UInt = 10
        while rest >= bound, digits < 20 {
            digits += 1
            bound = bound &* 10
        }
        reserve(digits)
        var at = count + digits
        count = at
        repeat {
            at -= 1
            base[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest != 0
    }

    /// Adds a number with leading zeros.
    @inline(__always)
    mutating func append(number: Int, width: Int) {
        reserve(width)
        var rest = number
        for at in stride(from: count + width - 1, through: count, by: -1) {
            base[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += width
    }

    /// Adds a number of thousandths as `12.345`, without zeros at the end.
    mutating func append(thousandths: Int) {
        append(number: thousandths / 1000)
        var rest = thousandths % 1000
        guard rest != 0 else { return }
        append(0x2e)
        var width = 3
        while rest % 10 == 0 {
            rest /= 10
            width -= 1
        }
        append(number: rest, width: width)
    }

    /// Adds the low `digits` hexadecimal digits of a word.
    @inline(__always)
    mutating func append(hexadecimal word: UInt64, digits: Int) {
        reserve(digits)
        var rest = word
        for at in stride(from: count + digits - 1, through: count, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            base[at] = digit + (digit < 10 ? 0x30 : 0x57)
            rest >>= 4
        }
        count += digits
    }

    /// Adds a UUID in its 36-character form, lower case.
    @inline(__always)
    mutating func append(uuid high: UInt64, _ low: UInt64) {
        append(hexadecimal: high >> 32, digits: 8)
        append(0x2d)
        append(hexadecimal: high >> 16, digits: 4)
        append(0x2d)
        append(hexadecimal: high, digits: 4)
        append(0x2d)
        append(hexadecimal: low >> 48, digits: 4)
        append(0x2d)
        append(hexadecimal: low, digits: 12)
    }

    /// Adds `18:03:22.517Z`.
    @inline(__always)
    mutating func append(timeOfDay milliseconds: Int) {
        append(number: milliseconds / 3_600_000, width: 2)
        append(0x3a)
        append(number: milliseconds / 60_000 % 60, width: 2)
        append(0x3a)
        append(number: milliseconds / 1000 % 60, width: 2)
        append(0x2e)
        append(number: milliseconds % 1000, width: 3)
        append(0x5a)
    }
}

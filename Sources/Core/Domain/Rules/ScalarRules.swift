#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import JSON

/// Reads JSON values as the contract's text, number, integer, id and boolean (§2.1).
public enum ScalarRules {
    /// The longest key, in bytes of UTF-8.
    public static let maximumKeyLength = 512

    /// Text: a JSON string without Unicode White_Space at its ends; nil for other values and for blank text. It may
    /// still contain U+0000: see `append`.
    @inline(__always)
    public static func text(_ value: JSONValue?) -> UnsafeRawBufferPointer? {
        guard let value, value.kind == .string else { return nil }
        let trimmed = trim(value.bytes)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Number: a finite JSON number, or text with one in JSON's grammar, as the nearest double; −0 is 0.
    @inline(__always)
    public static func number(_ value: JSONValue?) -> Double? {
        guard let token = numberToken(value) else { return nil }
        return JSONNumber.double(token)
    }

    /// Integer: a number whose decimal value is whole and from −2^63 to 2^63−1, such as 603, `603.0` and `6.03e2`.
    @inline(__always)
    public static func integer(_ value: JSONValue?) -> Int64? {
        guard let token = numberToken(value) else { return nil }
        return JSONNumber.integer(token)
    }

    /// Id: an integer from 1.
    @inline(__always)
    public static func id(_ value: JSONValue?) -> Int64? {
        guard let integer = integer(value), integer >= 1 else { return nil }
        return integer
    }

    @inline(__always)
    private static func numberToken(_ value: JSONValue?) -> UnsafeRawBufferPointer? {
        guard let value else { return nil }
        switch value.kind {
        case .number: return value.bytes
        case .string:
            let trimmed = trim(value.bytes)
            return JSONNumber.isNumber(trimmed) ? trimmed : nil
        default: return nil
        }
    }

    /// Boolean: true or false, also as text in any case; nil for other values.
    public static func boolean(_ value: JSONValue?) -> Bool? {
        guard let value else { return nil }
        switch value.kind {
        case .true: return true
        case .false: return false
        case .string:
            let trimmed = trim(value.bytes)
            if equalsIgnoringCase(trimmed, "true") { return true }
            return equalsIgnoringCase(trimmed, "false") ? false : nil
        default: return nil
        }
    }

    /// Whether the bytes are these ASCII letters in any case.
    static func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        for (index, byte) in bytes.enumerated() {
            let lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
            if lower != word.utf8Start[index] { return false }
        }
        return true
    }

    /// Whether the bytes are exactly these.
    @inline(__always)
    static func equals(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount, let start = bytes.baseAddress else { return false }
        return memcmp(start, word.utf8Start, bytes.count) == 0
    }

    /// Whether the bytes contain U+0000.
    @inline(__always)
    public static func containsNull(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return false }
        return memchr(start, 0, bytes.count) != nil
    }

    /// Adds text to a buffer, with each U+0000 replaced by U+FFFD, and gives its place.
    public static func append(_ text: UnsafeRawBufferPointer, to buffer: ByteBuffer) -> ByteRange {
        guard containsNull(text) else { return ByteRange(offset: buffer.append(text), length: text.count) }
        let offset = buffer.count
        for byte in text {
            if byte == 0 {
                buffer.append(0xef)
                buffer.append(0xbf)
                buffer.append(0xbd)
            } else {
                buffer.append(byte)
            }
        }
        return ByteRange(offset: offset, length: buffer.count - offset)
    }

    /// The bytes without Unicode White_Space at both ends; they are valid UTF-8.
    @inline(__always)
    public static func trim(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let first = bytes.first, let last = bytes.last else { return bytes }
        if first > 0x20, first < 0x80, last > 0x20, last < 0x80 { return bytes }
        return trimSlowly(bytes)
    }

    private static func trimSlowly(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, let length = whiteSpace(bytes, at: start, end: end) { start += length }
        while start < end {
            var scalar = end - 1
            while scalar > start, bytes[scalar] & 0xc0 == 0x80 { scalar -= 1 }
            guard let length = whiteSpace(bytes, at: scalar, end: end), scalar + length == end else { break }
            end = scalar
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// The length in bytes of the White_Space scalar at a place (Unicode's PropList.txt); nil if there is another
    /// scalar.
    private static func whiteSpace(_ bytes: UnsafeRawBufferPointer, at: Int, end: Int) -> Int? {
        let first = bytes[at]
        if first < 0x80 { return first == 0x20 || (first >= 0x09 && first <= 0x0d) ? 1 : nil }
        if first == 0xc2, at + 1 < end { return bytes[at + 1] == 0x85 || bytes[at + 1] == 0xa0 ? 2 : nil }
        guard first >= 0xe1, first <= 0xe3, at + 2 < end else { return nil }
        switch (first, bytes[at + 1], bytes[at + 2]) {
        case (0xe1, 0x9a, 0x80), (0xe2, 0x80, 0x80...0x8a), (0xe2, 0x80, 0xa8), (0xe2, 0x80, 0xa9),
            (0xe2, 0x80, 0xaf), (0xe2, 0x81, 0x9f), (0xe3, 0x80, 0x80):
            return 3
        default: return nil
        }
    }
}

/// Writes arrays and scalars of JSON in the canonical form of RFC 8785 (JCS), value by value. It adds the commas.
///
///     var writer = CanonicalJSONWriter()
///     writer.beginArray()
///     writer.integer(42)
///     writer.string("a")
///     writer.endArray()  // bytes: [42,"a"]
///
/// `integer` differs from the RFC: it writes all digits of a 64-bit integer.
public struct CanonicalJSONWriter {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Creates a writer that has written nothing yet, with memory for `capacity` bytes.
    public init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// `[`
    public mutating func beginArray() { begin("[") }
    /// `]`
    public mutating func endArray() { end("]") }
    /// A string.
    ///
    /// - Parameter text: valid UTF-8.
    public mutating func string(_ text: UnsafeRawBufferPointer) {
        separate()
        bytes.appendQuoted(text)
    }

    /// A string.
    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    /// A number in ECMAScript's form; null where it is not finite, which JSON cannot say.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        ShortestDecimal.append(value, to: &bytes)
    }

    /// An integer with all its digits.
    public mutating func integer(_ value: Int64) {
        separate()
        bytes.append(decimal: value)
    }

    /// `true` or `false`
    public mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }

    /// `null`
    public mutating func null() { literal("null") }

    private mutating func literal(_ text: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func begin(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func end(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension [UInt8] {
    /// Adds an integer's decimal digits.
    mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = value.magnitude
        repeat {
            append(UInt8(truncatingIfNeeded: rest % 10) + 48)
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}

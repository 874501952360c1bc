import CMongo
import Domain
import Hashing
import JSON

/// Writes a BSON document as one plain JSON object on one line, without white space, with texts in UTF-8 without needless
/// escapes and numbers by their fewest digits, as TMDB does.
///
///     var writer = PlainJSONWriter(.plain)
///     try writer.write(document, leavingOut: { $0.isNamed("_id") })
///     writer.bytes  // {"id":603,"release_date":"1999-03-30"}
///
/// How values become plain that JSON does not have:
///
/// | BSON | JSON |
/// | --- | --- |
/// | double | with the fewest digits: `8.5`; a whole one below 2^63 as an integer with all its digits: `603`, `1152921504606846976`; NaN and infinity `null` |
/// | Decimal128 | its digits as a number: `5.30`, `1E+3`; NaN and infinity `null` |
/// | date | RFC 3339 in UTC, milliseconds where they are not 0: `"2026-11-20T18:03:22.517Z"`; a `release_date` at the top that is a midnight `"2026-11-20"`, as TMDB writes it; outside the years 0000 to 9999, its milliseconds since 1970 as an integer |
/// | timestamp | as a date, of its seconds |
/// | ObjectId | its 24 hexadecimal digits |
/// | UUID (binary of kind 3 or 4) | its 36 characters, of the bytes as they are stored |
/// | other binary | base64 |
/// | regular expression | `"/pattern/options"` |
/// | code, code with scope, symbol | its text |
/// | DBPointer | the 24 digits of its ObjectId |
/// | undefined, MinKey, MaxKey | `null` |
///
/// Invalid UTF-8 becomes U+FFFD. What is deeper than 200 levels becomes null: such a line is rejected in any case.
struct PlainJSONWriter: ~Copyable {
    /// What the documents are.
    enum Kind {
        /// Made by `NativeEncoder`: a double is written so that a reader reads a double, `98.0`.
        case exact
        /// Of any program.
        case plain
    }

    private var output = ByteWriter()
    private let kind: Kind
    /// Whether each text is checked for invalid UTF-8. Only after the whole document was found to be invalid.
    private var repairs = false
    /// How many numbers of the last document became null because they were not finite.
    private(set) var nonFiniteCount = 0

    private static let deepest = 200

    /// A writer that has written nothing.
    init(_ kind: Kind) { self.kind = kind }

    /// The last document's JSON; valid until another one is written.
    var bytes: UnsafeRawBufferPointer { output.bytes }

    /// Whether the last document's JSON has these bytes.
    func isEqual(to other: UnsafeRawBufferPointer) -> Bool { bytes.hasSameBytes(as: other) }

    /// Writes a document.
    ///
    /// - Parameters:
    ///   - id: becomes the first member, `id`; nil for none.
    ///   - leavesOut: whether an element at the top is left out.
    /// - Throws: `BSONFault` when the bytes are not BSON.
    mutating func write(
        _ document: UnsafeRawBufferPointer, id: BSONElement? = nil,
        leavingOut leavesOut: (BSONElement) -> Bool = { _ in false }
    ) throws(BSONFault) {
        repairs = false
        try writeOnce(document, id, leavesOut)
        guard kind == .plain, !UTF8Text.isValid(bytes) else { return }
        repairs = true
        try writeOnce(document, id, leavesOut)
    }

    private mutating func writeOnce(
        _ document: UnsafeRawBufferPointer, _ id: BSONElement?, _ leavesOut: (BSONElement) -> Bool
    ) throws(BSONFault) {
        output.removeAll()
        nonFiniteCount = 0
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        if let id {
            output.append("\"id\":")
            try append(id, level: 1)
            isFirst = false
        }
        var reader = try BSONReader(document)
        while let element = try reader.next() {
            if leavesOut(element) { continue }
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            append(quoted: element.name)
            output.append(UInt8(ascii: ":"))
            if kind == .plain, let date = element.date, element.isNamed("release_date") {
                appendReleaseDate(date)
            } else {
                try append(element, level: 1)
            }
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Writes a value; the document itself is level 1.
    private mutating func append(_ element: BSONElement, level: Int) throws(BSONFault) {
        switch element.type {
        case .double: append(double: Double(bitPattern: element.load(0)))
        case .int32: output.append(decimal: Int64(element.load(0) as Int32))
        case .int64: output.append(decimal: element.load(0))
        case .boolean: output.append(element.value[0] == 0 ? "false" : "true")
        case .null, .undefined, .minKey, .maxKey: output.append("null")
        case .string, .code, .symbol:
            if let text = element.text { append(quoted: text) }
        case .document, .array: try appendContainer(element, level: level + 1)
        case .date: append(date: element.load(0))
        case .timestamp: append(date: Int64(element.load(4) as UInt32) * 1000)
        case .decimal128: append(decimal: element)
        case .objectID: append(quoted: element.value.hexadecimal)
        case .dbPointer: append(quoted: element.value.suffix(12).hexadecimal)
        case .binary: append(binary: element)
        case .regex: append(regex: element.value)
        case .codeWithScope: try append(codeWithScope: element.value)
        }
    }

    private mutating func appendContainer(_ element: BSONElement, level: Int) throws(BSONFault) {
        guard level <= Self.deepest else { return output.append("null") }
        let isArray = element.type == .array
        var reader = try BSONReader(element.value)
        output.append(UInt8(ascii: isArray ? "[" : "{"))
        var isFirst = true
        while let member = try reader.next() {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            if !isArray {
                append(quoted: member.name)
                output.append(UInt8(ascii: ":"))
            }
            try append(member, level: level)
        }
        output.append(UInt8(ascii: isArray ? "]" : "}"))
    }
}

// MARK: - Values

extension PlainJSONWriter {
    private mutating func append(double value: Double) {
        guard value.isFinite else {
            nonFiniteCount += 1
            return output.append("null")
        }
        // An integer is read by its digits. The fewest that give back 2^60 are those of another one, …847000.
        if kind == .plain, let integer = Int64(exactly: value) { return output.append(decimal: integer) }
        output.append(text: value.description)
    }

    private mutating func append(decimal element: BSONElement) {
        var value = bson_decimal128_t(low: element.load(0) as UInt64, high: element.load(8) as UInt64)
        var text = [CChar](repeating: 0, count: Int(BSON_DECIMAL128_STRING))
        bson_decimal128_to_string(&value, &text)
        let digits = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        digits.withUnsafeBytes { digits in
            if JSONNumber.isNumber(digits) { return output.append(digits) }
            nonFiniteCount += 1
            output.append("null")
        }
    }

    private mutating func append(date milliseconds: Int64) {
        guard Self.yearsOfRFC3339.contains(milliseconds) else { return output.append(decimal: milliseconds) }
        let text = Timestamp.text(milliseconds)
        append(quoted: milliseconds % 1000 == 0 ? String(text.dropLast(5)) + "Z" : text)
    }

    /// TMDB writes a release date without a time.
    private mutating func appendReleaseDate(_ milliseconds: Int64) {
        guard milliseconds % CivilDate.millisecondsPerDay == 0, Self.yearsOfRFC3339.contains(milliseconds) else {
            return append(date: milliseconds)
        }
        append(quoted: CivilDate.text(ofDay: CivilDate.day(ofMilliseconds: milliseconds)))
    }

    /// From 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z.
    private static let yearsOfRFC3339: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    private mutating func append(binary element: BSONElement) {
        guard let (kind, bytes) = element.binary else { return }
        guard kind == 3 || kind == 4, bytes.count == 16 else { return append(quoted: Base64.encode([UInt8](bytes))) }
        let digits = bytes.hexadecimal
        var text = ""
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text.append("-") }
            text.append(digit)
        }
        append(quoted: text)
    }

    private mutating func append(regex value: UnsafeRawBufferPointer) {
        // The pattern and the options each end with a zero.
        let pattern = value.prefix { $0 != 0 }
        let options = value.dropFirst(pattern.count + 1).dropLast()
        var text: [UInt8] = [UInt8(ascii: "/")]
        text += pattern
        text.append(UInt8(ascii: "/"))
        text += options
        append(quoted: text)
    }

    private mutating func append(codeWithScope value: UnsafeRawBufferPointer) throws(BSONFault) {
        let length = Int(Int32(littleEndian: value.loadUnaligned(fromByteOffset: 4, as: Int32.self)))
        guard length >= 1, length <= value.count - 8 else { throw BSONFault() }
        append(quoted: UnsafeRawBufferPointer(rebasing: value[8..<8 + length - 1]))
    }

    private mutating func append(quoted text: String) {
        var text = text
        text.withUTF8 { append(quoted: UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(quoted text: [UInt8]) { text.withUnsafeBytes { append(quoted: $0) } }

    private mutating func append(quoted text: UnsafeRawBufferPointer) {
        if repairs, !UTF8Text.isValid(text) { return append(quoted: String(decoding: text, as: UTF8.self)) }
        output.append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let stop = StringEscape.next(in: text, from: start)
            output.append(UnsafeRawBufferPointer(rebasing: text[start..<stop]))
            guard stop < text.count else { break }
            var (escape, count) = StringEscape.of(text[stop])
            while count > 0 {
                output.append(UInt8(truncatingIfNeeded: escape))
                escape >>= 8
                count -= 1
            }
            start = stop + 1
        }
        output.append(UInt8(ascii: "\""))
    }
}

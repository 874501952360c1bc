import Domain
import JSON

/// A JSON object as native BSON, which people can query.
struct NativeDocument {
    /// The BSON; nil where it would be too large, and where the bytes are no JSON object. Valid until the encoder encodes
    /// another one.
    var bytes: UnsafeRawBufferPointer?
    /// Whether `PlainJSONWriter.exact` writes the JSON's bytes again from it.
    var isExact = false
    /// Whether a key at any level begins with `$`. Servers before MongoDB 5.0 refuse such keys.
    var hasDollarKeys = false

    /// The BSON as a document of its own.
    var document: BSONDocument? { bytes.flatMap { BSONDocument(copying: $0) } }
}

/// Turns JSON objects into native BSON, and says whether the original bytes are needed beside it.
///
/// Every key and value stands for itself: `{"$oid": …}` is a document with a key `$oid`. An integer becomes an int32 where
/// it fits, else an int64, else a double; other numbers become doubles. Of members with one key the last one stays, and
/// a key that contains U+0000 is left out, as BSON has no such keys. What is lost is not decided here by rules: the
/// document is written back, and compared.
///
///     let encoder = try NativeEncoder()
///     let native = encoder.encode(json, limit: 16 << 20)
///     native.isExact  // whether the native document gives back these very bytes
final class NativeEncoder {
    private let parser: JSONParser
    private let line = ByteBuffer(capacity: 16 << 10)
    private var walk = NativeWalk()
    private var back = PlainJSONWriter(.exact)

    /// Creates an encoder, which one thread uses at a time.
    ///
    /// - Throws: `OutOfMemory`.
    init() throws { parser = try JSONParser(keys: [], keepsUnknown: true) }

    /// Encodes a JSON object.
    ///
    /// - Parameter limit: how many bytes the BSON may have.
    /// - Throws: `OutOfMemory`.
    func encode(_ json: UnsafeRawBufferPointer, limit: Int) throws -> NativeDocument {
        guard !NativeEncoder.isTooLargeForSure(json, limit) else { return NativeDocument() }
        // A parser reads some bytes after the end.
        line.truncate(to: 0)
        let offset = line.append(json)
        let object: JSONValue
        do {
            object = try parser.parse(line.bytes(at: offset, count: json.count))
        } catch is JSONError {
            return NativeDocument()
        }
        defer { parser.releaseLongLine() }
        guard walk.write(object, limit: limit) else { return NativeDocument() }
        let isExact = (try? back.write(walk.bytes)) != nil && back.isEqual(to: json)
        return NativeDocument(bytes: walk.bytes, isExact: isExact, hasDollarKeys: walk.hasDollarKeys)
    }

    /// Whether a document has so many values that its BSON passes the limit, however short they are: an element takes
    /// 8 bytes and more where there are this many. Told before parsing, which takes many bytes for each value.
    private static func isTooLargeForSure(_ json: UnsafeRawBufferPointer, _ limit: Int) -> Bool {
        // A comma within a text counts too, so that a text of commas alone is not worth the memory either.
        json.count > limit / 8 && json.reduce(0) { $0 &+ ($1 == UInt8(ascii: ",") ? 1 : 0) } > limit / 8
    }
}

/// Walks a parsed document, and writes its BSON.
private struct NativeWalk: ~Copyable {
    private var writer = BSONWriter()
    private var repeatedKeys = RepeatedKeys()
    private var limit = 0
    /// Whether a key begins with `$`.
    private(set) var hasDollarKeys = false

    /// What was written.
    var bytes: UnsafeRawBufferPointer { writer.bytes }

    /// Writes an object; false when it would be larger than the limit.
    mutating func write(_ object: JSONValue, limit: Int) -> Bool {
        writer.removeAll()
        hasDollarKeys = false
        self.limit = limit
        return appendObject(object) && writer.count <= limit
    }

    /// The recursion is as deep as the parser allows, 64 levels.
    private mutating func appendObject(_ object: JSONValue) -> Bool {
        let start = writer.begin()
        let repeated = repeatedKeys.places(in: object)
        for (place, member) in object.members.enumerated() {
            if member.name.first == UInt8(ascii: "$") { hasDollarKeys = true }
            if !repeated.isEmpty, repeated.contains(place) { continue }
            if member.name.contains(0) { continue }
            guard append(member.value, member.name) else { return false }
        }
        writer.end(start)
        return true
    }

    private mutating func appendArray(_ array: JSONValue) -> Bool {
        let start = writer.begin()
        var index = ArrayIndex()
        for element in array.elements {
            guard index.withBytes({ append(element, $0) }) else { return false }
            index.increment()
        }
        writer.end(start)
        return true
    }

    /// False when the limit is passed.
    private mutating func append(_ value: JSONValue, _ name: UnsafeRawBufferPointer) -> Bool {
        switch value.kind {
        case .null, .key: writer.name(.null, name)
        case .false, .true:
            writer.name(.boolean, name)
            writer.value(value.isTrue)
        case .number: appendNumber(value.bytes, name)
        case .string:
            guard writer.count + value.bytes.count <= limit else { return false }
            writer.name(.string, name)
            writer.value(text: value.bytes)
        case .array:
            writer.name(.array, name)
            return appendArray(value)
        case .object:
            writer.name(.document, name)
            return appendObject(value)
        }
        return writer.count <= limit
    }

    private mutating func appendNumber(_ token: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) {
        let isReal = token.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        if !isReal, let integer = JSONNumber.integer(token) {
            if let small = Int32(exactly: integer) {
                writer.name(.int32, name)
                writer.value(small)
            } else {
                writer.name(.int64, name)
                writer.value(integer)
            }
            return
        }
        let isNegative = token.first == UInt8(ascii: "-")
        writer.name(.double, name)
        writer.value(JSONNumber.double(token) ?? (isNegative ? -.infinity : .infinity))
    }
}

/// The index of an array's element in decimal digits, which is its name in BSON.
private struct ArrayIndex {
    /// The digits, the last one at the end of the sixteen bytes.
    private var digits: InlineDigits = (0x3030_3030_3030_3030, 0x3030_3030_3030_3030)
    private var length = 1

    private typealias InlineDigits = (UInt64, UInt64)

    /// Calls `body` with the digits.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: digits) { body(UnsafeRawBufferPointer(rebasing: $0[(16 - length)...])) }
    }

    /// Adds one.
    @inline(__always)
    mutating func increment() {
        let length = length
        self.length = withUnsafeMutableBytes(of: &digits) { bytes in
            var place = 15
            while place > 0, bytes[place] == UInt8(ascii: "9") {
                bytes[place] = UInt8(ascii: "0")
                place -= 1
            }
            bytes[place] += 1
            return max(length, 16 - place)
        }
    }
}

import CMongo

/// A value of a command or a filter, which is written in the order in which it stands.
///
///     let filter: BSONValue = ["_id": ["$gt": 603], "rank": ["$exists": true]]
///     let document = filter.document
enum BSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case int32(Int32)
    case int64(Int64)
    case double(Double)
    case text(String)
    case binary([UInt8])
    /// Milliseconds since 1970.
    case date(Int64)
    case array([BSONValue])
    case document([Field])
    /// The bytes of a value of any type, as a document has them.
    case value(BSONType, [UInt8])

    /// A field of a document.
    struct Field: Sendable, Equatable {
        var name: String
        var value: BSONValue
    }

    /// The value as a document of BSON; empty when it is none.
    var bson: BSONDocument {
        var writer = BSONWriter()
        let start = writer.begin()
        if case .document(let fields) = self { for field in fields { field.value.append(to: &writer, field.name) } }
        writer.end(start)
        guard let document = BSONDocument(copying: writer.bytes) else {
            preconditionFailure("the writer writes whole documents")
        }
        return document
    }

    private func append(to writer: inout BSONWriter, _ name: String) {
        var name = name
        name.withUTF8 { writer.name(type, UnsafeRawBufferPointer($0)) }
        switch self {
        case .null: break
        case .boolean(let value): writer.value(value)
        case .int32(let value): writer.value(value)
        case .int64(let value), .date(let value): writer.value(value)
        case .double(let value): writer.value(value)
        case .text(var value): value.withUTF8 { writer.value(text: UnsafeRawBufferPointer($0)) }
        case .binary(let value): value.withUnsafeBytes { writer.value(binary: $0) }
        case .value(_, let bytes): bytes.withUnsafeBytes { writer.value(document: $0) }
        case .array(let values):
            let start = writer.begin()
            for (place, value) in values.enumerated() { value.append(to: &writer, "\(place)") }
            writer.end(start)
        case .document(let fields):
            let start = writer.begin()
            for field in fields { field.value.append(to: &writer, field.name) }
            writer.end(start)
        }
    }

    private var type: BSONType {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .int32: .int32
        case .int64: .int64
        case .double: .double
        case .text: .string
        case .binary: .binary
        case .date: .date
        case .array: .array
        case .document: .document
        case .value(let type, _): type
        }
    }
}

extension BSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringInterpolation
{
    init(dictionaryLiteral fields: (String, BSONValue)...) {
        self = .document(fields.map { Field(name: $0, value: $1) })
    }
    init(arrayLiteral values: BSONValue...) { self = .array(values) }
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral value: Int32) { self = .int32(value) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// Owns a `bson_t` that a function of libmongoc fills.
final class BSONReply {
    /// The place to fill.
    let pointer: OpaquePointer
    private let memory: UnsafeMutableRawPointer

    /// The size and the alignment of a `bson_t`, of which Swift sees only a pointer
    /// (https://mongoc.org/libbson/1.23.1/bson_t.html).
    private static let size = 128

    /// An empty document.
    init() {
        memory = .allocate(byteCount: BSONReply.size, alignment: BSONReply.size)
        pointer = OpaquePointer(memory)
        bson_init(pointer)
    }

    deinit {
        bson_destroy(pointer)
        memory.deallocate()
    }

    /// Its bytes; valid as long as this object exists.
    var bytes: UnsafeRawBufferPointer { BSONDocument.bytes(pointer) }

    /// The integer with a name.
    func integer(_ name: StaticString) -> Int64? { element(name)?.wholeNumber }
    /// The text with a name.
    func text(_ name: StaticString) -> String? { element(name)?.text.map { String(decoding: $0, as: UTF8.self) } }
    /// The element with a name.
    func element(_ name: StaticString) -> BSONElement? {
        (try? BSONReader.element(name, of: bytes)).flatMap { $0 }
    }
}

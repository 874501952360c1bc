import Domain
import Hashing

/// The `_id` of a document, of whatever type.
struct DocumentID: Equatable, Sendable {
    /// Its type.
    let type: BSONType
    /// The bytes of its value, as BSON has them.
    let bytes: [UInt8]

    /// An `_id`.
    init(_ element: BSONElement) {
        type = element.type
        bytes = [UInt8](element.value)
    }

    /// An `_id` of a type and its bytes.
    init(type: BSONType, bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }
}

// MARK: - As text

extension DocumentID {
    /// The form that the ledger stores and messages show: `603`, `oid:65f1c0ffee010203040506ab`, `text:abc`, and for all
    /// others the type and the bytes in base64, `bson:AQAAAAAA+H8=`.
    var text: String {
        bytes.withUnsafeBytes { value in
            let element = BSONElement(type: type, name: UnsafeRawBufferPointer(start: nil, count: 0), value: value)
            if type == .int64 || type == .int32, let integer = element.integer { return String(integer) }
            if type == .objectID { return "oid:" + bytes.hexadecimal }
            if type == .string, let text = element.text, DocumentID.isReadable(text) {
                return "text:" + String(decoding: text, as: UTF8.self)
            }
            return "bson:" + Base64.encode([type.rawValue] + bytes)
        }
    }

    /// Reads the form that the ledger stores; nil when it is none.
    init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        guard parts.count == 2 else {
            guard let integer = Int64(first) else { return nil }
            self.init(type: .int64, bytes: withUnsafeBytes(of: integer.littleEndian) { [UInt8]($0) })
            return
        }
        switch first {
        case "oid":
            guard let bytes = DocumentID.bytes(hexadecimal: parts[1]), bytes.count == 12 else { return nil }
            self.init(type: .objectID, bytes: bytes)
        case "text":
            let text = Array(parts[1].utf8)
            let length = withUnsafeBytes(of: Int32(truncatingIfNeeded: text.count + 1).littleEndian) { [UInt8]($0) }
            self.init(type: .string, bytes: length + text + [0])
        case "bson":
            guard let decoded = Array(parts[1].utf8).withUnsafeBytes({ Base64.decode($0) }),
                let type = decoded.first.flatMap({ BSONType(rawValue: $0) })
            else { return nil }
            let bytes = Array(decoded.dropFirst())
            guard DocumentID.isValue(type, bytes) else { return nil }
            self.init(type: type, bytes: bytes)
        default: return nil
        }
    }

    /// Whether a text can be shown, and be stored by every database.
    private static func isReadable(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count <= 200 && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            && String(validating: text.bindMemory(to: UInt8.self), as: UTF8.self) != nil
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// Whether the bytes are a value of the type.
    private static func isValue(_ type: BSONType, _ bytes: [UInt8]) -> Bool {
        var writer = BSONWriter()
        let start = writer.begin()
        writer.name(type, "_id")
        bytes.withUnsafeBytes { writer.value(document: $0) }
        writer.end(start)
        do {
            var reader = try BSONReader(writer.bytes)
            guard let element = try reader.next(), element.value.count == bytes.count else { return false }
            return try reader.next() == nil
        } catch {
            return false
        }
    }
}

// MARK: - Order

extension DocumentID {
    /// The types that sort alike, in MongoDB's order of types
    /// (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/).
    private static let order: [[BSONType]] = [
        [.minKey], [.undefined], [.null], [.double, .int32, .int64, .decimal128], [.string, .symbol], [.document],
        [.array], [.binary], [.objectID], [.boolean], [.date], [.timestamp], [.regex], [.dbPointer], [.code],
        [.codeWithScope], [.maxKey],
    ]

    /// The types whose values come after all values of this one's type.
    private var laterTypes: [BSONType] {
        let place = DocumentID.order.firstIndex { $0.contains(type) } ?? 0
        return DocumentID.order[(place + 1)...].flatMap { $0 }
    }

    /// A filter for the documents that come after this one in the order of `_id`.
    ///
    /// A comparison finds only values of its operand's own type, so that the later types are named beside it.
    var filterForLater: BSONValue {
        var branches: [BSONValue] = []
        switch type {
        case .minKey, .undefined, .null, .maxKey: break
        case .double, .decimal128:
            // NaN is before all other numbers, and is less than none of them.
            branches.append(["_id": isNaN ? ["$gte": .double(-.infinity)] : ["$gt": .value(type, bytes)]])
        default: branches.append(["_id": ["$gt": .value(type, bytes)]])
        }
        let types = laterTypes
        if !types.isEmpty { branches.append(["_id": ["$type": .array(types.map { .int32($0.number) })]]) }
        return branches.isEmpty ? ["_id": ["$in": []]] : ["$or": .array(branches)]
    }

    private var isNaN: Bool {
        switch type {
        case .double:
            bytes.withUnsafeBytes { Double(bitPattern: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))).isNaN }
        // The five bits after the sign, in the last byte.
        case .decimal128: bytes[15] & 0x7C == 0x7C
        default: false
        }
    }
}

extension BSONType {
    /// The number of the type, as `$type` takes it.
    fileprivate var number: Int32 { self == .minKey ? -1 : Int32(rawValue) }
}

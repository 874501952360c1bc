import CSimdJSON

/// Parses lines of JSON by simdjson, with every part of the line validated, also what nobody reads.
///
/// A parser is used by one thread at a time; the values of a document live until the next `parse`, and no longer than
/// the parser and the line's bytes, which the caller keeps (in a property, or by `withExtendedLifetime`).
public final class JSONParser {
    /// What must be readable after the last byte of a line.
    public static let padding = Int(RH_JSON_PADDING)

    private let handle: OpaquePointer
    private let maximumDepth: Int

    /// - Parameters:
    ///   - keys: keys that are known by their index in this list, which `JSONMember.key` gives back.
    ///   - keepsUnknown: false leaves members with other keys out of the document (they are validated all the same).
    ///   - maximumDepth: the object itself is level 1.
    /// - Throws: `JSONError.noMemory`.
    public init(keys: [StaticString], keepsUnknown: Bool, maximumDepth: Int = 64) throws(JSONError) {
        let pointers: [UnsafePointer<CChar>?] = keys.map {
            UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        guard let handle = rh_json_parser_create(pointers, keys.count, keepsUnknown) else { throw .noMemory }
        self.handle = handle
        self.maximumDepth = maximumDepth
    }

    deinit { rh_json_parser_destroy(handle) }

    /// Gives back the memory that only a very long line needed; its values live no longer.
    public func releaseLongLine() { rh_json_release_long_line(handle) }

    /// The object that `line` is.
    ///
    /// - Parameter line: the bytes, with `padding` readable bytes after them.
    /// - Throws: why it is not one JSON object.
    public func parse(_ line: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var nodes: UnsafePointer<rh_json_node>?
        var count = 0
        let start = line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let status = rh_json_parse(handle, start, line.count, maximumDepth, &nodes, &count)
        guard status == Int32(rh_json_ok), let nodes else {
            throw JSONError(rawValue: UInt32(status)) ?? .structure
        }
        return JSONValue(nodes: nodes, index: 0)
    }

    /// Where the fault is that the last `parse` threw: the offset of its first byte or token in the line; nil where no
    /// single place is at fault.
    public var faultOffset: Int? {
        let offset = rh_json_fault_offset(handle)
        // RH_JSON_NO_OFFSET is the largest size_t, which is -1 here.
        return offset >= 0 ? offset : nil
    }
}

/// Why a line is not one JSON object.
public enum JSONError: UInt32, Error, Sendable, CaseIterable {
    case empty = 1
    case notAnObject
    case cutOff
    case trailing
    case invalidUTF8
    case invalidEscape
    case invalidNumber
    case invalidLiteral
    case controlCharacter
    case structure
    case tooDeep
    case tooLong
    case noMemory

    /// The fault in words, for a person who has the line before them.
    public var explanation: String { explanation(at: nil) }

    /// The fault in words, for a person who has the line before them.
    ///
    /// - Parameter character: the number of the character where it is, from 1; nil where that is not known.
    public func explanation(at character: Int?) -> String {
        let place = character.map { " at character \($0)" } ?? ""
        return switch self {
        case .empty: "it has only white space"
        case .notAnObject: "it is a JSON value, but not an object"
        case .cutOff: "the line ends in the middle of the object"
        case .trailing: "something follows the object\(place)"
        case .invalidUTF8: "bytes that are not UTF-8\(place)"
        case .invalidEscape: "an invalid \\ escape in the string\(place) (ignored fields count too)"
        case .invalidNumber: "an invalid number\(place)"
        case .invalidLiteral: "invalid JSON\(place)"
        case .controlCharacter: "a control character in a string that is not escaped\(place)"
        case .structure: "invalid JSON\(place): a comma, colon, bracket or quote is missing or misplaced"
        case .tooDeep: "nested deeper than 64 levels\(place)"
        case .tooLong: "longer than 16 MiB"
        case .noMemory: "not enough memory to parse it"
        }
    }
}

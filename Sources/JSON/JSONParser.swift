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
    public var explanation: String {
        switch self {
        case .empty: "nothing but white space"
        case .notAnObject: "a JSON value, but not an object"
        case .cutOff: "the line ends in the middle of its object"
        case .trailing: "something follows the object"
        case .invalidUTF8: "bytes that are not UTF-8"
        case .invalidEscape: "a string has an escape that is no Unicode scalar value"
        case .invalidNumber: "a number that JSON does not know"
        case .invalidLiteral: "a word other than true, false or null"
        case .controlCharacter: "an unescaped control character in a string"
        case .structure: "a comma, colon, bracket or quote is missing or too many"
        case .tooDeep: "nested deeper than 64 levels"
        case .tooLong: "longer than 16 MiB"
        case .noMemory: "not enough memory to parse it"
        }
    }
}

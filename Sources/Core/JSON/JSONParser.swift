import CSimdJSON

/// Parses lines of JSON with simdjson. Every part of a line is validated, also members that nobody reads.
///
/// A parser is used by one thread at a time. The values of a document are valid until the next `parse`, and only while
/// the parser and the line's bytes exist. The caller keeps both, in a property or by `withExtendedLifetime`:
///
///     let parser = try JSONParser(keys: ["user_id", "score"], keepsUnknown: false)
///     let event = try parser.parse(line)
///     let score = event.member(1)
public final class JSONParser {
    /// How many bytes after the last byte of a line must be readable. Their values do not matter.
    public static let padding = Int(RH_JSON_PADDING)

    private let handle: OpaquePointer
    private let maximumDepth: Int

    /// Creates a parser.
    ///
    /// - Parameters:
    ///   - keys: the keys that are read; `JSONMember.key` is an index in this list.
    ///   - keepsUnknown: whether the document has the members with other keys. If false, they are validated and left
    ///     out.
    ///   - maximumDepth: how many levels of arrays and objects a line may have; the object itself is level 1.
    /// - Throws: `OutOfMemory`.
    public convenience init(keys: [StaticString], keepsUnknown: Bool, maximumDepth: Int = 64) throws(OutOfMemory) {
        try self.init(keys: keys, keepsUnknown: keepsUnknown, maximumDepth: maximumDepth, longestLine: .max)
    }

    /// Creates a parser that gets no memory for lines longer than `longestLine` bytes, so that tests see what happens
    /// when memory runs out.
    package init(keys: [StaticString], keepsUnknown: Bool, maximumDepth: Int = 64, longestLine: Int) throws(OutOfMemory)
    {
        let pointers: [UnsafePointer<CChar>?] = keys.map {
            UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        guard let handle = rh_json_parser_create(pointers, keys.count, keepsUnknown, longestLine) else {
            throw OutOfMemory()
        }
        self.handle = handle
        self.maximumDepth = maximumDepth
    }

    deinit { rh_json_parser_destroy(handle) }

    /// Releases the memory that only a very long line needed. The last document's values are invalid afterwards.
    public func releaseLongLine() { rh_json_release_long_line(handle) }

    /// Parses a line that should be one JSON object.
    ///
    /// - Parameter line: the bytes, with `padding` readable bytes after them.
    /// - Throws: `JSONError` when the line is not one JSON object; `OutOfMemory`, which says nothing about the line.
    public func parse(_ line: UnsafeRawBufferPointer) throws -> JSONValue {
        var nodes: UnsafePointer<rh_json_node>?
        var count = 0
        let start = line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let status = rh_json_parse(handle, start, line.count, maximumDepth, &nodes, &count)
        if status == Int32(rh_json_ok), let nodes { return JSONValue(nodes: nodes, index: 0) }
        if status == Int32(rh_json_no_memory) { throw OutOfMemory() }
        throw JSONError(rawValue: UInt32(status)) ?? .structure
    }

    /// Where the fault is that the last `parse` threw: the offset in the line of its first byte or token; nil when no
    /// single place is at fault.
    public var faultOffset: Int? {
        let offset = rh_json_fault_offset(handle)
        // RH_JSON_NO_OFFSET is the largest size_t, which is -1 here.
        return offset >= 0 ? offset : nil
    }
}

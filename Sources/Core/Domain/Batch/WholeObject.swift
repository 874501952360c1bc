import JSON

/// Tells whether a line is one JSON object, as the rule `malformed_json` asks for. Used by one thread at a time.
public final class WholeObject {
    private let parser: JSONParser

    /// - Throws: `JSONError.noMemory`.
    public init() throws { parser = try JSONParser(keys: [], keepsUnknown: false) }

    /// Whether the content of a line is one JSON object and nothing else.
    ///
    /// - Parameter content: the bytes, with `ByteBuffer.padding` readable bytes after them.
    public func isOne(_ content: UnsafeRawBufferPointer) -> Bool {
        content.count <= maximumLineLength && (try? parser.parse(content)) != nil
    }
}

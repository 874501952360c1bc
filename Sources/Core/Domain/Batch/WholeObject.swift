import JSON

/// Tells whether a line is one JSON object, as the rule `malformed_json` demands. Used by one thread at a time.
public final class WholeObject {
    private let parser: JSONParser

    /// Creates a check.
    ///
    /// - Throws: `OutOfMemory`.
    public init() throws(OutOfMemory) { parser = try JSONParser(keys: [], keepsUnknown: false) }

    /// Whether the content of a line is one JSON object and nothing else.
    ///
    /// - Parameter content: the bytes, with `JSONParser.padding` readable bytes after them.
    /// - Throws: `OutOfMemory`.
    public func isOne(_ content: UnsafeRawBufferPointer) throws -> Bool {
        guard content.count <= maximumLineLength else { return false }
        do {
            _ = try parser.parse(content)
            return true
        } catch is JSONError {
            return false
        }
    }
}

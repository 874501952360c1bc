import JSON

/// Tells files that are not NDJSON by their first bytes. Used by one thread at a time.
public final class UnsupportedKindCheck {
    private let leavesUnfinished: Bool
    /// Made when it is needed first: few files are searched for an object.
    private lazy var parser = try? JSONParser(keys: [], keepsUnknown: false)

    /// - Parameter leavesUnfinished: whether a last line without LF that is no JSON object is not read yet, since the
    ///   file may grow.
    public init(leavesUnfinished: Bool = false) { self.leavesUnfinished = leavesUnfinished }

    /// What a file is by its first bytes, decompressed; see `UnsupportedKind.verdict`.
    public func verdict(of start: ByteBuffer, isAtEnd: Bool) -> UnsupportedKind.Verdict {
        UnsupportedKind.verdict(
            of: start.bytes, isAtEnd: isAtEnd, leavesUnfinished: leavesUnfinished, isObject: isObject)
    }

    private func isObject(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let parser else { preconditionFailure("out of memory: a JSON parser could not be made") }
        do throws(JSONError) {
            _ = try parser.parse(line)
            return true
        } catch {
            precondition(error != .noMemory, "out of memory: a line could not be parsed")
            return false
        }
    }
}

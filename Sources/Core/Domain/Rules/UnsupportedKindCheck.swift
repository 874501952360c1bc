/// Tells by the first bytes of a file that it is not NDJSON. Used by one thread at a time.
public final class UnsupportedKindCheck {
    private let leavesUnfinished: Bool
    /// Created when it is first needed: few files are searched for an object.
    private var wholeObject: WholeObject?

    /// Creates a check.
    ///
    /// - Parameter leavesUnfinished: whether a last line without LF that is no JSON object is left for a later run,
    ///   since the file may still grow.
    public init(leavesUnfinished: Bool = false) { self.leavesUnfinished = leavesUnfinished }

    /// What kind of file it is by its first bytes, decompressed; see `UnsupportedKind.verdict`.
    ///
    /// - Throws: `OutOfMemory`.
    public func verdict(of start: ByteBuffer, isAtEnd: Bool) throws -> UnsupportedKind.Verdict {
        try UnsupportedKind.verdict(
            of: start.bytes, isAtEnd: isAtEnd, leavesUnfinished: leavesUnfinished, isObject: isObject)
    }

    private func isObject(_ line: UnsafeRawBufferPointer) throws -> Bool {
        let wholeObject = try wholeObject ?? WholeObject()
        self.wholeObject = wholeObject
        return try wholeObject.isOne(line)
    }
}

import Domain

/// How far a file has been read; the meaning of a `SourcePosition` of a file.
public struct FilePosition: Hashable, Sendable {
    /// How many lines were passed, including blank ones. The next line has this number plus 1.
    public var line: Int64
    /// How many bytes of the decompressed stream were passed.
    public var byteOffset: Int64

    /// Creates a position; by default the start.
    public init(line: Int64 = 0, byteOffset: Int64 = 0) {
        self.line = line
        self.byteOffset = byteOffset
    }

    /// The position in a file that a `SourcePosition` stands for; the start if it has no byte offset.
    public init(_ position: SourcePosition) {
        let byteOffset = Int64(position.detail)
        self.init(line: byteOffset == nil ? 0 : position.order, byteOffset: byteOffset ?? 0)
    }

    /// The position in the form that the core stores and compares, with the text `line:byteOffset`.
    public var opaque: SourcePosition { SourcePosition(order: line, detail: String(byteOffset)) }
}

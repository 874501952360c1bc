import Domain

/// How far a file has been read: what its `SourcePosition` says.
public struct FilePosition: Hashable, Sendable {
    /// Lines passed, blank ones included: the number of the next line less 1.
    public var line: Int64
    /// Bytes passed in the decompressed stream.
    public var byteOffset: Int64

    /// A position; the start unless told.
    public init(line: Int64 = 0, byteOffset: Int64 = 0) {
        self.line = line
        self.byteOffset = byteOffset
    }

    /// The position that a source's position of a file stands for; the start where it says nothing of bytes.
    public init(_ position: SourcePosition) {
        let byteOffset = Int64(position.detail)
        self.init(line: byteOffset == nil ? 0 : position.order, byteOffset: byteOffset ?? 0)
    }

    /// The position as everybody else knows it: `line:byteOffset`.
    public var opaque: SourcePosition { SourcePosition(order: line, detail: String(byteOffset)) }
}

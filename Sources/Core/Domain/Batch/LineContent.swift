/// Separates the content of a line from its byte order mark and its CR (contract §2.1).
public enum LineContent {
    /// LF, which ends a line.
    public static let lineFeed: UInt8 = 0x0a
    /// CR, which may come before it.
    public static let carriageReturn: UInt8 = 0x0d
    /// The greatest number of bytes in a line that are not content: a byte order mark and a CR.
    public static let extraBytes = 4

    /// The range of the content in the line at `first..<last` of `base`, which excludes the LF; nil when the line is
    /// blank.
    @inlinable @inline(__always)
    public static func range(_ base: UnsafeRawPointer, _ first: Int, _ last: Int) -> Range<Int>? {
        guard first < last else { return nil }
        var start = first
        let byte = base.load(fromByteOffset: first, as: UInt8.self)
        // A space or less, or the first byte of a byte order mark.
        if byte <= 0x20 || byte == 0xef {
            let line = UnsafeRawBufferPointer(start: base + first, count: last - first)
            start += byteOrderMarkLength(line)
            if isBlank(UnsafeRawBufferPointer(rebasing: line[(start - first)...])) { return nil }
        }
        let endsInReturn = base.load(fromByteOffset: last - 1, as: UInt8.self) == 0x0d
        return start..<(endsInReturn ? last - 1 : last)
    }

    /// 3 when the bytes begin with a byte order mark, otherwise 0.
    public static func byteOrderMarkLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
    }

    /// Whether the bytes are only spaces, tabs and CRs.
    public static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    }
}

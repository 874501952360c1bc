/// Separates the content of a line from its byte order mark and its CR (contract §2.1).
enum LineContent {
    static let lineFeed: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    /// The greatest number of bytes in a line that are not content: a byte order mark and a CR.
    static let extraBytes = 4

    private static let space: UInt8 = 0x20
    private static let tab: UInt8 = 0x09
    private static let firstOfByteOrderMark: UInt8 = 0xef

    /// The range of the content in the line at `first..<last` of `base`, which excludes the LF; nil when the line is
    /// blank.
    @inline(__always)
    static func range(_ base: UnsafeRawPointer, _ first: Int, _ last: Int) -> Range<Int>? {
        guard first < last else { return nil }
        var start = first
        let byte = base.load(fromByteOffset: first, as: UInt8.self)
        if byte <= space || byte == firstOfByteOrderMark {
            let line = UnsafeRawBufferPointer(start: base + first, count: last - first)
            start += byteOrderMarkLength(line)
            if isBlank(UnsafeRawBufferPointer(rebasing: line[(start - first)...])) { return nil }
        }
        let endsInReturn = base.load(fromByteOffset: last - 1, as: UInt8.self) == carriageReturn
        return start..<(endsInReturn ? last - 1 : last)
    }

    /// 3 when the bytes begin with a byte order mark, otherwise 0.
    static func byteOrderMarkLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.count >= 3 && bytes[0] == firstOfByteOrderMark && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
    }

    /// Whether the bytes are only spaces, tabs and CRs.
    static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 == space || $0 == tab || $0 == carriageReturn }
    }
}

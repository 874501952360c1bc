import Hashing

/// What of a line's bytes is content (contract §2.1).
enum LineContent {
    static let lineFeed: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    /// The most bytes of a line that are no content: a byte order mark and a CR.
    static let extraBytes = 4

    private static let space: UInt8 = 0x20
    private static let tab: UInt8 = 0x09
    private static let firstOfByteOrderMark: UInt8 = 0xef

    /// The content of a line at `first..<last` of `base`, LF excluded; nil when it is blank.
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

    /// 3 when the bytes begin with a byte order mark, else 0.
    static func byteOrderMarkLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.count >= 3 && bytes[0] == firstOfByteOrderMark && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
    }

    /// Whether there is nothing but space, tab and CR.
    static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 == space || $0 == tab || $0 == carriageReturn }
    }
}

/// A line too long to hold, which passes by in pieces.
struct LongLine {
    /// Where its content begins: after a byte order mark.
    let start: Int
    private let content = StreamingSHA256()
    /// The hash of all bytes, where it does not follow from that of the content.
    private let all: StreamingSHA256?
    private var contentLength: Int64 = 0
    private var endsInReturn = false
    private var isBlank = true

    /// A line that begins with these bytes, at least 3.
    init(_ bytes: UnsafeRawBufferPointer) {
        start = LineContent.byteOrderMarkLength(bytes)
        all = start > 0 ? StreamingSHA256() : nil
        all?.update(UnsafeRawBufferPointer(rebasing: bytes[..<start]))
        take(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// Takes in the next piece, without the LF.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        guard let last = bytes.last else { return }
        all?.update(bytes)
        releaseReturn()
        isBlank = isBlank && LineContent.isBlank(bytes)
        endsInReturn = last == LineContent.carriageReturn
        let taken = endsInReturn ? bytes.dropLast() : bytes[...]
        content.update(UnsafeRawBufferPointer(rebasing: taken))
        contentLength += Int64(taken.count)
    }

    /// The length and SHA-256 of its content; nil when it is blank. It is over then.
    func contentAtEnd() -> (length: Int64, sha256: String)? {
        isBlank ? nil : (contentLength, content.finish().hexadecimal)
    }

    /// How many bytes it has, all told.
    var length: Int64 { Int64(start) + contentLength + (endsInReturn ? 1 : 0) }

    /// The SHA-256 of all its bytes. It is over then.
    mutating func digestAtEnd() -> String {
        releaseReturn()
        return (all ?? content).finish().hexadecimal
    }

    /// A CR was not the line's end: it is content.
    private mutating func releaseReturn() {
        guard endsInReturn else { return }
        endsInReturn = false
        withUnsafeBytes(of: LineContent.carriageReturn) { content.update($0) }
        contentLength += 1
    }
}

import Hashing

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

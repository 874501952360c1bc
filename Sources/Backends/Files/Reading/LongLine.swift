import Domain
import Hashing

/// A line that is too long to keep: it is measured and hashed piece by piece.
struct LongLine {
    /// The offset of the content, which begins after a byte order mark.
    let start: Int
    private let content = StreamingSHA256()
    /// The hash of all bytes; nil when the line has no byte order mark, because the hash of the content is then the
    /// same.
    private let all: StreamingSHA256?
    private var contentLength: Int64 = 0
    private var endsInReturn = false
    private var isBlank = true

    /// Begins with the first bytes of a line, at least 3.
    init(_ bytes: UnsafeRawBufferPointer) {
        start = LineContent.byteOrderMarkLength(bytes)
        all = start > 0 ? StreamingSHA256() : nil
        all?.update(UnsafeRawBufferPointer(rebasing: bytes[..<start]))
        add(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// Adds the next piece, without the LF.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let last = bytes.last else { return }
        all?.update(bytes)
        releaseReturn()
        isBlank = isBlank && LineContent.isBlank(bytes)
        endsInReturn = last == LineContent.carriageReturn
        let taken = endsInReturn ? bytes.dropLast() : bytes[...]
        content.update(UnsafeRawBufferPointer(rebasing: taken))
        contentLength += Int64(taken.count)
    }

    /// The length and SHA-256 of the content, or nil when the line is blank. Nothing may be added afterwards.
    func contentAtEnd() -> (length: Int64, sha256: String)? {
        isBlank ? nil : (contentLength, content.finish().hexadecimal)
    }

    /// How many bytes the line has, including its byte order mark and CR.
    var length: Int64 { Int64(start) + contentLength + (endsInReturn ? 1 : 0) }

    /// The SHA-256 of all bytes. Nothing may be added afterwards.
    mutating func digestAtEnd() -> String {
        releaseReturn()
        return (all ?? content).finish().hexadecimal
    }

    /// More bytes follow the last CR, so the CR is content.
    private mutating func releaseReturn() {
        guard endsInReturn else { return }
        endsInReturn = false
        withUnsafeBytes(of: LineContent.carriageReturn) { content.update($0) }
        contentLength += 1
    }
}

import Domain

/// Turns documents into lines of a file, from which the same documents are read. Used by one thread.
///
/// A document is written byte for byte. Only an LF between the parts of its JSON, which would end the line, becomes a
/// space, which means the same there.
final class RestoredLine {
    private let line = ByteBuffer(capacity: 64 << 10)

    /// The line of a document, with its LF, valid until the next call; nil when no line of a file can be this document,
    /// which is then no JSON: it has an LF within a text, or is blank but for LFs.
    ///
    /// - Parameter document: without byte order mark and CR at its ends that are no content.
    func of(_ document: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        line.truncate(to: 0)
        // A reader removes one mark and one CR.
        if LineContent.byteOrderMarkLength(document) > 0 {
            for byte: UInt8 in [0xef, 0xbb, 0xbf] { line.append(byte) }
        }
        let start = line.count
        line.append(document)
        if document.contains(LineContent.lineFeed) {
            let copy = UnsafeMutableRawBufferPointer(start: line.base + start, count: document.count)
            guard Self.replaceLineFeeds(copy), !LineContent.isBlank(UnsafeRawBufferPointer(copy)) else { return nil }
        }
        if document.last == LineContent.carriageReturn { line.append(LineContent.carriageReturn) }
        line.append(LineContent.lineFeed)
        return line.bytes
    }

    /// Replaces each LF that is not within a text by a space.
    ///
    /// - Returns: false when there is one within a text.
    private static func replaceLineFeeds(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        var (isText, isEscaped) = (false, false)
        for index in bytes.indices {
            switch bytes[index] {
            case LineContent.lineFeed:
                if isText { return false }
                bytes[index] = 0x20
            case UInt8(ascii: "\""): if !isEscaped { isText.toggle() }
            case UInt8(ascii: "\\") where isText && !isEscaped:
                isEscaped = true
                continue
            default: break
            }
            isEscaped = false
        }
        return true
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The kind of a file that is not NDJSON (contract §2.1, other kinds).
public enum UnsupportedKind: Hashable, Sendable {
    case zip, xz, bzip2, parquet, sqlite, tar
    case utf16, utf32
    case jsonArray
    case indentedJSON
    case csv(separator: UInt8)
}

extension UnsupportedKind {
    /// What the first bytes of a file tell.
    public enum Verdict: Equatable, Sendable {
        /// The file is read as lines, each of which may still break a rule.
        case lines
        /// The file is of another kind.
        case other(UnsupportedKind)
        /// More bytes are needed to tell.
        case undecided
    }

    /// The lines that begin within this many bytes are searched for a JSON object.
    public static let searchedBytes = 64 << 10
    /// With this many bytes, the mark of each kind is either there or missing.
    static let markBytes = 265
    /// A line is read up to this many bytes, a byte order mark and a CR included.
    static let longestLine = maximumLineLength + 4

    /// Tells the kind of a file by its first bytes, decompressed.
    ///
    /// It needs as few bytes as possible: of an ordinary file, the first line.
    ///
    /// - Parameters:
    ///   - start: the first bytes; `JSONParser.padding` bytes after them are readable.
    ///   - isAtEnd: whether these are all bytes of the file.
    ///   - leavesUnfinished: whether a last line without LF that is no JSON object is left for a later run, since the
    ///     file may still grow.
    ///   - isObject: whether a line is a JSON object.
    public static func verdict(
        of start: UnsafeRawBufferPointer, isAtEnd: Bool, leavesUnfinished: Bool = false,
        isObject: (UnsafeRawBufferPointer) throws -> Bool
    ) rethrows -> Verdict {
        if let kind = marked(start, isAtEnd: isAtEnd) { return .other(kind) }
        var lines = StartLines(start, isAtEnd: isAtEnd)
        guard let first = lines.nextNotBlank() else { return undecided(unless: isAtEnd || start.count > longestLine) }
        if !isAtEnd, start.count < markBytes, !first.beginsObject { return .undecided }
        let candidate: UnsupportedKind
        switch first.content.first {
        case UInt8(ascii: "{"):
            if first.content.count > 1 { return .lines }
            guard first.isEnded else { return .undecided }
            if leavesUnfinished, !first.hasLineFeed { return .lines }
            candidate = .indentedJSON
        case UInt8(ascii: "["): candidate = .jsonArray
        default:
            if first.content.contains(UInt8(ascii: "{")) { return .lines }
            guard first.isEnded else { return undecided(unless: first.isTooLong) }
            guard let next = lines.nextNotBlank() else {
                return undecided(unless: isAtEnd || start.count > first.end + longestLine)
            }
            guard next.isEnded else { return undecided(unless: next.isTooLong) }
            guard let separator = commonSeparator(first.content, next.content) else { return .lines }
            candidate = .csv(separator: separator)
        }
        return try search(start, isAtEnd: isAtEnd, isObject) ?? .other(candidate)
    }

    private static func undecided(unless isDecided: Bool) -> Verdict { isDecided ? .lines : .undecided }

    /// Searches the lines that begin within the first 64 KiB for a JSON object; nil when none is one.
    private static func search(
        _ start: UnsafeRawBufferPointer, isAtEnd: Bool, _ isObject: (UnsafeRawBufferPointer) throws -> Bool
    ) rethrows -> Verdict? {
        var lines = StartLines(start, isAtEnd: isAtEnd)
        while let line = lines.nextNotBlank(), line.start < searchedBytes {
            guard line.content.first == UInt8(ascii: "{") else { continue }
            if line.isEnded {
                if try isObject(line.content) { return .lines }
            } else if !line.isTooLong {
                return .undecided
            }
        }
        return isAtEnd || start.count >= searchedBytes ? nil : .undecided
    }

    /// The separator that both lines have equally often; of several such separators the most frequent.
    private static func commonSeparator(_ first: UnsafeRawBufferPointer, _ next: UnsafeRawBufferPointer) -> UInt8? {
        var found: (separator: UInt8, count: Int)?
        for separator in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
            let count = first.count { $0 == separator }
            guard count > found?.count ?? 0, next.count(where: { $0 == separator }) == count else { continue }
            found = (separator, count)
        }
        return found?.separator
    }

    /// The kind whose mark the file begins with.
    private static func marked(_ start: UnsafeRawBufferPointer, isAtEnd: Bool) -> UnsupportedKind? {
        func has(_ mark: [UInt8], at offset: Int = 0) -> Bool {
            start.count >= offset + mark.count && start[offset..<(offset + mark.count)].elementsEqual(mark)
        }
        let bzip2 = Array("BZh".utf8)
        if has([0x50, 0x4b, 3, 4]) || has([0x50, 0x4b, 5, 6]) || has([0x50, 0x4b, 7, 8]) { return .zip }
        if has([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) { return .xz }
        if has(bzip2), start.count > 3, start[3] >= UInt8(ascii: "1"), start[3] <= UInt8(ascii: "9") { return .bzip2 }
        if has(Array("PAR1".utf8)) { return .parquet }
        if has(Array("SQLite format 3\0".utf8)) { return .sqlite }
        // The marks of POSIX and of GNU. Both have a zero byte, which JSON does not have.
        if has(Array("ustar\0".utf8), at: 257) || has(Array("ustar  \0".utf8), at: 257) { return .tar }
        if has([0xff, 0xfe, 0, 0]) { return .utf32 }
        // UTF-32 begins with the same two bytes; the next two tell.
        let isUTF16 = has([0xff, 0xfe]) || has([0xfe, 0xff])
        return isUTF16 && (isAtEnd || start.count >= 4) ? .utf16 : nil
    }
}

/// The lines at the start of a file, without byte order mark and white space around them.
private struct StartLines {
    struct StartLine {
        /// Where the line begins, and where the bytes of it end that are there, without the LF.
        let start, end: Int
        let content: UnsafeRawBufferPointer
        let hasLineFeed: Bool
        /// Whether all of the line is there.
        let isEnded: Bool

        /// Whether the line is too long to be read whole.
        var isTooLong: Bool { end - start > UnsupportedKind.longestLine }

        /// Whether the line begins an object. A line of a tar archive does not: it contains zero bytes.
        var beginsObject: Bool { isEnded && content.first == UInt8(ascii: "{") && !content.contains(0) }
    }

    private let bytes: UnsafeRawBufferPointer
    private let isAtEnd: Bool
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer, isAtEnd: Bool) {
        self.bytes = bytes
        self.isAtEnd = isAtEnd
    }

    /// The next line that is not blank.
    mutating func nextNotBlank() -> StartLine? {
        while place < bytes.count {
            let start = place
            let lineFeed = lineFeed(from: start)
            let end = lineFeed ?? bytes.count
            place = end + 1
            let content = trimmed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            if content.isEmpty { continue }
            let hasLineFeed = lineFeed != nil
            return StartLine(
                start: start, end: end, content: content, hasLineFeed: hasLineFeed, isEnded: hasLineFeed || isAtEnd)
        }
        return nil
    }

    private func lineFeed(from start: Int) -> Int? {
        guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0a, bytes.count - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }

    private func trimmed(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let hasMark = line.count >= 3 && line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d }
        var content = line.dropFirst(hasMark ? 3 : 0).drop(while: isBlank)
        while let last = content.last, isBlank(last) { content.removeLast() }
        return UnsafeRawBufferPointer(rebasing: content)
    }
}

import Domain
import Glibc

/// The start of a file that is not NDJSON (contract §2.1, other kinds): what counts as its one line.
struct UnsupportedStart {
    /// What is wrong with the file, and what to do.
    let message: String
    /// The content of its first line, 64 KiB at most.
    let raw: UnsafeRawBufferPointer
    /// The offset of its first byte of content.
    let offset: Int64

    /// Looks at a stream of which nothing is read yet; nil when it is to be read as lines.
    ///
    /// - Throws: when the disk cannot be read.
    init?(_ stream: LookAheadStream, _ check: UnsupportedKindCheck, name: String) throws(FileError) {
        guard let kind = try Self.kind(of: stream, check, name: name) else { return nil }
        message = kind.message(decompression: Self.decompression(of: stream))
        let ahead = stream.ahead
        let start = LineContent.byteOrderMarkLength(ahead.bytes)
        let wanted = start + keptOfLongLine + 1
        while !stream.isAtEnd, ahead.count < wanted, !ahead.bytes.contains(LineContent.lineFeed) {
            stream.beginTurn()
            try stream.look()
        }
        let lineFeed = ahead.bytes.firstIndex(of: LineContent.lineFeed)
        var end = lineFeed ?? ahead.count
        let isEnded = lineFeed != nil || stream.isAtEnd
        if isEnded, end > start, ahead.bytes[end - 1] == LineContent.carriageReturn { end -= 1 }
        raw = ahead.bytes(at: start, count: min(end - start, keptOfLongLine))
        offset = Int64(start)
    }

    /// The command that decompresses a stream's file, where it is compressed.
    static func decompression(of stream: LookAheadStream) -> String? {
        stream.compression.map { "\($0.rawValue) -dc" }
    }

    /// What a stream is that is not NDJSON, by as many bytes as it takes to tell; nil for lines.
    static func kind(
        of stream: LookAheadStream, _ check: UnsupportedKindCheck, name: String
    ) throws(FileError) -> UnsupportedKind? {
        while stream.ahead.count == 0, !stream.isAtEnd {
            stream.beginTurn()
            try stream.look()
        }
        while true {
            let verdict: UnsupportedKind.Verdict
            do {
                verdict = try check.verdict(of: stream.ahead, isAtEnd: stream.isAtEnd)
            } catch {
                throw FileError(.read, name, errno: ENOMEM)
            }
            switch verdict {
            case .lines: return nil
            case .other(let kind): return kind
            case .undecided:
                guard !stream.isAtEnd else { return nil }
                stream.beginTurn()
                // Twice as much each time, so that a long line is not searched over and over.
                try stream.look(upTo: max(stream.ahead.count, UnsupportedKind.searchedBytes))
            }
        }
    }
}

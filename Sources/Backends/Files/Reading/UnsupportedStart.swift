import Domain
import Glibc

/// The start of a file that is not NDJSON (contract §2.1, other kinds). It counts as one rejected line.
struct UnsupportedStart {
    /// What the file looks like, and what to do about it.
    let message: String
    /// The content of the first line, at most 64 KiB.
    let raw: UnsafeRawBufferPointer
    /// The offset of the first byte of content.
    let offset: Int64

    /// Examines a stream of which nothing has been read; nil when it is to be read as lines.
    ///
    /// - Throws: `FileError` when the disk cannot be read.
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

    /// The command that decompresses the stream's file; nil when it is not compressed.
    static func decompression(of stream: LookAheadStream) -> String? {
        stream.compression.map { "\($0.rawValue) -dc" }
    }

    /// The kind of a file that is not NDJSON; nil when it is to be read as lines. Examines only as many bytes as the
    /// decision needs.
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
                // The number of bytes doubles each time, so that a long line is not searched again and again.
                try stream.look(upTo: max(stream.ahead.count, UnsupportedKind.searchedBytes))
            }
        }
    }
}

import Domain

/// A pipe, a device or standard input that is open already and whose first bytes were looked at: its bytes come once.
///
/// It may be sent to another thread since it has one owner at a time: who looks at it gives it to a set of files, which
/// gives it to the one reader that reads it.
public final class OpenedStream: @unchecked Sendable {
    private var stream: LookAheadStream?

    /// Opens a file; errors call it by its name.
    ///
    /// - Throws: when it cannot be opened or read.
    public init(_ file: FoundFile) throws(FileError) {
        let opened: OpenFile
        switch file.location {
        case .file(let path): opened = try OpenFile(reading: path, as: file.name)
        case .standardInput, .opened: opened = OpenFile(standardInput: ())
        }
        stream = LookAheadStream(try Decompression.stream(SourceInput(opened)))
    }

    /// Its first lines, which are read again afterwards; looks no further than it must.
    ///
    /// - Parameter isEnough: whether the lines that are there, of which the last may be cut, are enough.
    /// - Returns: one chunk; nil when the stream was taken.
    /// - Throws: when it cannot be read.
    public func firstLines(
        of source: Source, until isEnough: (LineChunk) -> Bool
    ) throws(FileError) -> LineChunk? {
        guard let stream else { return nil }
        while true {
            if stream.ahead.count > 0 || stream.isAtEnd {
                let reader = LineReader(
                    LookedAtStream(stream), source: source, chunkSize: OpenedStream.mostBytes * 2,
                    expectedSize: Int64(stream.ahead.count), kindCheck: UnsupportedKindCheck())
                guard let chunk = try reader.next() else { return nil }
                if stream.isAtEnd || stream.ahead.count >= OpenedStream.mostBytes || isEnough(chunk) { return chunk }
            }
            stream.beginTurn()
            try stream.look(upTo: max(stream.ahead.count, 64 << 10))
        }
    }

    /// So many bytes at least are looked at, unless fewer are enough.
    private static let mostBytes = 1 << 20

    /// The stream, to be read; nil when it was taken before.
    func take() -> LookAheadStream? {
        defer { stream = nil }
        return stream
    }
}

extension OpenedStream: Hashable {
    /// Whether they are one stream.
    public static func == (left: OpenedStream, right: OpenedStream) -> Bool { left === right }
    /// By what it is, since its bytes are not known.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// What of a stream was looked at.
private final class LookedAtStream: ByteStream {
    private let stream: LookAheadStream
    private var given = 0

    init(_ stream: LookAheadStream) { self.stream = stream }

    var damage: Damage? { stream.isAtEnd ? stream.damage : nil }
    var sourceBytesRead: Int64 { stream.sourceBytesRead }
    var compression: CompressionFormat? { stream.compression }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(stream.ahead.count - given, buffer.count)
        if count > 0 { buffer.copyMemory(from: stream.ahead.bytes(at: given, count: count)) }
        given += count
        return count
    }
}

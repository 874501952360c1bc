import Domain

/// A pipe, a device or standard input that was opened to examine its first lines. Its bytes can be read only once, so
/// the same object is read later.
///
///     let stream = try OpenedStream(file)
///     let sample = try stream.firstLines(of: source) { $0.lines.count >= 10 }
///
/// It may be sent to another thread because it has one owner at a time: the one that examines it passes it to a set of
/// files, which passes it to the only reader.
public final class OpenedStream: @unchecked Sendable {
    private var stream: LookAheadStream?

    /// Opens a file. Error messages use its name.
    ///
    /// - Throws: `FileError` when the file cannot be opened or read.
    public init(_ file: FoundFile) throws(FileError) {
        let opened: OpenFile
        switch file.location {
        case .file(let path): opened = try OpenFile(reading: path, as: file.name)
        case .standardInput, .opened: opened = OpenFile(standardInput: ())
        }
        stream = LookAheadStream(try Decompression.stream(SourceInput(opened)))
    }

    /// Returns the first lines, which will be read again afterwards. Reads no further than needed.
    ///
    /// - Parameter isEnough: whether the lines found so far are enough; the last of them may be incomplete.
    /// - Returns: one chunk; nil when the stream was taken before.
    /// - Throws: `FileError` when the stream cannot be read.
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

    /// Examines up to this many bytes, unless `isEnough` is satisfied before.
    private static let mostBytes = 1 << 20

    /// Passes the stream to its reader; nil when it was taken before.
    func take() -> LookAheadStream? {
        defer { stream = nil }
        return stream
    }
}

extension OpenedStream: Hashable {
    /// Whether both are the same object.
    public static func == (left: OpenedStream, right: OpenedStream) -> Bool { left === right }
    /// Hashes the object's identity, because the bytes are not known.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The part of a stream that was examined.
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

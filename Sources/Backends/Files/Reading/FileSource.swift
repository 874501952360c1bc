import Domain

/// A file to be read, and the position to begin at.
public struct PlannedFile: Sendable {
    /// Where to read the bytes from.
    public var location: FileLocation
    /// The source that the lines belong to.
    public var source: Source
    /// The snapshot date of the movie documents, as days since 1970-01-01.
    public var snapshotDay: Int32
    /// The position to begin at.
    public var start: FilePosition

    /// Creates a plan to read a file; by default from its start.
    public init(location: FileLocation, source: Source, snapshotDay: Int32 = 0, start: FilePosition = FilePosition()) {
        self.location = location
        self.source = source
        self.snapshotDay = snapshotDay
        self.start = start
    }
}

/// Where the bytes of a source are read from.
public enum FileLocation: Hashable, Sendable {
    /// A file, pipe or device at a path.
    case file(String)
    /// Standard input.
    case standardInput
    /// A stream that was opened before, because its first bytes were examined and cannot be read again.
    case opened(OpenedStream)
}

/// Reads the lines of given files, one file after the other. It does not consult the ledger; `FileSet` does.
///
/// Errors are `FileError`s that use the name in the file's `Source`.
public final class FileSource: LineSource {
    private var files: ArraySlice<PlannedFile>
    private var reader: LineReader?
    private let chunkSize: Int

    /// Creates a source of lines that reads files in order, in chunks of about `chunkSize` bytes of decompressed data.
    public init(_ files: [PlannedFile], chunkSize: Int = LineReader.defaultChunkSize) {
        self.files = files[...]
        self.chunkSize = chunkSize
    }

    /// Returns the next chunk, or nil when all files have been read.
    ///
    /// - Throws: `FileError` when a file cannot be opened or read.
    public func next() throws -> LineChunk? {
        while true {
            if let chunk = try reader?.next() {
                if chunk.isLast { reader = nil }
                return chunk
            }
            guard let file = files.popFirst() else { return nil }
            reader = try FileSource.open(file, chunkSize)
        }
    }

    private static func open(_ planned: PlannedFile, _ chunkSize: Int) throws(FileError) -> LineReader {
        let stream: any ByteStream
        var size: Int64?
        switch planned.location {
        case .file(let path):
            let file = try OpenFile(reading: path, as: planned.source.name)
            size = file.size
            stream = try Decompression.stream(SourceInput(file))
        case .standardInput: stream = try Decompression.standardInput()
        case .opened(let opened):
            guard let taken = opened.take() else { throw FileError(.open, planned.source.name, .readOnce) }
            stream = taken
        }
        // Compressed lines become several times longer: a factor of four is a good estimate for small files.
        return LineReader(
            stream,
            source: planned.source,
            snapshotDay: planned.snapshotDay,
            start: planned.start,
            chunkSize: chunkSize,
            expectedSize: size.map { $0 &* 4 },
            kindCheck: UnsupportedKindCheck()
        )
    }
}

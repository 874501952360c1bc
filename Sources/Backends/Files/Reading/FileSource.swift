import Domain

/// A file that is to be read, and from where.
public struct PlannedFile: Sendable {
    /// Where its bytes are.
    public var location: FileLocation
    /// What its lines are of.
    public var source: Source
    /// The snapshot date of its movie documents, as days since 1970-01-01.
    public var snapshotDay: Int32
    /// Where to begin.
    public var start: FilePosition

    /// A file; from its start unless told.
    public init(location: FileLocation, source: Source, snapshotDay: Int32 = 0, start: FilePosition = FilePosition()) {
        self.location = location
        self.source = source
        self.snapshotDay = snapshotDay
        self.start = start
    }
}

/// Where a source's bytes are.
public enum FileLocation: Hashable, Sendable {
    /// A path.
    case file(String)
    /// Standard input.
    case standardInput
    /// What is open already, since its bytes come once and its first were looked at.
    case opened(OpenedStream)
}

/// Files as a source of lines, read one after the other, each opened when it is its turn.
///
/// Errors are `FileError`s that name the file as its `Source` does.
public final class FileSource: LineSource {
    private var files: ArraySlice<PlannedFile>
    private var reader: LineReader?
    private let chunkSize: Int

    /// Files to read in order, in chunks of about `chunkSize` bytes of decompressed data.
    public init(_ files: [PlannedFile], chunkSize: Int = LineReader.defaultChunkSize) {
        self.files = files[...]
        self.chunkSize = chunkSize
    }

    /// The next chunk, or nil when all files are read.
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
        // Compressed lines are several times as long: four times is a good guess for small files.
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

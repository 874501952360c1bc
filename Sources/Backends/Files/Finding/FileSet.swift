import Domain

/// The input files that `--movies` or `--events` names: paths, folders, patterns and `-`.
///
///     let files = try FileSet(["data/events"], port: .events)
///     files.describe().count  // how many files will be read
public struct FileSet: SourceSet {
    /// The options of reading files.
    public struct Options: Sendable {
        /// The approximate size of a chunk in bytes of decompressed data.
        public var chunkSize = LineReader.defaultChunkSize
        /// The greatest number of lines in a chunk.
        public var chunkLines = LineReader.mostLines
        /// The files and folders that belong to the warehouse itself and are never input.
        public var own = OwnFiles()
        /// Whether a last line without LF is read although it is not a whole JSON object.
        public var readsUnfinished = false
        /// Files whose name has a date after this one are left; days since 1970-01-01.
        public var lastDay: Int32?

        /// Chunks of few lines need no large buffers. These are the usual size of a line, and the size of a buffer below
        /// which nothing is saved.
        private static let bytesForALine = 256
        private static let smallestChunk = 4096

        /// Creates the default options.
        public init() {}

        /// Creates the options that a command line asks for.
        public init(_ options: SourceOptions) {
            if let lines = options.chunkLines {
                chunkLines = min(chunkLines, max(1, lines))
                chunkSize = min(chunkSize, max(Self.smallestChunk, chunkLines * Self.bytesForALine))
            }
            own = OwnFiles(options.own)
            readsUnfinished = options.readsUnfinished
            lastDay = options.lastDay
        }
    }

    /// The port that the lines belong to.
    public let port: SourcePort
    /// The files, in the order in which they will be read.
    public var files: [FoundFile] { found.files }
    /// The paths that were left out because they belong to the warehouse itself.
    public var passedOver: [SourceRemark] { found.passedOver }
    /// The paths that cannot be read, with the reason.
    public var unreadable: [SourceRemark] { found.unreadable }
    /// Whether one of the files is standard input, a pipe or a device.
    public var mayPause: Bool { files.contains { $0.size == nil } }
    /// As `mayPause`: what comes through a pipe does not come twice.
    public var isReadOnce: Bool { mayPause }
    private let found: FoundFiles
    private let options: Options

    /// Finds the files for the arguments of a command line; see `FileDiscovery`.
    ///
    /// - Throws: `FileError` when a named path does not exist, when nothing matches a pattern, or when a named path
    ///   belongs to the warehouse itself.
    public init(
        _ arguments: [String], port: SourcePort, options: Options = Options()
    ) throws(FileError) {
        self.init(
            try FileDiscovery.find(arguments, unless: options.own), port: port, options: options)
    }

    /// Finds the files for the arguments of a command line, to be read in chunks of about `chunkSize` bytes.
    public init(_ arguments: [String], port: SourcePort, chunkSize: Int) throws(FileError) {
        var options = Options()
        options.chunkSize = chunkSize
        try self.init(arguments, port: port, options: options)
    }

    /// Creates a set of files that were found before.
    public init(_ found: FoundFiles, port: SourcePort, options: Options = Options()) {
        self.port = port
        var found = found
        if let last = options.lastDay {
            found.files.removeAll { file in SnapshotDate.inName(file.lastPathComponent).map { $0 > last } ?? false }
        }
        self.found = found
        self.options = options
    }

    /// The names and sizes of the files, in their order.
    public func describe() -> [SourceDescription] { files.map { SourceDescription(name: $0.name, size: $0.size) } }

    /// Opens the files as one source of lines, which reads one file after the other.
    public func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        var knownFiles = KnownFiles()
        try known { if $0.mark.identity.port == port { knownFiles.add($0) } }
        return try FileSetSource(
            files,
            options: FileSetSource.Options(
                port: port, request: request, own: options.own,
                chunkSize: ChunkSize(bytes: options.chunkSize, lines: options.chunkLines),
                readsUnfinished: options.readsUnfinished),
            known: knownFiles)
    }
}

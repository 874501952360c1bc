import Domain

/// What `--movies` or `--events` names when it is files: paths, folders, patterns and `-`.
public struct FileSet: SourceSet {
    /// How files are read.
    public struct Options: Sendable {
        /// About how many bytes of decompressed data a chunk has.
        public var chunkSize = LineReader.defaultChunkSize
        /// What belongs to the warehouse itself and is never input.
        public var own = OwnFiles()
        /// Whether a last line without LF is read as it is, whatever it is.
        public var readsUnfinished = false

        /// The defaults.
        public init() {}

        /// What a command line asks for.
        public init(_ options: SourceOptions) {
            chunkSize = min(chunkSize, options.chunkBytes ?? chunkSize)
            own = OwnFiles(options.own)
            readsUnfinished = options.readsUnfinished
        }
    }

    /// The port that its lines come in by.
    public let port: SourcePort
    /// The files, in the order in which they are to be read.
    public var files: [FoundFile] { found.files }
    /// What was found of the warehouse's own.
    public var passedOver: [SourceRemark] { found.passedOver }
    /// What was found and cannot be read.
    public var unreadable: [SourceRemark] { found.unreadable }
    private let found: FoundFiles
    private let options: Options

    /// Finds the files that arguments mean; see `FileDiscovery`.
    ///
    /// - Throws: `FileError` when a path is not there, nothing matches a pattern, or what is named is the warehouse's
    ///   own.
    public init(
        _ arguments: [String], port: SourcePort, options: Options = Options()
    ) throws(FileError) {
        self.init(
            try FileDiscovery.find(arguments, unless: options.own), port: port, options: options)
    }

    /// Finds the files that arguments mean, to be read in chunks of about so many bytes.
    public init(_ arguments: [String], port: SourcePort, chunkSize: Int) throws(FileError) {
        var options = Options()
        options.chunkSize = chunkSize
        try self.init(arguments, port: port, options: options)
    }

    /// Files that were found.
    public init(_ found: FoundFiles, port: SourcePort, options: Options = Options()) {
        self.port = port
        self.found = found
        self.options = options
    }

    /// The files, in their order.
    public func describe() -> [SourceDescription] { files.map { SourceDescription(name: $0.name, size: $0.size) } }

    /// Opens the files, to be read one after the other.
    public func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        var knownFiles = KnownFiles()
        try known { if $0.mark.identity.port == port { knownFiles.add($0) } }
        return try FileSetSource(
            files,
            options: FileSetSource.Options(
                port: port, request: request, own: options.own, chunkSize: options.chunkSize,
                readsUnfinished: options.readsUnfinished),
            known: knownFiles)
    }
}

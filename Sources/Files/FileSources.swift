import Domain

/// The files that `--movies` or `--events` names, as a port.
public struct FileSources: SourceSet {
    /// Which stream it is.
    public let port: SourceIdentity.Port
    private let files: [FoundFile]
    private let chunkSize: Int

    /// Finds the files of some arguments: paths, folders, patterns and `-`.
    ///
    /// - Parameter chunkSize: about how many bytes of decompressed data a chunk has.
    /// - Throws: `FileError` when a path is not there, or nothing matches a pattern.
    public init(
        port: SourceIdentity.Port, arguments: [String], chunkSize: Int = LineReader.defaultChunkSize
    ) throws(FileError) {
        self.port = port
        self.chunkSize = chunkSize
        self.files = try FileDiscovery.files(for: arguments)
    }

    /// Reads each file once to know it by its bytes; what comes only once (a pipe) has no identity.
    public func describe() throws -> [SourceDescription] {
        try files.map { file in
            guard case .file(let path) = file.location, let size = file.size else {
                return SourceDescription(name: file.name, identity: nil, size: file.size)
            }
            let day = port == .movies ? SnapshotDate.inName(file.lastPathComponent) : nil
            let identity = SourceIdentity(port: port, key: try FileIdentity(path: path).key, snapshotDay: day)
            return SourceDescription(name: file.name, identity: identity, size: size)
        }
    }

    /// Opens some of them.
    public func open(_ plan: [PlannedSource]) throws -> any LineSource {
        FileSource(
            plan.map { PlannedFile(location: files[$0.index].location, source: $0.source, start: $0.start) },
            chunkSize: chunkSize)
    }
}

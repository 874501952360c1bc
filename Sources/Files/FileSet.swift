import Dispatch
import Domain

/// What `--movies` or `--events` names when it is files: paths, folders, patterns and `-`.
public struct FileSet: SourceSet {
    /// Which stream it is.
    public let port: SourceIdentity.Port
    /// The files, in the order in which they are to be read.
    public let files: [FoundFile]
    private let chunkSize: Int

    /// Finds the files that arguments mean; see `FileDiscovery`.
    ///
    /// - Parameter chunkSize: about how many bytes of decompressed data a chunk has.
    /// - Throws: `FileError` when a path is not there, nothing matches a pattern, or a folder cannot be listed.
    public init(
        _ arguments: [String], port: SourceIdentity.Port, chunkSize: Int = LineReader.defaultChunkSize
    ) throws(FileError) {
        self.port = port
        self.chunkSize = chunkSize
        self.files = try FileDiscovery.files(for: arguments)
    }

    /// Files that were found before, each of them readable once where its bytes come once.
    public init(files: [FoundFile], port: SourceIdentity.Port) {
        self.port = port
        self.files = files
        chunkSize = LineReader.defaultChunkSize
    }

    /// The files with their identities, for which each is read once from start to end, several at a time.
    ///
    /// Standard input, pipes and devices have none, since their bytes come once.
    ///
    /// - Throws: `FileError` when one cannot be read.
    public func describe() throws -> [SourceDescription] {
        let described = UnsafeMutableBufferPointer<Result<SourceDescription, any Error>>.allocate(capacity: files.count)
        defer { described.deallocate() }
        // Each iteration has a place of its own, and all have ended when they are read.
        nonisolated(unsafe) let places = described
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
            places.initializeElement(at: index, to: Result { try description(of: files[index]) })
        }
        defer { described.deinitialize() }
        return try described.map { try $0.get() }
    }

    private func description(of file: FoundFile) throws(FileError) -> SourceDescription {
        guard case .file(let path) = file.location, file.size != nil else {
            return SourceDescription(name: file.name, identity: nil, size: nil)
        }
        let identity = try FileIdentity(path: path)
        let day = port == .movies ? SnapshotDate.inName(file.lastPathComponent) : nil
        return SourceDescription(
            name: file.name, identity: SourceIdentity(port: port, key: identity.key, snapshotDay: day),
            size: identity.size)
    }

    /// Opens some of the files, to be read one after the other.
    public func open(_ plan: [PlannedSource]) -> any LineSource {
        FileSource(
            plan.map { PlannedFile(location: files[$0.index].location, source: $0.source, start: $0.start) },
            chunkSize: chunkSize
        )
    }
}

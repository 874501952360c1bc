import Domain
import Glibc
import Hashing

/// A snapshot in a folder.
public final class SnapshotFolderSource: SnapshotSource {
    /// The folder, as the user named it.
    public let location: String
    /// Its manifest.
    public let manifest: SnapshotManifest
    /// The SHA-256 of its manifest.
    public let manifestSHA256: String
    private let lock: SnapshotLock?

    /// Opens a snapshot.
    ///
    /// - Parameter isHeld: whether `prune` in another process is kept from removing it.
    /// - Throws: `SnapshotError.noSnapshot`, `SnapshotError.damaged`; `FileError`.
    public init(_ path: String, isHeld: Bool = false) throws {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        location = path
        guard Folder.isFolder(path), SnapshotMarker.isSnapshot(path) else {
            throw SnapshotError.noSnapshot(path: path)
        }
        lock = isHeld ? try SnapshotLock(path, isShared: true) : nil
        let text = try OpenFile(reading: "\(path)/\(SnapshotManifest.fileName)").readAll()
        guard let manifest = SnapshotManifest(text: text) else {
            throw SnapshotError.damaged(path: path, how: "its manifest cannot be read, or is of a newer version")
        }
        self.manifest = manifest
        manifestSHA256 = text.withUnsafeBytes { Digest.sha256($0).hexadecimal }
    }

    /// The name of its folder.
    public var name: String { FilePath.split(FilePath.resolved(location) ?? location).name }

    /// Files beside those of the manifest, but dotted ones.
    public func strayNames() throws -> [String] {
        // What SQLite makes beside a database while somebody reads it (https://sqlite.org/tempfiles.html).
        let ofReaders = manifest.warehouseFile.map { file in ["-shm", "-wal"].map { file.name + $0 } } ?? []
        let known = Set(manifest.files.map(\.name) + ofReaders + [SnapshotManifest.fileName])
        let (names, misnamed) = try Folder.entries(in: location)
        return names.filter { !known.contains($0) && !$0.hasPrefix(".") } + misnamed
    }

    /// Checks that a file is there with the size and SHA-256 of the manifest.
    public func check(_ file: SnapshotFile) throws {
        let open = try open(file)
        guard open.size == file.bytes else {
            throw damaged("\(file.name) has \(open.size ?? 0) bytes, and the manifest says \(file.bytes)")
        }
        guard try open.hashed().sha256 == file.sha256 else {
            throw damaged("\(file.name) has other bytes than those that were written")
        }
    }

    /// Opens a file.
    public func records(of file: SnapshotFile) throws -> any SnapshotRecords {
        let open = try open(file)
        let stream = try Decompression.stream(SourceInput(open))
        return FileRecords(stream, file, manifest.form) { [location] in
            SnapshotError.damaged(path: location, how: $0)
        }
    }

    private func open(_ file: SnapshotFile) throws -> OpenFile {
        let path = "\(location)/\(file.name)"
        var status = stat()
        // Opening a pipe would wait for its writer.
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw damaged("\(file.name) is no regular file")
        }
        guard let open = try OpenFile.ifThere(path) else { throw damaged("\(file.name) is not there") }
        return open
    }

    private func damaged(_ how: String) -> SnapshotError { .damaged(path: location, how: how) }
}

/// The records of a compressed file.
private final class FileRecords: SnapshotRecords {
    private let stream: any ByteStream
    private let file: SnapshotFile
    private let form: SnapshotForm
    private let damaged: (String) -> SnapshotError
    private let hash = StreamingSHA256()
    private var bytes: Int64 = 0
    private var buffer = ByteBuffer(capacity: 1 << 20)
    private var start = 0
    private var isAtEnd = false

    init(
        _ stream: any ByteStream, _ file: SnapshotFile, _ form: SnapshotForm,
        _ damaged: @escaping (String) -> SnapshotError
    ) {
        self.stream = stream
        self.file = file
        self.form = form
        self.damaged = damaged
    }

    func next() throws -> UnsafeRawBufferPointer? {
        var end = SnapshotRecordEnd()
        while true {
            let rest = buffer.bytes(at: start, count: buffer.count - start)
            if let length = SnapshotRowReader.recordLength(rest, form, &end) {
                start += length
                return UnsafeRawBufferPointer(rebasing: rest[..<length])
            }
            if isAtEnd {
                if !rest.isEmpty { throw damaged("\(file.name) ends in the middle of a row") }
                return nil
            }
            try readMore()
        }
    }

    private func readMore() throws {
        if start > 0 {
            let rest = ByteBuffer(capacity: 1 << 20)
            rest.append(buffer.bytes(at: start, count: buffer.count - start))
            (buffer, start) = (rest, 0)
        }
        let before = buffer.count
        try buffer.fill(upTo: 1 << 19) { space throws(FileError) in try stream.read(into: space) }
        if buffer.count > before {
            bytes += Int64(buffer.count - before)
            return hash.update(buffer.bytes(at: before, count: buffer.count - before))
        }
        isAtEnd = true
        if stream.damage != nil { throw damaged("\(file.name) cannot be decompressed to its end") }
        guard bytes == file.contentBytes, hash.current.hexadecimal == file.contentSHA256 else {
            throw damaged("the content of \(file.name) is another one than the manifest says")
        }
    }
}

import Domain
import Glibc

/// Writes a snapshot into a folder of snapshots, such as `snapshots/2026-11-28/`.
///
/// All is written under a dotted name, which neither a load nor another command takes for a snapshot. Each file is flushed
/// when it ends; then comes the manifest, and last the folder gets its name. Of an export that was killed only the dotted
/// folder stays, and the next export removes it. A living one is told by the lock (flock) that it has on its folder.
public final class SnapshotFolder: SnapshotTarget {
    /// The folder of snapshots, as the user named it.
    public let location: String
    private let day: Int32
    private let folders: NewFolders
    private let staging: StagingFolder
    private let lock: SnapshotLock
    private var isPublished = false

    /// What the dotted names of unfinished and of removed snapshots begin with.
    static let prefixes = [".export.", ".pruned."]

    /// Prepares a snapshot of a date, and removes what killed commands have left.
    ///
    /// - Throws: `OutputRefusal.protected`; `FileError` when nothing can be created there.
    public init(_ path: String, day: Int32, protected: ProtectedPlaces) throws {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        location = path
        self.day = day
        var nearest = path
        while !Folder.isFolder(nearest), nearest != ".", nearest != "/" { nearest = FilePath.split(nearest).folder }
        if let occupant = protected.store(around: nearest) {
            throw OutputRefusal.protected(path: path, occupant: occupant)
        }
        if SnapshotMarker.isSnapshot(nearest) {
            throw OutputRefusal.protected(path: path, occupant: "in the snapshot \(nearest)")
        }
        folders = try NewFolders(path)
        SnapshotFolder.sweep(path)
        staging = try StagingFolder(in: path, for: "export")
        lock = try SnapshotLock(staging.path, isShared: false)
    }

    deinit { discard() }

    /// Removes what killed commands have left in a folder of snapshots.
    static func sweep(_ path: String) {
        for name in (try? Folder.entries(in: path).names) ?? []
        where prefixes.contains(where: name.hasPrefix) && name.hasSuffix(".part") {
            // Where the lock is taken, the export is alive.
            guard let lock = try? SnapshotLock("\(path)/\(name)", isShared: false) else { continue }
            withExtendedLifetime(lock) { FileTree.remove("\(path)/\(name)") }
        }
    }

    // MARK: Files

    /// Begins a file.
    public func begin(_ name: String) throws -> any SnapshotFileTarget {
        try SnapshotFileWriter(path: path(of: name), name: name, as: "\(location)/\(name)")
    }

    /// The path of a file that something else writes.
    public func path(of name: String) -> String { "\(staging.path)/\(name)" }

    /// Makes a file durable that something else wrote, and hashes it.
    public func adopt(_ name: String, rows: Int64) throws -> SnapshotFile {
        let file = try OpenFile(reading: path(of: name))
        try file.sync()
        let (bytes, sha256) = try file.hashed()
        return SnapshotFile(
            name: name, rows: rows, bytes: bytes, sha256: sha256, contentBytes: bytes, contentSHA256: sha256)
    }

    /// Removes a file again.
    public func remove(_ name: String) { FileTree.remove(path(of: name)) }

    /// A sorter with room in the snapshot's folder.
    public func makeSorter() throws -> any RowSorter { FileSorter(in: staging.path) }

    // MARK: The end

    /// Writes the manifest, and gives the folder its name.
    public func publish(_ manifest: SnapshotManifest) throws -> (path: String, wasThere: Bool) {
        let written = try ReplacedFile(path: path(of: SnapshotManifest.fileName))
        try Array(manifest.text.utf8).withUnsafeBytes { try written.file.write($0) }
        try written.file.sync()
        try written.commit()
        try OpenFile(folder: staging.path).sync()
        var number = 1
        // After all of its day that are there, also where an earlier one was removed: the greatest is the newest.
        let last =
            try Folder.entries(in: location).names.compactMap { SnapshotName.parse($0) }
            .filter { $0.day == day }.map(\.number).max() ?? 0
        while true {
            let path = "\(location)/\(SnapshotName.text(day: day, number: number))"
            var status = stat()
            if lstat(path, &status) != 0 {
                if number > last, try staging.become(path) {
                    try OpenFile(folder: location).sync()
                    isPublished = true
                    folders.keep()
                    return (path, false)
                }
            } else if SnapshotFolder.isWhole(path, as: manifest) {
                return (path, true)
            }
            number += 1
        }
    }

    /// Whether an undamaged snapshot with the content of a manifest is at a path.
    private static func isWhole(_ path: String, as manifest: SnapshotManifest) -> Bool {
        guard let there = try? SnapshotFolderSource(path), there.manifest.hasSameContent(as: manifest) else {
            return false
        }
        do {
            for file in there.manifest.files { try there.check(file) }
            return true
        } catch {
            return false
        }
    }

    /// Removes what is not published.
    public func discard() { if !isPublished { staging.remove() } }

    // MARK: Folders of snapshots

    /// The names of the snapshots in a folder; none where there is no such folder.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard Folder.isFolder(path) else { return [] }
        return try Folder.entries(in: path).names.filter {
            SnapshotName.parse($0) != nil && SnapshotMarker.isSnapshot("\(path)/\($0)")
        }
    }

    /// The names of folders that were snapshots and have lost their manifest, or one that can be read.
    public static func brokenNames(in path: String) throws(FileError) -> [String] {
        guard Folder.isFolder(path) else { return [] }
        let endings = [".csv.zst", ".ndjson.zst", ".parquet"]
        return try Folder.entries(in: path).names.filter { name in
            let folder = "\(path)/\(name)"
            guard SnapshotName.parse(name) != nil, Folder.isFolder(folder), !SnapshotMarker.isSnapshot(folder),
                let names = try? Folder.entries(in: folder).names
            else { return false }
            return names.contains { name in
                name == SnapshotManifest.fileName || endings.contains(where: name.hasSuffix)
            }
        }
    }

    /// What became of a snapshot that was to be removed.
    public enum Removal: Sendable {
        /// It is removed.
        case removed
        /// An export reads it for `--since`, so that it stays.
        case inUse
        /// Somebody else has removed it meanwhile.
        case gone
    }

    /// Removes a snapshot from a folder of snapshots. It is renamed first, so that a kill leaves no half of it.
    public static func prune(_ name: String, in path: String) throws(FileError) -> Removal {
        let folder = "\(path)/\(name)"
        do throws(FileError) {
            let lock = try SnapshotLock(folder, isShared: false)
            try withExtendedLifetime(lock) { () throws(FileError) in
                let aside = "\(path)/.pruned.\(name).part"
                FileTree.remove(aside)
                if rename(folder, aside) != 0 { throw FileError(.remove, folder, errno: errno) }
                try OpenFile(folder: path).sync()
                FileTree.remove(aside)
            }
        } catch {
            if error.reason == .alreadyThere { return .inUse }
            if !isThere(name, in: path) { return .gone }
            throw error
        }
        return .removed
    }

    /// Whether a folder of snapshots has something of a name.
    public static func isThere(_ name: String, in path: String) -> Bool {
        var status = stat()
        return lstat("\(path)/\(name)", &status) == 0
    }

    /// Whether a name in a folder of snapshots is a symbolic link.
    public static func isLink(_ name: String, in path: String) -> Bool {
        var status = stat()
        return lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Removes what killed commands have left in a folder of snapshots.
    public static func sweepLeftovers(in path: String) { sweep(path) }
}

/// A lock on a folder, which ends with this object or with the process.
public final class SnapshotLock {
    private let folder: OpenFile

    /// - Throws: `FileError`, with the reason `alreadyThere` when another process has the lock.
    init(_ path: String, isShared: Bool) throws(FileError) {
        folder = try OpenFile(folder: path)
        while flock(folder.descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { throw FileError(.lock, path, .alreadyThere) }
            guard errno == EINTR else { throw FileError(.lock, path, errno: errno) }
        }
    }

    /// Takes a folder of snapshots, so that one process at a time decides which of them go.
    ///
    /// - Parameter willWait: called before it waits for another process.
    public init(whole path: String, willWait: () throws -> Void) throws {
        folder = try OpenFile(folder: path)
        var hasWaited = false
        while flock(folder.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw FileError(.lock, path, errno: errno) }
            if !hasWaited { try willWait() }
            hasWaited = true
            try StopRequest.checkReading()
            usleep(50_000)
        }
    }
}

/// Knows folders as snapshots by their manifests, whatever their names are.
enum SnapshotMarker {
    /// Whether a folder has a manifest of `reelhouse export`.
    static func isSnapshot(_ folder: String) -> Bool {
        let path = "\(folder)/\(SnapshotManifest.fileName)"
        var status = stat()
        // Opening a pipe would wait for its writer.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let file = try? OpenFile(reading: path)
        else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            guard let count = try? file.read(into: buffer) else { return false }
            return String(decoding: buffer[..<count], as: UTF8.self).contains("\"\(SnapshotManifest.mark)\"")
        }
    }
}

import Domain
import Glibc
import Hashing

import enum Logging.Redaction

/// The folder of event files that compact works on. The compacted files stand in the folder itself; originals are found
/// below it too. What is unfinished is in the dotted folder `.compact.part`, which no run reads; what a killed compact left
/// in it is removed by the next one.
///
/// One process at a time has the folder: it holds a `flock` on it, which the system releases when the process ends.
public final class CompactFolder: CompactStore {
    /// The folder, as the user named it.
    public let location: String
    private let own: OwnFiles
    private let keep: String?
    private let lock: OpenFile
    private let part: String
    private var hasPart = false
    private var found = FoundFiles()
    private var files: [Entry] = []
    private var known = KnownFiles()
    private var written: [CompactedDay: String] = [:]
    private var touchedFolders: Set<String> = []
    /// The folders that originals were removed from.
    private var emptiedFolders: Set<String> = []

    /// What is known of a file.
    private struct Entry {
        var path: String
        var file: CompactFile
        /// Its state when it was opened.
        var state: FileState?
        /// The ledger's key of it, once it was opened.
        var identity: SourceIdentity?
    }

    /// Opens a folder, and takes it for this process.
    ///
    /// - Parameters:
    ///   - own: files that are never input.
    ///   - keep: the folder that originals are moved to; nil removes them.
    /// - Throws: `CompactFolderError`, `FileError`.
    public init(_ location: String, own: LocalFiles = LocalFiles(), keep: String? = nil) throws {
        var folder = location
        while folder.utf8.count > 1, folder.utf8.last == UInt8(ascii: "/") { folder.removeLast() }
        self.location = folder
        self.own = OwnFiles(own)
        self.keep = keep
        part = folder + "/.compact.part"
        guard access(folder, F_OK) == 0 else { throw FileError(.find, location, errno: errno) }
        guard Folder.isFolder(folder) else { throw FileError(.list, location, .isNoFolder) }
        lock = try OpenFile(folder: folder)
        while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { throw CompactFolderError.inUse(folder: folder) }
            guard errno == EINTR else { throw FileError(.lock, folder, errno: errno) }
        }
        if let keep { try Self.check(keep, for: folder) }
    }

    /// Removes what is unfinished, while the folder is still this process's.
    deinit { if hasPart { removePart() } }

    /// Checks that originals can be moved to a folder, and would not be read there as input.
    private static func check(_ keep: String, for folder: String) throws {
        try Folder.make(keep)
        let (inside, outside) = (FilePath.absolute(keep), FilePath.absolute(folder))
        if inside == outside || inside.hasPrefix(outside + "/") {
            throw CompactFolderError.keptInside(keep: keep, folder: folder)
        }
        var (from, to) = (stat(), stat())
        if stat(folder, &from) == 0, stat(keep, &to) == 0, from.st_dev != to.st_dev {
            throw CompactFolderError.keptElsewhere(keep: keep, folder: folder)
        }
    }

    // MARK: - Finding

    /// Removes what an earlier compact left; see `CompactStore`.
    public func sweep() throws {
        FileTree.remove(part)
        UnfinishedFiles.add(part)
        hasPart = true
        try Folder.make(part)
    }

    private func removePart() {
        FileTree.remove(part)
        UnfinishedFiles.forget(part)
        hasPart = false
    }

    /// Finds the files; see `CompactStore`.
    public func survey(known: ((KnownSource) throws -> Void) throws -> Void) throws -> [CompactFile] {
        found = try FileDiscovery.find([location], unless: own)
        try known { if $0.mark.identity.port == .events { self.known.add($0) } }
        files = found.files.compactMap { file in
            guard case .file(let path) = file.location, let size = file.size else { return nil }
            let place =
                path == location + "/" + file.lastPathComponent ? CompactedDay(name: file.lastPathComponent) : nil
            let isCompacted = place != nil && Self.hasTable(path)
            return Entry(
                path: path, file: CompactFile(name: file.name, size: size, place: place, isCompacted: isCompacted))
        }
        return files.map(\.file)
    }

    /// Files and folders that cannot be read.
    public var unreadable: [SourceRemark] { found.unreadable }

    private static func hasTable(_ path: String) -> Bool {
        // One that cannot be read is told of when its turn comes.
        guard let file = try? OpenFile(reading: path) else { return false }
        return (try? SeekTable(of: file)) != nil
    }

    /// Opens a file that was loaded whole; see `CompactStore`.
    public func open(_ file: Int, settledBefore: Int64) throws -> CompactOpening {
        do throws(FileError) {
            return try openLoaded(file, settledBefore: settledBefore)
        } catch {
            guard error.isOfTheFile else { throw error }
            return .unreadable("\(error.why); \(error.advice)")
        }
    }

    private func openLoaded(_ index: Int, settledBefore: Int64) throws(FileError) -> CompactOpening {
        let entry = files[index]
        var link = stat()
        if lstat(entry.path, &link) == 0, link.st_mode & S_IFMT == S_IFLNK {
            return .left("it is a symbolic link; only files themselves are compacted")
        }
        if isBehindLink(entry.path) {
            return .left("it is reached through a symbolic link; compact the folder that it lies in")
        }
        let (file, status) = try OpenFile.input(entry.path, as: entry.file.name, unless: own)
        guard status.st_mode & S_IFMT == S_IFREG else { return .left("it is no regular file") }
        let lookup = try FileLookup(file, size: Int64(status.st_size))
        guard let match = try lookup.match(in: known, day: nil, name: entry.file.name) else {
            return .left("the warehouse has not loaded it; `reelhouse run` does")
        }
        guard match.entry.isComplete || match.entry.isOutgrown else {
            return .left("it is loaded only in part; `reelhouse run` loads the rest")
        }
        guard match.bytes == lookup.size else {
            return .left(
                try Self.hasLine(file, after: match.bytes)
                    ? "it has grown since it was loaded; `reelhouse run` loads the rest"
                    : "its last line has no line feed; `reelhouse run --whole` loads it")
        }
        if lookup.compression == nil, Int64(status.st_mtim.tv_sec) * 1000 >= settledBefore {
            return .left("it is a plain file that was written to lately, and may still grow")
        }
        files[index].state = FileState(status)
        files[index].identity = SourceIdentity(port: .events, key: match.entry.key.text)
        return .lines(
            try FileLines(
                file, entry.file, number: index, key: match.entry.key,
                firstRun: entry.file.isCompacted ? 0 : match.entry.firstRun))
    }

    /// Whether a folder between this one and a file is a symbolic link, so that the file may be of something else.
    private func isBehindLink(_ path: String) -> Bool {
        var folder = FilePath.split(path).folder
        while folder.utf8.count > location.utf8.count {
            var status = stat()
            if lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFLNK { return true }
            folder = FilePath.split(folder).folder
        }
        return false
    }

    /// Whether a line ends after an offset, as far as the next piece of the file tells. Compressed bytes count as they are.
    private static func hasLine(_ file: OpenFile, after offset: Int64) throws(FileError) -> Bool {
        let buffer = ByteBuffer(capacity: 1 << 16)
        try buffer.fill(upTo: 1 << 16) { space throws(FileError) in try file.read(into: space, at: offset) }
        return buffer.count == 1 << 16 || buffer.bytes.contains(UInt8(ascii: "\n"))
    }

    // MARK: - Writing

    /// A sorter of lines with room on the same disk.
    public func makeSorter() throws -> any RowSorter { FileSorter(in: part) }

    /// Begins a compacted file; see `CompactStore`.
    public func begin(_ day: CompactedDay) throws -> any CompactWriter {
        let path = "\(part)/\(day.fileName)"
        written[day] = path
        let previous = files.first { $0.file.place == day && $0.file.isCompacted }?.identity
        return try CompactedFileWriter(path, name: "\(location)/\(day.fileName)", day: day, previous: previous)
    }

    // MARK: - Names

    /// Gives a file another name: `a.ndjson.zst` becomes `a.original.ndjson.zst`. Runs know it by its bytes.
    public func setAside(_ file: Int) throws {
        let (folder, name) = FilePath.split(files[file].path)
        let stem = name.hasSuffix(".ndjson.zst") ? String(name.dropLast(11)) : name
        for number in 0..<Int.max {
            let other = "\(folder)/\(stem).original\(number == 0 ? "" : "-\(number)").ndjson.zst"
            guard try NewName.give(other, to: files[file].path) else { continue }
            files[file].path = other
            break
        }
        try flush()
    }

    /// Gives a compacted file its name.
    public func publish(_ day: CompactedDay) throws {
        guard let path = written[day] else { preconditionFailure("\(day.fileName) is not written") }
        let target = "\(location)/\(day.fileName)"
        if files.contains(where: { $0.file.place == day && $0.file.isCompacted }) {
            if rename(path, target) != 0 { throw FileError(.replace, target, errno: errno) }
        } else {
            // A file of this name that has appeared meanwhile is not overwritten.
            guard try NewName.give(target, to: path) else { throw CompactFolderError.nameTaken(path: target) }
        }
    }

    /// Makes new names durable.
    public func flush() throws { try OpenFile(folder: location).sync() }

    /// Removes an original; see `CompactStore`.
    public func remove(_ file: Int) throws -> Bool {
        let entry = files[file]
        guard let state = FileState(path: entry.path), state.isSameContent(as: entry.state) else { return false }
        touchedFolders.insert(FilePath.split(entry.path).folder)
        emptiedFolders.insert(FilePath.split(entry.path).folder)
        guard let keep else {
            if unlink(entry.path) != 0 { throw FileError(.remove, entry.path, errno: errno) }
            return true
        }
        let target = keep + entry.path.dropFirst(location.utf8.count)
        try Folder.make(FilePath.split(target).folder)
        var (other, number) = (target, 0)
        while access(other, F_OK) == 0 {
            number += 1
            other = "\(target).\(number)"
        }
        if rename(entry.path, other) != 0 { throw FileError(.replace, other, errno: errno) }
        touchedFolders.insert(FilePath.split(other).folder)
        return true
    }

    /// Removes a folder below this one while it has nothing in it, and those around it likewise. None is reached through a
    /// symbolic link, since the files behind one are left.
    private func removeEmpty(_ folder: String) {
        var path = folder
        while path.utf8.count > location.utf8.count, rmdir(path) == 0 {
            touchedFolders.remove(path)
            path = FilePath.split(path).folder
            touchedFolders.insert(path)
        }
    }

    /// Removes the folders that were emptied, makes removals durable, and removes what is unfinished.
    public func finish() throws {
        for folder in emptiedFolders.sorted().reversed() { removeEmpty(folder) }
        emptiedFolders = []
        for folder in touchedFolders.sorted() { try OpenFile(folder: folder).sync() }
        touchedFolders = []
        removePart()
    }
}

extension FileState {
    /// Whether this is the same file with the same content. Its name may be another one.
    fileprivate func isSameContent(as other: FileState?) -> Bool { self == other }
}

/// Why a folder cannot be compacted.
public enum CompactFolderError: ReportedError, Equatable {
    /// Another compact works on it.
    case inUse(folder: String)
    /// Originals would be kept where they are read as input.
    case keptInside(keep: String, folder: String)
    /// Originals would have to be copied.
    case keptElsewhere(keep: String, folder: String)
    /// A file has appeared under the name of a compacted one.
    case nameTaken(path: String)
    /// What was read back is not what was written.
    case notAsWritten(path: String, how: String)

    /// What failed, and where.
    public var message: String {
        switch self {
        case .inUse(let folder): Redaction.text("another compact works on \(folder)")
        case .keptInside(let keep, let folder): Redaction.text("\(keep) lies within \(folder)")
        case .keptElsewhere(let keep, let folder): Redaction.text("\(keep) is on another disk than \(folder)")
        case .nameTaken(let path): Redaction.text("\(path) has appeared while its folder was compacted")
        case .notAsWritten(let path, let how): Redaction.text("\(path) is not as it was written: \(how)")
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .inUse: "Wait for its end."
        case .keptInside: "Name a folder that is not read as input."
        case .keptElsewhere: "Name a folder on the same disk, from where the files can be moved on later."
        case .nameTaken:
            "It is left as it is, and so are the originals: no line is lost. Load it with `reelhouse run`, and compact again."
        case .notAsWritten:
            "The originals are still there, and nothing was changed. The disk or the memory fails: look at the system's "
                + "log, then run again."
        }
    }

    /// The kind of failure.
    public var kind: FailureKind {
        switch self {
        case .inUse: .inUse
        case .keptInside, .keptElsewhere: .usage
        case .nameTaken, .notAsWritten: .failed
        }
    }
}

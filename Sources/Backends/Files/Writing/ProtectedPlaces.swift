import Domain
import Glibc

/// The files and folders that no output may overwrite, even with --force: those that the backends keep on this machine.
/// They are recognized by device and inode, so that another name does not circumvent the protection.
public struct ProtectedPlaces {
    private struct Node: Hashable {
        let device: UInt
        let inode: UInt

        init(_ status: stat) {
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
        }

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }
    }

    /// Existing files.
    private var files: [Node: String] = [:]
    /// The names of files that exist or may be created later, by folder.
    private var names: [Node: [String: String]] = [:]
    private var folders: [Node: String] = [:]

    /// Creates the set of protected places; an empty set by default.
    public init(_ own: LocalFiles = LocalFiles()) {
        for place in own.files {
            let what = Self.words(place)
            if let node = Node(place.path) { files[node] = what }
            let (folder, name) = FilePath.split(FilePath.resolved(place.path) ?? place.path)
            if let node = Node(folder) { names[node, default: [:]][name] = what }
        }
        for place in own.folders {
            if let node = Node(place.path) { folders[node] = Self.words(place) }
        }
    }

    private static func words(_ place: LocalFiles.Place) -> String {
        place.isTold ? "\(place.what) \(place.path)" : place.what
    }

    /// The protected file or store that a path would overwrite, in words; nil when it would overwrite none.
    public func occupant(of path: String) -> String? {
        if let node = Node(path), let what = files[node] { return what }
        let (folder, name) = FilePath.split(path)
        if let node = Node(folder), let what = names[node]?[name] { return what }
        if isDatabase(path) { return "a SQLite database" }
        return store(around: folder)
    }

    /// The raw store that a folder belongs to, in words: one that the command named, or any that a run has written to.
    public func store(around folder: String) -> String? {
        guard var path = FilePath.resolved(folder) else { return nil }
        while true {
            if let node = Node(path), let what = folders[node] { return what }
            if access(path + "/.lock", F_OK) == 0,
                Folder.isFolder(path + "/movies") || Folder.isFolder(path + "/comments")
            {
                return "the raw store \(path)"
            }
            let parent = FilePath.split(path).folder
            if parent == path { return nil }
            path = parent
        }
    }

    /// Whether a file begins like a SQLite database (https://sqlite.org/fileformat.html). It must not be a database
    /// that this process has open: closing the descriptor would drop SQLite's locks.
    private func isDatabase(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let file = try? OpenFile(reading: path)
        else {
            return false
        }
        let mark = Array("SQLite format 3\0".utf8)
        return withUnsafeTemporaryAllocation(byteCount: mark.count, alignment: 1) { buffer in
            (try? file.read(into: buffer)) == mark.count && buffer.elementsEqual(mark)
        }
    }
}

/// Splits and resolves paths.
public enum FilePath {
    /// The folder part of a path, `.` when it has none, and the last part.
    public static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.utf8.index(after: slash)...]))
    }

    /// The path without symbolic links; nil when nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The path from the root without symbolic links, also of what is not there yet.
    public static func absolute(_ path: String) -> String {
        if let resolved = resolved(path) { return resolved }
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let (folder, name) = split(trimmed)
        // `.` and `/` are there, so that this ends.
        guard folder != trimmed, !name.isEmpty else { return trimmed }
        let above = absolute(folder)
        switch name {
        case ".": return above
        case "..": return split(above).folder
        default: return above == "/" ? "/" + name : above + "/" + name
        }
    }
}

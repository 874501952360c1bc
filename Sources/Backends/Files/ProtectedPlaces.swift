import Glibc

/// What no output may overwrite, whatever a person says: a warehouse with the files that SQLite keeps beside it, and a
/// raw store. Files and folders are known by device and inode, so that another name of theirs protects them as well.
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

    private static let sqliteSuffixes = ["", "-wal", "-shm", "-journal"]

    /// Files that are there.
    private var files: [Node: String] = [:]
    /// Names that SQLite would take for its own, also where there is no such file yet, by folder.
    private var names: [Node: [String: String]] = [:]
    private var folders: [Node: String] = [:]

    /// What a command works with.
    ///
    /// - Parameters:
    ///   - warehouse: the path of a SQLite warehouse, or nil.
    ///   - rawStore: the path of a raw store's folder, or nil.
    public init(warehouse: String?, rawStore: String?) {
        if let warehouse { protect(warehouse: warehouse) }
        if let rawStore, let node = Node(rawStore) { folders[node] = "the raw store \(rawStore)" }
    }

    private mutating func protect(warehouse: String) {
        let path = FilePath.resolved(warehouse) ?? warehouse
        let (folder, name) = FilePath.split(path)
        for suffix in Self.sqliteSuffixes {
            let what = suffix.isEmpty ? "the warehouse \(warehouse)" : "a part of the warehouse \(warehouse)"
            if let node = Node(path + suffix) { files[node] = what }
            if let node = Node(folder) { names[node, default: [:]][name + suffix] = what }
        }
    }

    /// What a path would overwrite, in words; nil where it is nothing of these.
    public func occupant(of path: String) -> String? {
        if let node = Node(path), let what = files[node] { return what }
        let (folder, name) = FilePath.split(path)
        if let node = Node(folder), let what = names[node]?[name] { return what }
        if isDatabase(path) { return "a SQLite database" }
        return store(around: folder)
    }

    /// The raw store that a folder is in, in words: one that was named, or any that a run has written to.
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

    /// Whether a file begins as SQLite's do (https://sqlite.org/fileformat.html). None that this process has open comes
    /// here: closing a descriptor of such a file would drop SQLite's locks.
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

/// Paths as text.
enum FilePath {
    /// The folder that a path is in, `.` where it names none, and the last part.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.utf8.index(after: slash)...]))
    }

    /// A path without symbolic links; nil where there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

import Domain
import Glibc

/// What no output may overwrite, whatever a person says: what the backends keep on this machine. Files and folders are known by device and inode, so that another name of theirs protects them as well.
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

    /// Files that are there.
    private var files: [Node: String] = [:]
    /// Names of files that are there or may come, by folder.
    private var names: [Node: [String: String]] = [:]
    private var folders: [Node: String] = [:]

    /// What a command works with; nothing unless told.
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

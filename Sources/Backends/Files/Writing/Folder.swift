import Glibc

/// Folders on disk.
public enum Folder {
    /// Makes a folder and those above it; one that is there already is left as it is.
    public static func make(_ path: String) throws(FileError) {
        if mkdir(path, 0o777) == 0 { return }
        if errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex {
            try make(String(path[..<slash]))
            if mkdir(path, 0o777) == 0 { return }
        }
        guard errno == EEXIST else { throw FileError(.create, path, errno: errno) }
        guard isFolder(path) else { throw FileError(.create, path, .isNoFolder) }
    }

    /// Makes a folder and those above it, and gives the paths of those that were not there, outermost first; where that
    /// fails, none of them.
    static func makeAll(_ path: String) throws(FileError) -> [String] {
        if isFolder(path) { return [] }
        let parent = FilePath.split(path).folder
        let above = parent == path ? [] : try makeAll(parent)
        do {
            try make(path)
        } catch {
            for folder in above.reversed() { rmdir(folder) }
            throw error
        }
        return above + [path]
    }

    /// Makes a folder of a name of its own in another, and gives its path.
    public static func makeTemporary(in parent: String) throws(FileError) -> String {
        // mkdtemp's result points into what it is given, which is read only while that stays where it is.
        var template = Array("\(parent)/reelhouse-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw FileError(.create, "\(parent)/reelhouse-XXXXXX", errno: errno) }
        return made
    }

    /// Whether a folder is there.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`.
    public static func names(in path: String) throws(FileError) -> [String] {
        let found = try entries(in: path)
        if !found.misnamed.isEmpty { throw FileError(.list, path + "/…", .nameIsNotUTF8) }
        return found.names
    }

    /// The names in a folder as above, and those that are not UTF-8, as text with U+FFFD where they are not.
    static func entries(in path: String) throws(FileError) -> (names: [String], misnamed: [String]) {
        guard let stream = opendir(path) else { throw FileError(.list, path, errno: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        var misnamed: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { bytes in
                    guard let name = String(validatingCString: bytes) else {
                        return misnamed.append(String(cString: bytes))
                    }
                    if name != ".", name != ".." { names.append(name) }
                }
            }
        }
        if errno != 0 { throw FileError(.list, path, errno: errno) }
        return (names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, misnamed.sorted())
    }
}

import Glibc

/// Operations on folders.
public enum Folder {
    /// Creates a folder and the missing folders above it; an existing one is left as it is.
    public static func make(_ path: String) throws(FileError) {
        if mkdir(path, 0o777) == 0 { return }
        if errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex {
            try make(String(path[..<slash]))
            if mkdir(path, 0o777) == 0 { return }
        }
        guard errno == EEXIST else { throw FileError(.create, path, errno: errno) }
        guard isFolder(path) else { throw FileError(.create, path, .isNoFolder) }
    }

    /// Creates a folder and the missing folders above it. Returns the paths of the new folders, outermost first. If one
    /// cannot be created, the others are removed again.
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

    /// Creates a folder with a unique name in another folder, and returns its path.
    public static func makeTemporary(in parent: String) throws(FileError) -> String {
        // mkdtemp returns a pointer into its argument, which must stay in place until the result is read.
        var template = Array("\(parent)/reelhouse-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw FileError(.create, "\(parent)/reelhouse-XXXXXX", errno: errno) }
        return made
    }

    /// Whether a folder exists at a path.
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

    /// The same names, and separately those that are not valid UTF-8, in which U+FFFD replaces the invalid bytes.
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

import Glibc

/// A file that was found for an argument.
public struct FoundFile: Hashable, Sendable {
    /// Its name as the user gave it: for a file in a folder the folder as named and the rest of the path; `-` for
    /// standard input.
    public var name: String
    /// Where its bytes are.
    public var location: FileLocation
    /// Its size in bytes; nil for standard input, a pipe or a device, whose bytes come once and have no identity.
    public var size: Int64?

    /// The last part of its path.
    public var lastPathComponent: String {
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        return String(slash.map { name[name.utf8.index(after: $0)...] } ?? name[...])
    }
}

/// Finds the files that arguments mean: paths, folders, patterns that the shell did not expand, and `-`.
public enum FileDiscovery {
    /// The files of all arguments in their order, those of a folder sorted by name.
    ///
    /// A folder means all files below it but dotted ones and those in dotted folders. Symbolic links are followed; a
    /// folder that is met twice below one that was named is read once. A file that two arguments mean comes twice, but
    /// standard input once. A folder without files gives none.
    ///
    /// - Throws: when a path is not there, nothing matches a pattern, or a folder cannot be listed.
    public static func files(for arguments: [String]) throws(FileError) -> [FoundFile] {
        var found: [FoundFile] = []
        var hasStandardInput = false
        for argument in arguments {
            if argument == "-" {
                if !hasStandardInput { found.append(FoundFile(name: "-", location: .standardInput, size: nil)) }
                hasStandardInput = true
            } else {
                for path in try paths(for: argument) { try add(path, to: &found) }
            }
        }
        return found
    }

    /// The paths that an argument means: itself, or what matches it as a pattern.
    private static func paths(for argument: String) throws(FileError) -> [String] {
        var status = stat()
        guard stat(argument, &status) != 0 else { return [argument] }
        let code = errno
        guard code == ENOENT || code == ENOTDIR, argument.utf8.contains(where: { "*?[".utf8.contains($0) }) else {
            throw FileError(.find, argument, reason(for: argument, code))
        }
        var matches = glob_t()
        defer { globfree(&matches) }
        switch glob(argument, GLOB_ERR, nil, &matches) {
        case 0: break
        case GLOB_NOMATCH: throw FileError(.find, argument, .nothingMatches)
        case GLOB_NOSPACE: throw FileError(.find, argument, .system(ENOMEM))
        default: throw FileError(.find, argument, errno: errno)
        }
        var paths: [String] = []
        for index in 0..<Int(matches.gl_pathc) {
            guard let match = matches.gl_pathv[index] else { continue }
            guard let path = String(validatingCString: match) else {
                throw FileError(.find, argument, .nameIsNotUTF8)
            }
            paths.append(path)
        }
        return paths
    }

    /// A link that leads nowhere is another thing than a path that is not there.
    private static func reason(for path: String, _ code: Int32) -> FileError.Reason {
        var status = stat()
        if code == ENOENT, lstat(path, &status) == 0 { return .brokenLink }
        return FileError(.find, path, errno: code).reason
    }

    private static func add(_ path: String, to found: inout [FoundFile]) throws(FileError) {
        let status = try status(of: path)
        guard isFolder(status) else {
            let size = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
            return found.append(FoundFile(name: path, location: .file(path), size: size))
        }
        var folder = path
        while folder.utf8.count > 1, folder.utf8.last == UInt8(ascii: "/") { folder.removeLast() }
        var visited: Set<FolderIdentity> = []
        try addFiles(below: folder, status, &visited, to: &found)
    }

    /// What tells a folder from all others, whatever path leads to it.
    private struct FolderIdentity: Hashable {
        var device: UInt
        var inode: UInt
    }

    private static func addFiles(
        below folder: String,
        _ status: stat,
        _ visited: inout Set<FolderIdentity>,
        to found: inout [FoundFile]
    ) throws(FileError) {
        let identity = FolderIdentity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
        guard visited.insert(identity).inserted else { return }
        let prefix = folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
        for name in try Folder.names(in: folder) where name.utf8.first != UInt8(ascii: ".") {
            let path = prefix + name
            let status = try Self.status(of: path)
            if isFolder(status) {
                try addFiles(below: path, status, &visited, to: &found)
            } else if status.st_mode & S_IFMT == S_IFREG {
                found.append(FoundFile(name: path, location: .file(path), size: Int64(status.st_size)))
            }
        }
    }

    private static func status(of path: String) throws(FileError) -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(.find, path, reason(for: path, errno)) }
        return status
    }

    private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }
}

import Domain
import Glibc

/// One search for the input files of a command line; see `FileDiscovery`.
struct FileSearch {
    let own: OwnFiles
    private(set) var found = FoundFiles()
    /// The error of the first named symbolic link that leads nowhere.
    private(set) var brokenLink: FileError?
    private var hasStandardInput = false

    init(own: OwnFiles) { self.own = own }

    /// Adds the files that an argument stands for.
    mutating func add(_ argument: String) throws(FileError) {
        if argument == "-" { return try addStandardInput() }
        var status = stat()
        if stat(argument, &status) == 0 {
            if let owner = owner(of: status, at: RealPath.of(argument)) {
                throw FileError(.read, argument, .isOwn(owner.what))
            }
            if isStandardInput(status) {
                if hasStandardInput { return }
                hasStandardInput = true
            }
            return add(argument, status)
        }
        let code = errno
        guard code == ENOENT || code == ENOTDIR, argument.utf8.contains(where: { "*?[".utf8.contains($0) }) else {
            let error = FileError(.find, argument, reason(for: argument, code))
            // The path exists, so it is an entry that cannot be read.
            if error.reason == .brokenLink {
                brokenLink = brokenLink ?? error
                return found.add(unreadable: error)
            }
            throw error
        }
        try addMatches(of: argument)
    }

    /// What a file or folder belongs to; nil when it is not one of the warehouse's own.
    private func owner(of status: stat, at path: String?) -> OwnFiles.Owner? {
        own.owner(of: status, at: { path }) ?? SnapshotOwner.of(status, at: path)
    }

    private mutating func addStandardInput() throws(FileError) {
        var status = stat()
        let mode = fcntl(STDIN_FILENO, F_GETFL)
        guard mode >= 0, mode & O_ACCMODE != O_WRONLY, fstat(STDIN_FILENO, &status) == 0 else {
            throw FileError(.read, "-", .closed)
        }
        if let owner = owner(of: status, at: RealPath.of("/proc/self/fd/\(STDIN_FILENO)")) {
            throw FileError(.read, "-", .isOwn(owner.what))
        }
        if !hasStandardInput { found.files.append(FoundFile(name: "-", location: .standardInput, size: nil)) }
        hasStandardInput = true
    }

    /// Whether a status is that of the pipe or terminal on standard input.
    private func isStandardInput(_ status: stat) -> Bool {
        var input = stat()
        guard fstat(STDIN_FILENO, &input) == 0, input.st_mode & S_IFMT != S_IFREG else { return false }
        return FileIdentity(input) == FileIdentity(status)
    }

    // MARK: - Patterns

    /// Adds the files that match an argument as a pattern.
    private mutating func addMatches(of pattern: String) throws(FileError) {
        var matches = glob_t()
        defer { globfree(&matches) }
        var status = glob(pattern, GLOB_ERR, nil, &matches)
        if status == GLOB_ABORTED {
            // One folder of the pattern cannot be listed; the other folders may still have matches.
            found.add(unreadable: FileError(.list, pattern, errno: errno))
            globfree(&matches)
            status = glob(pattern, 0, nil, &matches)
        }
        switch status {
        case 0: break
        case GLOB_NOMATCH:
            if found.unreadable.last?.name == pattern { return }
            throw FileError(.find, pattern, .nothingMatches)
        default: throw FileError(.find, pattern, .system(ENOMEM))
        }
        for index in 0..<Int(matches.gl_pathc) {
            guard let match = matches.gl_pathv[index] else { continue }
            guard let path = String(validatingCString: match) else {
                found.add(unreadable: FileError(.find, String(cString: match), .nameIsNotUTF8))
                continue
            }
            addEntry(path)
        }
    }

    /// Adds a path that the search met, as opposed to one that the user named.
    private mutating func addEntry(_ path: String) {
        do {
            let status = try status(of: path)
            if let owner = owner(of: status, at: RealPath.of(path)) {
                return found.passOver(path, owner)
            }
            // Pipes and devices are read only when the user names them.
            if isFolder(status) || status.st_mode & S_IFMT == S_IFREG { add(path, status) }
        } catch {
            found.add(unreadable: error)
        }
    }

    /// Distinguishes a symbolic link that leads nowhere from a path that does not exist.
    private func reason(for path: String, _ code: Int32) -> FileError.Reason {
        var status = stat()
        if code == ENOENT, lstat(path, &status) == 0 { return .brokenLink }
        return FileError(.find, path, errno: code).reason
    }

    private mutating func add(_ path: String, _ status: stat) {
        guard isFolder(status) else {
            let size = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
            return found.files.append(FoundFile(name: path, location: .file(path), size: size))
        }
        var folder = path
        while folder.utf8.count > 1, folder.utf8.last == UInt8(ascii: "/") { folder.removeLast() }
        var visited: Set<FileIdentity> = []
        addFiles(below: folder, status, &visited)
    }

    // MARK: - Folders

    private mutating func addFiles(below folder: String, _ status: stat, _ visited: inout Set<FileIdentity>) {
        guard visited.insert(FileIdentity(status)).inserted else { return }
        let prefix = folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
        let entries: (names: [String], misnamed: [String])
        do {
            entries = try Folder.entries(in: folder)
        } catch {
            return found.add(unreadable: error)
        }
        for name in entries.misnamed where name.utf8.first != UInt8(ascii: ".") {
            found.add(unreadable: FileError(.find, prefix + name, .nameIsNotUTF8))
        }
        for name in entries.names where name.utf8.first != UInt8(ascii: ".") {
            do {
                try addBelow(prefix + name, &visited)
            } catch {
                found.add(unreadable: error)
            }
        }
    }

    private mutating func addBelow(_ path: String, _ visited: inout Set<FileIdentity>) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw FileError(.find, path, errno: errno) }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink { status = try self.status(of: path) }
        // Only a link can lead into one of the warehouse's folders: the folder around any other entry was checked
        // before.
        if let owner = own.owner(of: status, at: { isLink ? RealPath.of(path) : nil })
            ?? (isLink || isFolder(status) ? SnapshotOwner.of(status, at: RealPath.of(path)) : nil)
        {
            return found.passOver(path, owner)
        }
        if isFolder(status) {
            addFiles(below: path, status, &visited)
        } else if status.st_mode & S_IFMT == S_IFREG {
            found.files.append(FoundFile(name: path, location: .file(path), size: Int64(status.st_size)))
        }
    }

    private func status(of path: String) throws(FileError) -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(.find, path, reason(for: path, errno)) }
        return status
    }

    private func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }
}

import Domain
import Glibc
import Synchronization

extension FileState {
    /// The state of the regular file at a path; nil when there is no regular file.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        self.init(
            device: Int64(bitPattern: UInt64(status.st_dev)), inode: Int64(bitPattern: UInt64(status.st_ino)),
            bytes: Int64(status.st_size),
            modifiedAt: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec))
    }
}

/// The files and folders that belong to the warehouse itself and are never input, under any name and in any place. A
/// file is recognized by device and inode, without being opened: closing any descriptor of a SQLite database drops the
/// locks that this process holds on it (https://sqlite.org/howtocorrupt.html §2.2).
public final class OwnFiles: Sendable {
    /// What a file belongs to, in words, and whether the user is told that it was left out.
    struct Owner {
        var what: String
        var isTold: Bool

        init(_ place: LocalFiles.Place) {
            what = place.what
            isTold = place.isTold
        }

        init(what: String) {
            self.what = what
            isTold = true
        }
    }

    private struct State {
        var files: [FileIdentity: Owner] = [:]
        /// All files below the folders. The set is filled when a file with several hard links is checked for the first
        /// time.
        var below: [FileIdentity: Owner]?
    }

    private let files: [LocalFiles.Place]
    private let folders: [LocalFiles.Place]
    private let folderIdentities: [FileIdentity: Owner]
    private let realFolders: [LocalFiles.Place]
    private let written: Set<FileState>
    private let state = Mutex(State())

    /// Creates the set of files that are never input; an empty set by default.
    public init(_ own: LocalFiles = LocalFiles()) {
        files = own.files
        folders = own.folders
        written = Set(own.written)
        realFolders = folders.compactMap { place in
            RealPath.of(place.path).map { LocalFiles.Place(path: $0, what: place.what) }
        }
        var identities: [FileIdentity: Owner] = [:]
        for place in folders { OwnFiles.forEachFolder(place.path, depth: 2) { identities[$0] = Owner(place) } }
        folderIdentities = identities
    }

    private var isEmpty: Bool { files.isEmpty && folders.isEmpty && written.isEmpty }

    /// Returns what a file or folder belongs to; nil when it is not one of the warehouse's own.
    ///
    /// - Parameter path: returns a path of the file without symbolic links, if one is known.
    func owner(of status: stat, at path: () -> String?) -> Owner? {
        if isEmpty { return nil }
        let identity = FileIdentity(status)
        if let owner = fileOwner(identity) { return owner }
        if status.st_mode & S_IFMT == S_IFREG, written.contains(FileState(status)) {
            return Owner(what: "a file that `quarantine export` wrote")
        }
        if folders.isEmpty { return nil }
        if let owner = folderIdentities[identity] { return owner }
        if let path = path() {
            for place in realFolders where path.hasPrefix(place.path + "/") || path == place.path {
                return Owner(place)
            }
            var parent = stat()
            if stat(RealPath.folder(of: path), &parent) == 0, let owner = folderIdentities[FileIdentity(parent)] {
                return owner
            }
        }
        return status.st_mode & S_IFMT == S_IFREG && status.st_nlink > 1 ? ownerBelow(identity) : nil
    }

    /// Checks the single files again on each miss, because they may have been created or replaced since the last check.
    /// An identity once found is kept.
    private func fileOwner(_ identity: FileIdentity) -> Owner? {
        state.withLock { state in
            if let owner = state.files[identity] { return owner }
            for place in files {
                var status = stat()
                if stat(place.path, &status) == 0 { state.files[FileIdentity(status)] = Owner(place) }
            }
            return state.files[identity]
        }
    }

    private func ownerBelow(_ identity: FileIdentity) -> Owner? {
        state.withLock { state in
            let below = state.below ?? filesBelow()
            state.below = below
            return below[identity]
        }
    }

    private func filesBelow() -> [FileIdentity: Owner] {
        var found: [FileIdentity: Owner] = [:]
        for place in folders {
            OwnFiles.forEachFolder(place.path, depth: 64, file: { found[$0] = Owner(place) }) { _ in }
        }
        return found
    }

    /// Calls the closures for a folder, the folders below it and the files in them, without opening a file.
    private static func forEachFolder(
        _ path: String, depth: Int, file: ((FileIdentity) -> Void)? = nil, _ body: (FileIdentity) -> Void
    ) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        body(FileIdentity(status))
        // A folder that cannot be listed cannot be read as input either.
        guard depth > 0, let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            switch Int32(entry.pointee.d_type) {
            case Int32(DT_DIR): forEachFolder(path + "/" + name, depth: depth - 1, file: file, body)
            case Int32(DT_UNKNOWN):
                var below = stat()
                guard lstat(path + "/" + name, &below) == 0 else { continue }
                if below.st_mode & S_IFMT == S_IFDIR {
                    forEachFolder(path + "/" + name, depth: depth - 1, file: file, body)
                } else {
                    file?(FileIdentity(below))
                }
            default: file?(FileIdentity(device: UInt(status.st_dev), inode: UInt(entry.pointee.d_ino)))
            }
        }
    }
}

/// Resolves symbolic links in paths.
enum RealPath {
    /// The path without symbolic links; nil when nothing is there.
    static func of(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The folder part of a path.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

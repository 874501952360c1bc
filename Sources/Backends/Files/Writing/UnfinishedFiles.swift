import Glibc
import Synchronization

/// The files and folders that this process has created and not finished yet. The handler of a signal that ends the
/// process removes them.
public enum UnfinishedFiles {
    private struct State {
        var paths: Set<String> = []
        /// Folders that are removed only if they are empty.
        var folders: [String] = []
    }

    private static let state = Mutex(State())

    static func add(_ path: String) { state.withLock { _ = $0.paths.insert(path) } }

    static func forget(_ path: String) { state.withLock { _ = $0.paths.remove(path) } }

    static func add(folders: [String]) { state.withLock { $0.folders += folders } }

    static func forget(folders: [String]) { state.withLock { $0.folders.removeAll(where: folders.contains) } }

    /// Removes all unfinished files and folders. The process must end afterwards, because files that it creates later
    /// are not removed.
    public static func remove() {
        state.withLock { state in
            for path in state.paths { FileTree.remove(path) }
            for folder in state.folders.reversed() { rmdir(folder) }
            state = State()
        }
    }
}

/// Folders that were created for output that is not complete yet. Unless `keep` is called, the empty ones are removed
/// with this object.
public final class NewFolders {
    private let paths: [String]
    private var isKept = false

    /// Creates a folder and the missing folders above it.
    public init(_ path: String) throws(FileError) {
        paths = try Folder.makeAll(path)
        UnfinishedFiles.add(folders: paths)
    }

    /// Keeps the folders.
    public func keep() { isKept = true }

    deinit {
        UnfinishedFiles.forget(folders: paths)
        if !isKept { for path in paths.reversed() { rmdir(path) } }
    }
}

/// Removes files and folders.
enum FileTree {
    /// Removes a file, or a folder with everything in it. Errors are ignored.
    static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in (try? Folder.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

import Glibc
import Synchronization

/// The files and folders that this process has made and not finished yet, so that a signal which ends it leaves none.
public enum UnfinishedFiles {
    private struct State {
        var paths: Set<String> = []
        /// Folders that are removed when nothing is in them.
        var folders: [String] = []
    }

    private static let state = Mutex(State())

    static func add(_ path: String) { state.withLock { _ = $0.paths.insert(path) } }

    static func forget(_ path: String) { state.withLock { _ = $0.paths.remove(path) } }

    static func add(folders: [String]) { state.withLock { $0.folders += folders } }

    static func forget(folders: [String]) { state.withLock { $0.folders.removeAll(where: folders.contains) } }

    /// Removes them all, and folders with what is in them. The process has to end then: what it makes meanwhile stays.
    public static func remove() {
        state.withLock { state in
            for path in state.paths { FileTree.remove(path) }
            for folder in state.folders.reversed() { rmdir(folder) }
            state = State()
        }
    }
}

/// Folders that were made for something that is not whole yet; removed with this object where they are empty, unless
/// they are kept.
public final class NewFolders {
    private let paths: [String]
    private var isKept = false

    /// Makes a folder and those above it that are not there.
    public init(_ path: String) throws(FileError) {
        paths = try Folder.makeAll(path)
        UnfinishedFiles.add(folders: paths)
    }

    /// Keeps them.
    public func keep() { isKept = true }

    deinit {
        UnfinishedFiles.forget(folders: paths)
        if !isKept { for path in paths.reversed() { rmdir(path) } }
    }
}

/// A file, or a folder with all that is in it.
enum FileTree {
    /// Removes it, as far as that is possible.
    static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in (try? Folder.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

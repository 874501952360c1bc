import Glibc

/// What concerns a whole file system.
enum FileSystem {
    private typealias SyncFileSystem = @Sendable @convention(c) (Int32) -> Int32

    /// glibc's syncfs(2), which its headers show to GNU programs alone.
    private static let syncFileSystem: SyncFileSystem? = {
        guard let symbol = dlsym(nil, "syncfs") else { return nil }
        return unsafeBitCast(symbol, to: SyncFileSystem.self)
    }()

    /// Makes durable all that was written to the file system of a folder.
    static func sync(_ folder: String) throws(FileError) {
        let file = try OpenFile(folder: folder)
        guard let syncFileSystem else { return Glibc.sync() }
        if syncFileSystem(file.descriptor) != 0 { throw FileError(.write, folder, errno: errno) }
    }
}

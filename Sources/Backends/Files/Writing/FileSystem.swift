import Glibc

/// Operations on a whole file system.
enum FileSystem {
    private typealias SyncFileSystem = @Sendable @convention(c) (Int32) -> Int32

    /// syncfs(2), which glibc's headers declare only for GNU programs.
    private static let syncFileSystem: SyncFileSystem? = {
        guard let symbol = dlsym(nil, "syncfs") else { return nil }
        return unsafeBitCast(symbol, to: SyncFileSystem.self)
    }()

    /// Makes everything durable that was written to the file system of a folder.
    static func sync(_ folder: String) throws(FileError) {
        let file = try OpenFile(folder: folder)
        guard let syncFileSystem else { return Glibc.sync() }
        if syncFileSystem(file.descriptor) != 0 { throw FileError(.write, folder, errno: errno) }
    }
}

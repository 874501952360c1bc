import Glibc

/// A dotted folder for files that are not complete yet.
public final class StagingFolder {
    /// The path of the folder.
    public let path: String

    /// Creates a folder with a unique name in another folder.
    ///
    /// - Parameter name: what the files are, as a part of its name.
    public init(in parent: String, for name: String = "generated") throws(FileError) {
        path = ReplacedFile.temporaryPath(beside: "\(parent)/\(name)")
        UnfinishedFiles.add(path)
        do {
            try Folder.make(path)
        } catch {
            UnfinishedFiles.forget(path)
            throw error
        }
    }

    /// Moves a complete file out of the folder to its place on the same disk, where it replaces an existing regular
    /// file.
    public func move(_ name: String, to target: String) throws(FileError) {
        var status = stat()
        if lstat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw FileError(.replace, target, status.st_mode & S_IFMT == S_IFDIR ? .isFolder : .alreadyThere)
        }
        if rename("\(path)/\(name)", target) != 0 { throw FileError(.replace, target, errno: errno) }
    }

    /// Moves a complete file out of the folder to its place on the same disk.
    ///
    /// - Returns: false when there is something at that place already, which stays.
    func moveNew(_ name: String, to target: String) throws(FileError) -> Bool {
        try NewName.give(target, to: "\(path)/\(name)")
    }

    /// Gives the folder, with all its files, its final name on the same disk.
    ///
    /// - Returns: false when there is something at that place already, which stays.
    func become(_ target: String) throws(FileError) -> Bool {
        // An empty folder of that name is replaced.
        if rename(path, target) != 0 {
            if [ENOTEMPTY, EEXIST, ENOTDIR].contains(errno) { return false }
            throw FileError(.create, target, errno: errno)
        }
        UnfinishedFiles.forget(path)
        return true
    }

    /// Removes the folder and what is left in it.
    public func remove() {
        FileTree.remove(path)
        UnfinishedFiles.forget(path)
    }
}

import Glibc

/// A dotted folder for files that are not complete yet.
public final class StagingFolder {
    /// The path of the folder.
    public let path: String

    /// Creates a folder with a unique name in another folder.
    public init(in parent: String) throws(FileError) {
        path = ReplacedFile.temporaryPath(beside: "\(parent)/generated")
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

    /// Removes the folder and what is left in it.
    public func remove() {
        FileTree.remove(path)
        UnfinishedFiles.forget(path)
    }
}

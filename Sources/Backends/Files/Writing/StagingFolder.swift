import Glibc

/// A dotted folder in which files are written until they are whole.
public final class StagingFolder {
    /// Where it is.
    public let path: String

    /// Makes one in another folder.
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

    /// Moves a file out of it to its place on the same disk; a regular file that is there is replaced.
    public func move(_ name: String, to target: String) throws(FileError) {
        var status = stat()
        if lstat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw FileError(.replace, target, status.st_mode & S_IFMT == S_IFDIR ? .isFolder : .alreadyThere)
        }
        if rename("\(path)/\(name)", target) != 0 { throw FileError(.replace, target, errno: errno) }
    }

    /// Removes it with what is left in it.
    public func remove() {
        FileTree.remove(path)
        UnfinishedFiles.forget(path)
    }
}

import Glibc

/// Snapshots are never input, whatever their folders are called and wherever they lie: a folder with the manifest of a
/// snapshot is one.
enum SnapshotOwner {
    private static let owner = OwnFiles.Owner(what: "a snapshot of `reelhouse export`")

    /// The owner of a folder, or of a file by its folder; nil when that is no snapshot.
    ///
    /// - Parameter path: the path without symbolic links.
    static func of(_ status: stat, at path: String?) -> OwnFiles.Owner? {
        guard let path else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return SnapshotMarker.isSnapshot(path) ? owner : nil
        case S_IFREG: return SnapshotMarker.isSnapshot(RealPath.folder(of: path)) ? owner : nil
        default: return nil
        }
    }
}

import Glibc

/// Gives files new names.
enum NewName {
    /// Moves a file to a place on the same disk where nothing is yet.
    ///
    /// - Returns: false when there is something at that place already; both stay as they are.
    static func give(_ target: String, to source: String) throws(FileError) -> Bool {
        if link(source, target) == 0 {
            unlink(source)
            return true
        }
        // Some file systems have no hard links. There a check before the rename has to be enough.
        if errno == EEXIST || access(target, F_OK) == 0 { return false }
        if rename(source, target) != 0 { throw FileError(.create, target, errno: errno) }
        return true
    }
}

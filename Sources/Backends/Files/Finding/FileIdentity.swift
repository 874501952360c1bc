import Glibc

/// What tells a file or folder from all others, whatever path leads to it.
struct FileIdentity: Hashable {
    var device: UInt
    var inode: UInt
}

extension FileIdentity {
    init(_ status: stat) { self.init(device: UInt(status.st_dev), inode: UInt(status.st_ino)) }
}

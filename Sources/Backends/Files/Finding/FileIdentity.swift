import Glibc

/// Identifies a file or folder by device and inode, so that it is recognized under any path.
struct FileIdentity: Hashable {
    var device: UInt
    var inode: UInt
}

extension FileIdentity {
    init(_ status: stat) { self.init(device: UInt(status.st_dev), inode: UInt(status.st_ino)) }
}

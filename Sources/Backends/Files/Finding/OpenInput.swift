import Domain
import Glibc

/// Opens a path without access to the content: this needs no read permission, does not touch a device, and closing the
/// descriptor drops no lock (open(2)). Swift's Glibc module does not define the constant.
private let O_PATH: Int32 = 0o10_000_000

extension OpenFile {
    /// Opens an input file, unless it belongs to the warehouse itself. The file is opened for reading only after its
    /// device and inode were checked, even if another file takes its place at that moment.
    ///
    /// - Returns: the open file and its status.
    static func input(_ path: String, as name: String, unless own: OwnFiles) throws(FileError) -> (OpenFile, stat) {
        let place = Glibc.open(path, O_PATH | O_CLOEXEC)
        guard place >= 0 else { throw FileError(.open, name, errno: errno) }
        defer { Glibc.close(place) }
        var status = stat()
        guard fstat(place, &status) == 0 else { throw FileError(.open, name, errno: errno) }
        let link = "/proc/self/fd/\(place)"
        if let owner = own.owner(of: status, at: { RealPath.of(link) }) {
            throw FileError(.open, name, .isOwn(owner.what))
        }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(.open, name, .isFolder) }
        // Without /proc the file has to be opened by its path.
        let source = access("/proc/self/fd", F_OK) == 0 ? link : path
        while true {
            let descriptor = Glibc.open(source, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 { return (OpenFile(descriptor: descriptor, as: name), status) }
            if errno != EINTR { throw FileError(.open, name, errno: errno) }
        }
    }
}

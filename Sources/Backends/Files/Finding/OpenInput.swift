import Domain
import Glibc

/// Opens nothing but the name: no permission to read is asked for, no device is touched, and to close it drops no lock
/// (open(2)). Swift's Glibc does not have it.
private let O_PATH: Int32 = 0o10_000_000

extension OpenFile {
    /// Opens a file that is to be input, unless it is one of the warehouse's own; nothing is opened to be read before
    /// it is known which file it is, also where it takes the place of another just now.
    ///
    /// - Returns: the file, and what it is.
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
        // Where there is no /proc the name has to do.
        let source = access("/proc/self/fd", F_OK) == 0 ? link : path
        while true {
            let descriptor = Glibc.open(source, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 { return (OpenFile(descriptor: descriptor, as: name), status) }
            if errno != EINTR { throw FileError(.open, name, errno: errno) }
        }
    }
}

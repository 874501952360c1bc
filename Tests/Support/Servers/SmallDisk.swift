import Foundation

/// A small file system in memory for a part of a server's folder, so that a test can fill it. It goes with the server.
///
/// ```
/// let disk = SmallDisk(.data, megabytes: 100)
/// let server = try PostgresServer(disk: disk)
/// try disk.fill(below: server.folder)
/// ```
public struct SmallDisk: Sendable {
    /// A part of a server's folder.
    public enum Part: String, Sendable, CaseIterable {
        /// All of its data.
        case data
        /// A folder for a tablespace.
        case space
    }

    /// What is on it.
    public let part: Part
    private let megabytes: Int

    /// Describes a disk.
    public init(_ part: Part, megabytes: Int) {
        self.part = part
        self.megabytes = megabytes
    }

    /// What a test that is skipped says.
    public static let whatToSet = "no small disk: run the tests as a user that may mount a tmpfs"

    /// Whether this process may make such disks.
    public static let isPossible: Bool = {
        let folder = (ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp") + "/reelhouse-mount-\(getpid())"
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard Glibc.mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0 else { return false }
        return umount(folder) == 0
    }()

    /// Its folder.
    public func folder(below folder: String) -> String { folder + "/" + part.rawValue }

    func mount(below parent: String, user: String?) throws {
        let folder = folder(below: parent)
        var options = "size=\(megabytes)m,mode=0700"
        if let user, let entry = getpwnam(user) {
            options += ",uid=\(entry.pointee.pw_uid),gid=\(entry.pointee.pw_gid)"
        }
        guard mkdir(folder, 0o700) == 0, Glibc.mount("tmpfs", folder, "tmpfs", 0, options) == 0 else {
            throw ServerFailure("cannot mount a tmpfs at \(folder): errno \(errno)")
        }
    }

    /// Fills it with a file, to the last page.
    public func fill(below parent: String) throws {
        let folder = folder(below: parent)
        let file = open(folder + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for size in [1 << 20, 4 << 10] { while write(file, zeros, size) > 0 {} }
        guard file >= 0, errno == ENOSPC else { throw ServerFailure("cannot fill \(folder): errno \(errno)") }
    }

    /// Makes room again.
    public func makeRoom(below parent: String) { unlink(folder(below: parent) + "/filler") }
}

import Foundation

/// A small file system in memory for a part of a server's folder, so that a test can fill it. It goes with the server.
///
/// ```
/// let disk = SmallDisk(.data, megabytes: 100)
/// let server = try PostgresServer(disk: disk)
/// try disk.fill(below: server.folder, leaving: 64 << 10)
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

    /// Fills it with a file.
    ///
    /// - Parameter bytes: how much room stays.
    public func fill(below parent: String, leaving bytes: Int) throws {
        let folder = folder(below: parent)
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { throw ServerFailure("no disk at \(folder)") }
        let size = Int(status.f_bavail) * Int(status.f_bsize) - bytes
        let file = open(folder + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard file >= 0, posix_fallocate(file, 0, off_t(max(size, 1))) == 0 else {
            throw ServerFailure("cannot fill \(folder)")
        }
    }

    /// Makes room again.
    public func makeRoom(below parent: String) { unlink(folder(below: parent) + "/filler") }
}

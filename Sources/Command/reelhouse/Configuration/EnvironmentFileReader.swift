import EnvironmentFile
import Glibc

/// Reads a `.env` file.
enum EnvironmentFileReader {
    /// The file that is read unless another one is named, in the working folder.
    static let defaultPath = ".env"

    /// The greatest size of a file in bytes.
    static let limit = 1 << 20

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: it may be a pipe.
    ///   - isAsked: whether the user named the file. One that was not named may be missing.
    /// - Returns: nil where the file is missing.
    /// - Throws: `ConfigurationError`.
    static func read(_ path: String, isAsked: Bool) throws(ConfigurationError) -> EnvironmentFile? {
        guard let bytes = try bytes(of: path, isAsked: isAsked) else { return nil }
        do throws(EnvironmentFileFault) { return try EnvironmentFile(parsing: bytes) } catch {
            throw .wrongLine(path: path, error)
        }
    }

    private static func bytes(of path: String, isAsked: Bool) throws(ConfigurationError) -> [UInt8]? {
        func fault(_ code: Int32) -> ConfigurationError {
            .unreadable(path: path, reason: String(cString: strerror(code)), isAsked: isAsked)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            let code = errno
            // A link that leads nowhere is there.
            var status = stat()
            if code == ENOENT, !isAsked, lstat(path, &status) != 0 { return nil }
            throw fault(code)
        }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { throw fault(EISDIR) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault(errno) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw .unreadable(path: path, reason: "it has more than \(limit >> 20) MiB", isAsked: isAsked)
            }
        }
    }

    /// Whether users other than the owner may read a file.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o044 != 0
    }
}

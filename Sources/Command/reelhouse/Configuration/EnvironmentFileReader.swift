import EnvironmentFile
import Glibc

/// Reads a `.env` file.
enum EnvironmentFileReader {
    /// The file that is read unless another one is named, in the working folder.
    static let defaultPath = ".env"

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
        do throws(SmallFile.Fault) { return try SmallFile.bytes(of: path) } catch {
            // A link that leads nowhere is there.
            var status = stat()
            if error.code == ENOENT, !isAsked, lstat(path, &status) != 0 { return nil }
            throw .unreadable(path: path, reason: error.reason, isAsked: isAsked)
        }
    }

    /// Whether users other than the owner may read a file.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o044 != 0
    }
}

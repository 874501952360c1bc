import Glibc

/// Reads files of settings, which are small.
enum SmallFile {
    /// Why a file cannot be read.
    struct Fault: Error {
        /// The system's error; 0 for a file that is too large.
        var code: Int32
        /// The reason in words.
        var reason: String

        fileprivate init(_ code: Int32) {
            self.code = code
            reason = String(cString: strerror(code))
        }

        fileprivate init(limit: Int) {
            code = 0
            reason = "it has more than \(limit >> 20) MiB"
        }
    }

    /// The greatest size of a file in bytes.
    static let limit = 1 << 20

    /// Reads a file, which may be a pipe.
    static func bytes(of path: String) throws(Fault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Fault(errno) }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { throw Fault(EISDIR) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Fault(errno) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw Fault(limit: limit) }
        }
    }

    /// Reads a file that an option names.
    ///
    /// - Throws: `CommandError`.
    static func text(of path: String) throws -> String {
        do throws(Fault) { return String(decoding: try bytes(of: path), as: UTF8.self) } catch {
            throw CommandError(
                message: "\(path) cannot be read: \(error.reason)", hint: "Name a file that can be read.", kind: .usage)
        }
    }
}

import Glibc

/// A file that a person asked for by name: it takes its place all at once, with the mode of the file that was there.
///
/// Without `finish` what was there stays. What is there and is no regular file (a pipe, a terminal) is written to as it
/// is; a symbolic link is followed.
public final class OutputFile {
    private let file: OpenFile
    /// Nil where the file is written to in place.
    private let replaced: ReplacedFile?

    /// Begins to write.
    ///
    /// - Throws: `FileError` when it cannot be created.
    public init(path: String) throws(FileError) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT != S_IFREG {
            file = try OpenFile(writing: path, as: path)
            replaced = nil
            return
        }
        let target = isThere ? OutputFile.resolved(path) : path
        let slash = target.utf8.lastIndex(of: UInt8(ascii: "/")).map(target.utf8.index(after:)) ?? target.startIndex
        let unique = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporaryPath = "\(target[..<slash]).\(target[slash...]).\(unique).part"
        file = try OpenFile(creating: temporaryPath, as: path)
        replaced = ReplacedFile(path: target, temporaryPath: temporaryPath, file: file)
        if isThere, fchmod(file.descriptor, status.st_mode & 0o7777) != 0 {
            throw FileError(.create, path, errno: errno)
        }
    }

    /// Adds bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.write(bytes) }

    /// Makes it durable and puts it in its place. To be called once.
    public func finish() throws(FileError) {
        guard let replaced else { return try file.close() }
        try file.sync()
        try replaced.commit()
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

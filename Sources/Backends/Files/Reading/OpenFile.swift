import Glibc

/// An open file descriptor, with the name that error messages use.
///
/// The descriptor is closed when the object is destroyed, unless it is standard input. Only one owner may use the
/// object at a time.
final class OpenFile {
    let path: String
    let descriptor: Int32
    private var isClosed: Bool
    /// How many times bytes were read at an offset; tests check it.
    private(set) var readsAtOffset = 0

    /// Opens a file for reading. Error messages use `name`, by default the path.
    init(reading path: String, as name: String? = nil) throws(FileError) {
        self.path = name ?? path
        self.descriptor = try OpenFile.open(path, O_RDONLY, .open, as: name ?? path)
        self.isClosed = false
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Takes ownership of an open descriptor. Error messages use `name`.
    init(descriptor: Int32, as name: String) {
        self.path = name
        self.descriptor = descriptor
        self.isClosed = false
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Opens a file for reading; nil when no file exists at the path.
    static func ifThere(_ path: String) throws(FileError) -> OpenFile? {
        do {
            return try OpenFile(reading: path)
        } catch  where error.reason == .notThere {
            return nil
        }
    }

    /// Creates a file for writing; it is an error if the file exists. Error messages use `name`.
    init(creating path: String, as name: String) throws(FileError) {
        self.path = name
        self.descriptor = try OpenFile.open(path, O_WRONLY | O_CREAT | O_EXCL, .create, as: name)
        self.isClosed = false
    }

    /// Creates a file without a name, for writing and reading, on the disk of a folder.
    init(anonymousIn folder: String) throws(FileError) {
        let path = ReplacedFile.temporaryPath(beside: "\(folder)/nameless")
        self.path = folder
        self.descriptor = try OpenFile.open(path, O_RDWR | O_CREAT | O_EXCL, .create, as: folder)
        self.isClosed = false
        unlink(path)
    }

    /// Opens a file for writing at its end, and creates it when it does not exist. Error messages use `name`.
    init(appendingTo path: String, as name: String) throws(FileError) {
        self.path = name
        self.descriptor = try OpenFile.open(path, O_WRONLY | O_CREAT | O_APPEND, .create, as: name)
        self.isClosed = false
    }

    /// Opens an existing file, pipe or device for writing.
    init(writing path: String, as name: String) throws(FileError) {
        self.path = name
        self.descriptor = try OpenFile.open(path, O_WRONLY, .open, as: name)
        self.isClosed = false
    }

    /// Opens a folder.
    init(folder path: String) throws(FileError) {
        self.path = path
        self.descriptor = try OpenFile.open(path, O_RDONLY | O_DIRECTORY, .open, as: path)
        self.isClosed = false
    }

    /// Opens a file to be locked, and creates it when it does not exist.
    init(locking path: String) throws(FileError) {
        self.path = path
        self.descriptor = try OpenFile.open(path, O_RDWR | O_CREAT, .lock, as: path)
        self.isClosed = false
    }

    /// Standard input, which is never closed.
    init(standardInput: Void) {
        path = "-"
        descriptor = STDIN_FILENO
        isClosed = true
    }

    deinit { if !isClosed { Glibc.close(descriptor) } }

    private static func open(
        _ path: String,
        _ flags: Int32,
        _ action: FileError.Action,
        as name: String
    ) throws(FileError) -> Int32 {
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw FileError(action, name, errno: errno) }
        }
    }

    /// The size in bytes; nil when it is not a regular file.
    var size: Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Whether reading may wait for another program: true for pipes, terminals and the like.
    var mayWait: Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFREG
    }

    /// Waits until there are bytes to read or the end is reached; false when the time has run out.
    func waitForBytes(milliseconds: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // `read` will report an error of `poll`.
        return poll(&wanted, 1, milliseconds) != 0
    }

    /// Reads at most as many bytes as the buffer holds; 0 is the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            try waitOrThrow(.read, POLLIN)
        }
    }

    /// Reads at most as many bytes as the buffer holds from an offset, without moving the read position; 0 is the end
    /// of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        while true {
            readsAtOffset += 1
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw FileError(.read, path, errno: errno) }
        }
    }

    /// Reads all bytes from the read position to the end.
    func readAll() throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer { piece.deallocate() }
        while true {
            let count = try read(into: piece)
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Writes all of the bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else {
                try waitOrThrow(.write, POLLOUT)
            }
        }
    }

    /// Returns when a failed call may be tried again, and throws its error otherwise. It waits for a non-blocking
    /// descriptor, which a parent process may have set on standard input.
    private func waitOrThrow(_ action: FileError.Action, _ events: Int32) throws(FileError) {
        switch errno {
        case EINTR: return
        case EAGAIN:
            var wanted = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            poll(&wanted, 1, -1)
        default: throw FileError(action, path, errno: errno)
        }
    }

    /// Moves the read position to an offset from the start; false when that is not possible.
    func seek(to offset: Int64) -> Bool { lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) }

    /// Makes everything durable that was written.
    func sync() throws(FileError) {
        if fsync(descriptor) != 0 { throw FileError(.write, path, errno: errno) }
    }

    /// Closes the file. The system may report the error of an earlier write here.
    func close() throws(FileError) {
        guard !isClosed else { return }
        isClosed = true
        if Glibc.close(descriptor) != 0, errno != EINTR { throw FileError(.write, path, errno: errno) }
    }
}

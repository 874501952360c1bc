import Glibc

/// An open file descriptor with the name that errors call it by.
///
/// Closed when it goes, unless it is standard input. One owner at a time.
final class OpenFile {
    let path: String
    let descriptor: Int32
    private var isClosed: Bool
    /// How many times bytes were asked for at an offset.
    private(set) var readsAtOffset = 0

    /// Opens a file to read; errors call it by `name`, which is the path unless told.
    init(reading path: String, as name: String? = nil) throws(FileError) {
        self.path = name ?? path
        self.descriptor = try OpenFile.open(path, O_RDONLY, .open, as: name ?? path)
        self.isClosed = false
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Takes over an open descriptor; errors call it by `name`.
    init(descriptor: Int32, as name: String) {
        self.path = name
        self.descriptor = descriptor
        self.isClosed = false
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Opens a file to read; nil when there is none.
    static func ifThere(_ path: String) throws(FileError) -> OpenFile? {
        do {
            return try OpenFile(reading: path)
        } catch  where error.reason == .notThere {
            return nil
        }
    }

    /// Creates a file to write, which must not be there yet. Errors name `name`.
    init(creating path: String, as name: String) throws(FileError) {
        self.path = name
        self.descriptor = try OpenFile.open(path, O_WRONLY | O_CREAT | O_EXCL, .create, as: name)
        self.isClosed = false
    }

    /// Creates a file without a name on the disk that a folder is on, to write and to read.
    init(anonymousIn folder: String) throws(FileError) {
        let path = ReplacedFile.temporaryPath(beside: "\(folder)/nameless")
        self.path = folder
        self.descriptor = try OpenFile.open(path, O_RDWR | O_CREAT | O_EXCL, .create, as: folder)
        self.isClosed = false
        unlink(path)
    }

    /// Opens what is there to write.
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

    /// Opens a file that is there to be locked, and makes it first.
    init(locking path: String) throws(FileError) {
        self.path = path
        self.descriptor = try OpenFile.open(path, O_RDWR | O_CREAT, .lock, as: path)
        self.isClosed = false
    }

    /// Standard input, which is not closed.
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

    /// Its size in bytes, or nil when it is no regular file.
    var size: Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Whether its bytes come when another program writes them: it is a pipe, a terminal or the like.
    var mayWait: Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFREG
    }

    /// Waits until there is something to read, or its end; false when nothing came for so long.
    func waitForBytes(milliseconds: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // An error is for `read` to tell of.
        return poll(&wanted, 1, milliseconds) != 0
    }

    /// Reads up to a buffer's size; 0 is the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            try waitOrThrow(.read, POLLIN)
        }
    }

    /// Reads up to a buffer's size from an offset; where the file is read later stays. 0 is the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        while true {
            readsAtOffset += 1
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw FileError(.read, path, errno: errno) }
        }
    }

    /// Reads all that is left.
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

    /// After a call that failed: returns when it is worth another try. A non-blocking descriptor, which a parent may
    /// have left to standard input, is waited for.
    private func waitOrThrow(_ action: FileError.Action, _ events: Int32) throws(FileError) {
        switch errno {
        case EINTR: return
        case EAGAIN:
            var wanted = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            poll(&wanted, 1, -1)
        default: throw FileError(action, path, errno: errno)
        }
    }

    /// Goes to an offset from the start; false where that is not possible.
    func seek(to offset: Int64) -> Bool { lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) }

    /// Makes what was written durable.
    func sync() throws(FileError) {
        if fsync(descriptor) != 0 { throw FileError(.write, path, errno: errno) }
    }

    /// Closes it; what a late write error has to say comes out here.
    func close() throws(FileError) {
        guard !isClosed else { return }
        isClosed = true
        if Glibc.close(descriptor) != 0, errno != EINTR { throw FileError(.write, path, errno: errno) }
    }
}

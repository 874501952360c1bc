import Glibc
import Synchronization

/// Takes whole lines of a log, from any thread.
public protocol LogOutput: Sendable {
    /// Writes a line, which ends in a newline, so that no other gets into it.
    func write(line: [UInt8])
}

/// Writes lines to standard error, or another file descriptor, each by one `write`.
public struct StandardErrorLog: LogOutput {
    /// Of all outputs in the process: a pipe takes more than `PIPE_BUF` bytes in parts.
    private static let lock = Mutex(())
    private let descriptor: CInt

    /// An output to a descriptor, which stays open and is not closed.
    public init(descriptor: CInt = STDERR_FILENO) { self.descriptor = descriptor }

    /// Writes a line. That a log cannot be written is no reason to stop work, so errors are passed over.
    public func write(line: [UInt8]) {
        Self.lock.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(
                        descriptor,
                        UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                        rest.count
                    )
                    if written > 0 {
                        rest = rest.dropFirst(written)
                    } else if written < 0, errno == EAGAIN {
                        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        // A reader that is stuck for a second loses the line.
                        guard poll(&state, 1, 1000) > 0 else { return }
                    } else if written == 0 || errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}

/// Writes nothing.
public struct NoLog: LogOutput {
    /// An output to nowhere.
    public init() {}
    /// Drops the line.
    public func write(line: [UInt8]) {}
}

/// The machine's clock.
public enum SystemClock {
    /// Milliseconds since 1970 in UTC.
    @Sendable public static func milliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}

import Glibc
import Synchronization

/// Where log lines are written to, from any thread.
public protocol LogOutput: Sendable {
    /// Writes a line, which ends in a line feed. Lines that are written at the same time are not mixed.
    func write(line: [UInt8])
}

/// Writes log lines to standard error or another file descriptor.
public struct StandardErrorLog: LogOutput {
    /// One lock for all outputs of the process, since a pipe accepts more than `PIPE_BUF` bytes in parts only.
    private static let lock = Mutex(())
    private let descriptor: CInt

    /// Creates an output to a descriptor, which the caller keeps open.
    public init(descriptor: CInt = STDERR_FILENO) { self.descriptor = descriptor }

    /// Writes a line. Errors are ignored: work goes on without its log.
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
                        // If the reader does not read for a second, the rest of the line is lost.
                        guard poll(&state, 1, 1000) > 0 else { return }
                    } else if written == 0 || errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}

/// Discards log lines.
public struct NoLog: LogOutput {
    /// Creates an output that discards lines.
    public init() {}
    /// Discards the line.
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

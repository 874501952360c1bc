import Glibc

/// A time of the monotonic clock.
struct MonotonicTime: Comparable {
    private var milliseconds: Int64

    /// Now.
    static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    static func + (left: MonotonicTime, right: Duration) -> MonotonicTime {
        MonotonicTime(milliseconds: left.milliseconds + right.inMilliseconds)
    }

    /// The seconds since an earlier time.
    func seconds(since earlier: MonotonicTime) -> Double { Double(milliseconds - earlier.milliseconds) / 1000 }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.milliseconds < right.milliseconds }
}

extension Duration {
    /// Whole milliseconds.
    var inMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

/// Waits for a socket.
enum SocketWait {
    /// The longest single wait; between waits a request to stop is noticed.
    private static let slice: Int32 = 100

    /// Waits for one of the events, a tenth of a second at most.
    ///
    /// - Returns: the events that occurred, such as `POLLIN`, `POLLOUT` and `POLLHUP`; 0 when none did.
    static func wait(_ socket: Int32, for events: Int32) -> Int32 {
        var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        // A signal ends the wait early; the caller then waits again.
        return poll(&entry, 1, slice) > 0 ? Int32(entry.revents) : 0
    }
}

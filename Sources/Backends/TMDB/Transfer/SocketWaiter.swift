import CCurl
import Glibc

/// Waits for the sockets and for the time that libcurl names, by epoll(7). So a wait costs as much as there are events, and
/// not as much as there are transfers.
final class SocketWaiter {
    /// A socket with something to do.
    struct Event {
        var socket: Int32
        /// What libcurl has to do: `CURL_CSELECT_IN`, …
        var action: Int32
    }

    private let descriptor: Int32
    private var buffer = [epoll_event](repeating: epoll_event(), count: 64)
    /// When libcurl wants to be called without an event, in milliseconds of a clock that only goes forward; nil for never.
    private var deadline: Int64?

    init() throws(TMDBError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .library("epoll: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// Sets what is waited for at a socket, as libcurl says: `CURL_POLL_IN`, …
    func watch(_ socket: Int32, for what: Int32) {
        if what == CURL_POLL_REMOVE {
            epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, nil)
            return
        }
        var event = epoll_event()
        event.data.fd = socket
        if what & CURL_POLL_IN != 0 { event.events |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { event.events |= EPOLLOUT.rawValue }
        if epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event) != 0, errno == EEXIST {
            epoll_ctl(descriptor, EPOLL_CTL_MOD, socket, &event)
        }
    }

    /// Sets after how many milliseconds libcurl wants to be called; less than 0 for never.
    func setTimer(milliseconds: Int) { deadline = milliseconds < 0 ? nil : Self.now + Int64(milliseconds) }

    /// Whether libcurl is to be called for the time, which it is then no more.
    func takeTimer() -> Bool {
        guard let deadline, deadline <= Self.now else { return false }
        self.deadline = nil
        return true
    }

    /// The sockets with something to do. Waits for the first one, for at most some milliseconds, or until the timer.
    func wait(milliseconds: Int) -> [Event] {
        let untilTimer = deadline.map { max(0, $0 - Self.now) } ?? .max
        let limit = Int32(clamping: min(Int64(milliseconds), untilTimer))
        let count = epoll_wait(descriptor, &buffer, Int32(buffer.count), limit)
        guard count > 0 else { return [] }
        return buffer[..<Int(count)].map { event in
            var action: Int32 = 0
            if event.events & EPOLLIN.rawValue != 0 { action |= CURL_CSELECT_IN }
            if event.events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
            if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_ERR }
            return Event(socket: event.data.fd, action: action)
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

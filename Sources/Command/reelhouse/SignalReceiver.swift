import Dispatch
import Glibc

/// The end of a pipe that `SignalReceiver.record` writes to. It is written once, before the first
/// handler is installed, and only read afterwards.
nonisolated(unsafe) private var recordingEnd: Int32 = -1

/// Calls handlers for signals, on a queue.
///
/// A signal is written to a pipe by its handler and read from there by the queue (a "self-pipe"; see signal-safety(7)).
/// So a signal that comes while the program still prepares to read is not lost, as it would be if it was ignored until a
/// `DispatchSourceSignal` is ready.
final class SignalReceiver {
    private static let pipe: (read: Int32, write: Int32)? = {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends {
            guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0, fcntl(end, F_SETFL, O_NONBLOCK) == 0 else { return nil }
        }
        recordingEnd = ends[1]
        return (ends[0], ends[1])
    }()

    private let handlers: [Int32: @Sendable () -> Void]
    private let source: (any DispatchSourceRead)?

    /// Begins to receive signals. Where there are no file descriptors left, the signals keep their default actions.
    init(_ handlers: [Int32: @Sendable () -> Void], on queue: DispatchQueue) {
        self.handlers = handlers
        guard let pipe = Self.pipe else {
            source = nil
            return
        }
        for number in handlers.keys {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = Self.record
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: pipe.read, queue: queue)
        source.setEventHandler {
            var numbers = [UInt8](repeating: 0, count: 64)
            let count = read(pipe.read, &numbers, numbers.count)
            for number in numbers.prefix(max(0, count)) { handlers[Int32(number)]?() }
        }
        source.resume()
        self.source = source
    }

    /// Ends the calls. Signals that come later are ignored.
    func cancel() { source?.cancel() }

    /// Whether the parent process has set a signal to be ignored, as `nohup` and scripts do for background jobs.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static let record: @convention(c) (Int32) -> Void = { number in
        let error = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(recordingEnd, &byte, 1)
        errno = error
    }
}

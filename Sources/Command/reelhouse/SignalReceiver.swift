import Dispatch
import Glibc
import Synchronization

/// The end of a pipe that `SignalReceiver.record` writes to. It is written once, before the first
/// handler is installed, and only read afterwards.
nonisolated(unsafe) private var recordingEnd: Int32 = -1

/// Calls handlers for signals, on a queue. Of several receivers the newest that handles a signal gets it; when that ends,
/// the one before it does again.
///
/// A signal is written to a pipe by its handler and read from there by the queue (a "self-pipe"; see signal-safety(7)).
/// So a signal that comes while the program still prepares to read is not lost, as it would be if it was ignored until a
/// `DispatchSourceSignal` is ready.
final class SignalReceiver {
    /// A receiver that has begun.
    private struct Entry: Sendable {
        var number: Int
        var handlers: [Int32: @Sendable () -> Void]
        var queue: DispatchQueue
    }

    private struct State {
        var entries: [Entry] = []
        var begun = 0
    }

    private static let state = Mutex(State())

    /// Reads the pipe for as long as the program runs; nil where there are no file descriptors left. Nothing is done with it
    /// but to keep it.
    nonisolated(unsafe) private static let source: (any DispatchSourceRead)? = {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends {
            guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0, fcntl(end, F_SETFL, O_NONBLOCK) == 0 else { return nil }
        }
        recordingEnd = ends[1]
        let source = DispatchSource.makeReadSource(
            fileDescriptor: ends[0], queue: DispatchQueue(label: "reelhouse.signals.received"))
        source.setEventHandler { [end = ends[0]] in
            var numbers = [UInt8](repeating: 0, count: 64)
            let count = read(end, &numbers, numbers.count)
            for number in numbers.prefix(max(0, count)) { call(Int32(number)) }
        }
        source.resume()
        return source
    }()

    private let number: Int

    /// Begins to receive signals. Where there are no file descriptors left, the signals keep their default actions.
    init(_ handlers: [Int32: @Sendable () -> Void], on queue: DispatchQueue) {
        number = Self.state.withLock { state in
            state.begun += 1
            state.entries.append(Entry(number: state.begun, handlers: handlers, queue: queue))
            return state.begun
        }
        guard Self.source != nil else { return }
        for number in handlers.keys {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = Self.record
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    /// Ends the calls. Signals that come later are ignored, unless an earlier receiver handles them.
    func cancel() { Self.state.withLock { [number] state in state.entries.removeAll { $0.number == number } } }

    /// Calls the newest handler of a signal.
    private static func call(_ number: Int32) {
        let entry = state.withLock { state in state.entries.last { $0.handlers[number] != nil } }
        if let entry, let handler = entry.handlers[number] { entry.queue.async(execute: handler) }
    }

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

import Domain
import Files
import Glibc
import Synchronization

/// Where a command's text goes: standard output, standard error, or a test's memory.
protocol TextOutput: Sendable {
    /// Whether it is a terminal.
    var isTerminal: Bool { get }
    /// The width of the terminal in columns; nil if it is not a terminal.
    var width: Int? { get }
    /// Writes bytes as they are.
    func write(bytes: [UInt8]) throws(OutputError)
    /// Writes what is buffered.
    func flush() throws(OutputError)
}

extension TextOutput {
    /// Writes text.
    func write(_ text: String) throws(OutputError) { try write(bytes: Array(text.utf8)) }
}

/// Why text could not be written.
enum OutputError: ReportedError, Equatable {
    /// The reader of a pipe has gone, as after `| head`. The rest of the output is not needed.
    case closed
    /// The system's error number.
    case failed(errno: Int32)
    /// A file that the user named cannot be written.
    case file(FileError)

    var message: String {
        switch self {
        case .closed: "the output was closed by its reader"
        case .file(let error): error.message
        case .failed(let number): "the output cannot be written: \(String(cString: strerror(number)))"
        }
    }

    var hint: String {
        switch self {
        case .failed(errno: ENOSPC), .failed(errno: EDQUOT):
            "Free some space where standard output goes, or send it elsewhere, and run the command again."
        case .failed: "Send standard output elsewhere, and run the command again."
        case .closed: "Nothing: the reader did not want the rest."
        case .file(let error): error.hint
        }
    }

    var kind: FailureKind {
        switch self {
        case .failed(errno: ENOSPC), .failed(errno: EDQUOT): .noRoom
        case .failed, .closed: .failed
        case .file(let error): error.kind
        }
    }
}

/// Writes text to an open file descriptor. Up to 64 KiB are buffered, unless it is a terminal or unbuffered. After a
/// write has failed, all later ones fail too, so that a result has no gap.
final class FileOutput: TextOutput {
    static let standardOutput = FileOutput(descriptor: STDOUT_FILENO, isBuffered: true)
    static let standardError = FileOutput(descriptor: STDERR_FILENO, isBuffered: false)

    private struct State {
        var kept: [UInt8] = []
        var error: OutputError?
    }

    let isTerminal: Bool
    private let descriptor: CInt
    private let capacity: Int
    private let state = Mutex(State())

    /// Creates an output to a descriptor, which the caller keeps open.
    init(descriptor: CInt, isBuffered: Bool) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        capacity = isBuffered && !isTerminal ? 65_536 : 0
    }

    var width: Int? {
        guard isTerminal else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    func write(bytes: [UInt8]) throws(OutputError) {
        let error = state.withLock { state -> OutputError? in
            guard state.error == nil else { return state.error }
            state.kept += bytes
            if state.kept.count > capacity { writeOut(&state) }
            return state.error
        }
        if let error { throw error }
    }

    func flush() throws(OutputError) {
        let error = state.withLock { state -> OutputError? in
            if state.error == nil { writeOut(&state) }
            return state.error
        }
        if let error { throw error }
    }

    private func writeOut(_ state: inout State) {
        state.error = state.kept.withUnsafeBytes(writeAll)
        state.kept.removeAll(keepingCapacity: true)
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> OutputError? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&state, 1, -1)
            } else if count == 0 || errno != EINTR {
                return errno == EPIPE ? .closed : .failed(errno: errno)
            }
        }
        return nil
    }
}

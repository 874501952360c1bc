import Foundation
import Servers

/// Runs a program for a test, with its input and outputs in files.
///
///     let result = try ChildProcess("/bin/echo", ["a"]).wait()
///     result.output  // "a\n"
public final class ChildProcess {
    /// The exit status and the output of a program.
    public struct Result: Sendable {
        /// The exit status; 128 plus the number of the signal when a signal ended the program.
        public var status: Int32
        /// Whether a signal ended the program.
        public var isKilled: Bool
        /// The text on standard output.
        public var output: String
        /// The text on standard error.
        public var errors: String
    }

    /// The number of the process.
    public let process: pid_t
    private let folder: TemporaryFolder
    private var status: Int32?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - input: the bytes of standard input.
    ///   - environment: variables to add. Variables of the test process that begin with `REELHOUSE_`, and `NO_COLOR`,
    ///     are removed.
    ///   - currentFolder: the working folder; a temporary one by default.
    public init(
        _ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        currentFolder: String? = nil
    ) throws {
        folder = try TemporaryFolder()
        let inputPath = try folder.write("stdin", input)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.path("stdout"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, folder.path("stderr"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        OpenDescriptors.close(by: &actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var variables = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("REELHOUSE_") && $0.key != "NO_COLOR"
        }
        // Else libmongoc would warn of the file that a killed program of the same number has left.
        variables["MONGOC_DISABLE_SHM"] = "1"
        variables.merge(environment) { $1 }
        var words = [program] + arguments
        if let currentFolder { words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", currentFolder] + words }
        let code = ChildProcess.withCStrings(words) { arguments in
            ChildProcess.withCStrings(variables.map { "\($0.key)=\($0.value)" }) { variables in
                var process: pid_t = 0
                let code = posix_spawn(&process, words[0], &actions, &attributes, arguments, variables)
                return (process, code)
            }
        }
        guard code.1 == 0 else { throw ChildProcessFailure(message: "cannot start \(program): errno \(code.1)") }
        process = code.0
    }

    deinit {
        if isRunning {
            kill(process, SIGKILL)
            _ = wait()
        }
    }

    /// Whether the program is still running.
    public var isRunning: Bool {
        if status != nil { return false }
        var status: Int32 = 0
        guard waitpid(process, &status, WNOHANG) == process else { return true }
        self.status = status
        return false
    }

    /// The greatest memory size of the program so far, in bytes; 0 after its end.
    ///
    /// `wait4` would not do, because its figure includes the memory of the test process at the time of the start.
    public var peakMemorySoFar: Int { memory("VmHWM") }

    /// The memory size of the program now, in bytes; 0 after its end.
    public var memory: Int { memory("VmRSS") }

    private func memory(_ name: String) -> Int {
        let status = String(decoding: TemporaryFolder.bytes(ofFile: "/proc/\(process)/status"), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(separator: " ").dropLast().last).flatMap { Int($0) }.map { $0 << 10 } ?? 0
    }

    /// Whether the program handles, blocks or ignores a signal, so that the signal would not end it.
    public func handles(_ signal: Int32) -> Bool {
        let status = String(decoding: TemporaryFolder.bytes(ofFile: "/proc/\(process)/status"), as: UTF8.self)
        return status.split(separator: "\n").contains { line in
            guard ["SigBlk:", "SigIgn:", "SigCgt:"].contains(where: line.hasPrefix) else { return false }
            let signals = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
            return signals & (1 << UInt64(signal - 1)) != 0
        }
    }

    /// Waits for the end of the program, and returns the greatest memory size that was measured, in bytes.
    public func waitMeasuringMemory() -> (result: Result, peakMemory: Int) {
        var peak = 0
        while isRunning {
            peak = max(peak, peakMemorySoFar)
            usleep(2000)
        }
        return (wait(), peak)
    }

    /// Sends a signal, unless the program has ended.
    public func send(_ signal: Int32) { if isRunning { kill(process, signal) } }

    /// The text on standard error so far.
    public var errorsSoFar: String { String(decoding: folder.read("stderr"), as: UTF8.self) }

    /// Waits for the end of the program.
    public func wait() -> Result {
        while status == nil {
            var status: Int32 = 0
            if waitpid(process, &status, 0) == process { self.status = status }
        }
        let status = status ?? 0
        let signal = status & 0x7f
        return Result(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, isKilled: signal != 0,
            output: String(decoding: folder.read("stdout"), as: UTF8.self), errors: errorsSoFar)
    }

    private static func withCStrings<Answer>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Answer
    ) -> Answer {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the buffer has at least its terminator") }
            return body(base)
        }
    }
}

/// The error of a program that cannot be started.
public struct ChildProcessFailure: Error {
    /// The reason.
    public var message: String
}

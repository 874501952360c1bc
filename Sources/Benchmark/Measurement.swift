import Foundation
import Glibc
import Synchronization

/// The resources that a process used until its end, as the kernel counted them.
struct Measurement {
    /// The time from its start to its end, in seconds.
    var seconds: Double
    /// User and system time of all its threads, in seconds.
    var cpuSeconds: Double
    /// Its peak of memory, in bytes.
    var peakBytes: Int64
    /// Its standard output.
    var output: Data
}

/// Runs a program as a child process and measures it.
///
/// The kernel counts the peak of memory of a child from that of its parent on. So this process stays small: whatever
/// needs memory runs in a child.
struct ChildProcess {
    let path: String
    let arguments: [String]
    /// The folder for its output.
    let scratch: String

    /// Runs the program and waits for its end.
    ///
    /// - Throws: `BenchError` if it cannot be started or fails.
    func run() throws -> Measurement {
        let (outputPath, errorPath) = ("\(scratch)/stdout", "\(scratch)/stderr")
        var usage = rusage()
        var status: Int32 = 0
        let start = Self.now
        if Self.isStopped.load(ordering: .relaxed) { throw BenchError("stopped by a signal") }
        let process = try spawn(outputPath, errorPath)
        Self.current.store(process, ordering: .relaxed)
        defer { Self.current.store(0, ordering: .relaxed) }
        while wait4(process, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchError("wait4: \(String(cString: strerror(errno)))") }
        }
        let seconds = Self.now - start
        guard status == 0 else {
            let said = String(decoding: FileManager.default.contents(atPath: errorPath) ?? Data(), as: UTF8.self)
            let how = status & 0x7f == 0 ? "status \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
            throw BenchError("\(([path] + arguments).joined(separator: " ")) ended with \(how):\n\(said.suffix(2000))")
        }
        return Measurement(
            seconds: seconds, cpuSeconds: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime),
            peakBytes: Int64(usage.ru_maxrss) * 1024,
            output: FileManager.default.contents(atPath: outputPath) ?? Data())
    }

    private func spawn(_ outputPath: String, _ errorPath: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let mode = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, mode, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errorPath, mode, 0o600)
        // The child would ignore the signals that this process ignores.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in Self.stopSignals { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &actions, &attributes, &words, environ)
        guard code == 0 else { throw BenchError("\(path) cannot be started: \(String(cString: strerror(code)))") }
        return process
    }

    private static let stopSignals = [SIGINT, SIGTERM]
    /// The process id of the current child, or 0.
    private static let current = Atomic<pid_t>(0)
    private static let isStopped = Atomic(false)

    /// Makes Ctrl-C and SIGTERM end the current child and prevent further ones. This process gets an error and cleans
    /// up.
    static func passOnSignals() -> [any DispatchSourceSignal] {
        stopSignals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                isStopped.store(true, ordering: .relaxed)
                let child = current.load(ordering: .relaxed)
                if child > 0 { kill(child, SIGTERM) }
            }
            source.resume()
            return source
        }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// Seconds of a clock that only goes forward.
    static var now: Double { read(CLOCK_MONOTONIC) }
    /// Processor seconds of the calling thread.
    static var threadTime: Double { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

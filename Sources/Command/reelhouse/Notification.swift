import Arguments
import Domain
import Glibc

/// Runs the user's command at the end of another one, to tell somebody how that ended.
///
/// The command is run by `/bin/sh -c`, in a process group of its own, with a few variables that say how it ended and the
/// JSON of the result on standard input. What it prints goes to standard error. It gets neither descriptors nor locks nor
/// secrets of this process: of the environment it has what `inherited` names and what begins with `REELHOUSE_NOTIFY_`.
struct Notification {
    /// When it is run.
    enum Occasion: String, CaseIterable {
        /// At the end of a command whose exit status is not 0.
        case failure
        /// At the end of a command whose exit status is 0.
        case success
        /// At the end of each.
        case always

        /// Whether a command of an exit status is told of.
        func includes(_ status: ExitStatus) -> Bool {
            switch self {
            case .failure: status != .done
            case .success: status == .done
            case .always: true
            }
        }
    }

    /// How a command ended.
    struct Ending {
        /// The command: `run`.
        var command: String
        var status: ExitStatus
        /// `completed`, `stopped` or `failed`.
        var outcome: String
        /// The number of the run; nil where there is none.
        var run: Int64?
        /// Why the status is not 0, in sentences; empty when it is.
        var message: String
        /// The result as JSON.
        var json: String
    }

    /// Why it came to nothing.
    enum Fault: Error, Equatable {
        /// The shell cannot be started.
        case notStarted(reason: String)
        /// It ended with another exit status than 0.
        case status(Int32)
        /// A signal ended it.
        case signal(Int32)
        /// It took longer than it may, and was ended.
        case tooLong(seconds: Double)
    }

    /// The options of a command that can tell of its end.
    static let options: [Option] = [
        .value(
            "notify-command", .text, placeholder: "command",
            help:
                "Run this by /bin/sh at the end, with REELHOUSE_STATUS (the exit status), REELHOUSE_OUTCOME, REELHOUSE_RUN "
                + "and REELHOUSE_MESSAGE in its environment and the JSON of --json on its standard input. What goes wrong with "
                + "it is a warning."),
        .value(
            "notify-on", .choice(Occasion.allCases.map(\.rawValue)), placeholder: "when",
            defaultValue: Occasion.failure.rawValue,
            help:
                "When --notify-command is run: failure (at an exit status other than 0, also 3, when not all was taken, 6, "
                + "and that of a signal), success (at 0) or always. A run that is killed tells nobody."),
        .value(
            "notify-limit", .duration, defaultValue: "30s",
            help: "How long --notify-command may take; then it is ended."),
    ]

    let command: String
    let occasion: Occasion
    let limit: Duration

    /// What the options say; nil when nobody is to be told.
    init?(_ arguments: ParsedArguments) {
        guard let command = arguments.string("notify-command"), !command.isEmpty else { return nil }
        self.init(
            command: command, occasion: arguments.choice("notify-on", as: Occasion.self) ?? .failure,
            limit: arguments.duration("notify-limit") ?? .seconds(30))
    }

    init(command: String, occasion: Occasion, limit: Duration) {
        (self.command, self.occasion, self.limit) = (command, occasion, limit)
    }

    /// The variables that the command inherits, beside those that begin with `LC_` and `REELHOUSE_NOTIFY_`.
    static let inherited: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]

    /// The environment of the command.
    static func environment(_ ending: Ending, from own: [String: String]) -> [String: String] {
        var variables = own.filter { name, _ in
            inherited.contains(name) || name.hasPrefix("LC_") || name.hasPrefix("REELHOUSE_NOTIFY_")
        }
        variables["REELHOUSE_COMMAND"] = ending.command
        variables["REELHOUSE_STATUS"] = String(ending.status.code)
        variables["REELHOUSE_OUTCOME"] = ending.outcome
        variables["REELHOUSE_RUN"] = ending.run.map { String($0) } ?? ""
        variables["REELHOUSE_MESSAGE"] = ending.message
        return variables
    }

    /// Tells of an end, where it is an occasion. What goes wrong is a warning on the console.
    func send(_ ending: Ending, on console: Console) {
        guard occasion.includes(ending.status) else { return }
        // What the command prints comes after what was printed.
        try? console.output.flush()
        do throws(Fault) {
            try send(ending, environment: Self.environment(ending, from: Console.processEnvironment()))
        } catch {
            console.report(
                Report(
                    kind: .warning, message: "the command of --notify-command \(error.words)",
                    hint:
                        "Try it in a shell, with the JSON of `reelhouse \(ending.command) --json` on its standard input."
                ))
        }
    }

    /// Runs the command and waits for it.
    func send(_ ending: Ending, environment: [String: String]) throws(Fault) {
        let input = try Self.file(of: ending.json + "\n")
        defer { close(input) }
        let process = try start(input, environment)
        let deadline = ContinuousClock.now + limit
        var status: Int32 = 0
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            if ended < 0, errno != EINTR { throw .notStarted(reason: String(cString: strerror(errno))) }
            if ContinuousClock.now >= deadline {
                end(process, &status)
                throw .tooLong(seconds: limit / .seconds(1))
            }
            usleep(10_000)
        }
        if status & 0x7f != 0 { throw .signal(status & 0x7f) }
        if status >> 8 & 0xff != 0 { throw .status(status >> 8 & 0xff) }
    }

    /// Ends the command's process group, and waits for the command, so that no zombie stays.
    private func end(_ process: pid_t, _ status: inout Int32) {
        kill(-process, SIGTERM)
        for _ in 0..<100 {
            if waitpid(process, &status, WNOHANG) == process {
                kill(-process, SIGKILL)
                return
            }
            usleep(10_000)
        }
        kill(-process, SIGKILL)
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// A file without a name that has a text, to be read from its beginning. A pipe would block when nobody reads it.
    private static func file(of text: String) throws(Fault) -> Int32 {
        let folder = Console.processEnvironment()["TMPDIR"] ?? "/tmp"
        var name = Array("\(folder)/reelhouse.XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw .notStarted(reason: String(cString: strerror(errno))) }
        unlink(name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(descriptor)
                throw .notStarted(reason: String(cString: strerror(errno)))
            }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    /// The descriptors that this process has open. All of its own are closed in other programs anyway; those of libraries may
    /// not be.
    private static var openDescriptors: [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return Array(3..<256) }
        defer { closedir(folder) }
        var descriptors: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name) { descriptors.append(descriptor) }
        }
        return descriptors
    }

    private func start(_ input: Int32, _ environment: [String: String]) throws(Fault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        // The results of this program stay by themselves.
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        for descriptor in Self.openDescriptors where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process ignores or holds back, the command does not.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] =
            ["sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, &variables)
        guard code == 0 else { throw .notStarted(reason: String(cString: strerror(code))) }
        return process
    }
}

extension Notification.Fault {
    /// What went wrong, as the end of a sentence.
    var words: String {
        switch self {
        case .notStarted(let reason): "could not be started: \(reason)"
        case .status(let status): "ended with exit status \(status)"
        case .signal(let number): "was ended by signal \(number)"
        case .tooLong(let seconds):
            "took longer than \(NumberFormat.duration(seconds: seconds)) (--notify-limit), and was ended"
        }
    }
}

import Foundation

/// A PostgreSQL server of this program's own, with PostgreSQL's default settings, in a temporary folder. It ends, and the
/// folder is removed, when this object or this process ends.
final class TemporaryServer {
    /// The folder with its data and its socket.
    let folder: String
    private let shell: pid_t
    /// This process's end of the pipe that the shell reads.
    private let pipe: Int32

    /// Makes the data folder and runs the server until the input ends, which it does when this process has ended too.
    private static let script = """
        trap '' INT TERM HUP
        folder=$0 programs=$1
        shift
        {
            "$@" "$programs/initdb" -D "$folder/data" -U postgres -E UTF8 --locale=C -A trust -N </dev/null &&
                exec "$@" "$programs/postgres" -D "$folder/data" -c listen_addresses= \\
                    -c unix_socket_directories="$folder" </dev/null
        } >"$folder/log" 2>&1 &
        server=$!
        while read -r line; do :; done
        kill -INT "$server" 2>/dev/null
        wait "$server"
        rm -rf "$folder"
        """

    /// Starts the server, and waits until it takes connections.
    init() throws {
        guard let programs = Self.programs else {
            throw BenchError(
                "there is no PostgreSQL server to start",
                hint: "Install it (make test-deps), or set \(LiveOptions.variable) to postgresql://USER@HOST/DATABASE.")
        }
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var name = Array("\(parent)/reelhouse-postgres-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw BenchError("no folder can be made in \(parent)") }
        folder = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var words: [String] = []
        // A server does not run as root.
        if getuid() == 0 {
            guard let user = getpwnam("postgres") ?? getpwnam("nobody"),
                chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) == 0
            else { throw BenchError("there is no user postgres, and a server does not run as root") }
            words = ["setpriv", "--reuid=\(user.pointee.pw_uid)", "--regid=\(user.pointee.pw_gid)", "--clear-groups"]
        }
        (shell, pipe) = try Self.spawn(["/bin/sh", "-c", Self.script, folder, programs] + words)
        try waitForStart()
    }

    deinit {
        close(pipe)
        while waitpid(shell, nil, 0) == -1, errno == EINTR {}
    }

    /// The URL of one of its databases.
    func url(database: String) -> String { "postgresql:///\(database)?host=\(folder)&user=postgres" }

    private func waitForStart() throws {
        for _ in 0..<6000 {
            // The last line says `ready` when the server is.
            let text = (try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)) ?? ""
            if text.split(separator: "\n").last?.hasPrefix("ready") == true { return }
            if waitpid(shell, nil, WNOHANG) != 0 { break }
            usleep(10_000)
        }
        let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
        throw BenchError("the PostgreSQL server does not start: \(log.suffix(1000))")
    }

    /// The folder of the newest server's programs.
    private static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = versions.compactMap(Int.init).sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (newest + path).first { access("\($0)/initdb", X_OK) == 0 && access("\($0)/postgres", X_OK) == 0 }
    }()

    /// Starts a program that ends when its standard input does.
    ///
    /// - Returns: the process, and the other end of its standard input.
    static func spawn(_ words: [String]) throws -> (shell: pid_t, pipe: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw BenchError("no pipe: \(String(cString: strerror(errno)))") }
        defer { close(ends[0]) }
        // No other child may hold the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], &actions, nil, &arguments, environ)
        guard code == 0 else {
            close(ends[1])
            throw BenchError("\(words[0]) cannot be started: \(String(cString: strerror(code)))")
        }
        return (process, ends[1])
    }
}

import Foundation

/// A shell that runs a server's program and ends it as soon as this process has gone, or asks for it.
final class Watch: @unchecked Sendable {
    // Sendable because the lock guards what changes.
    private let lock = NSLock()
    private let folder: String
    /// The name of the signal that ends the program when this process has gone.
    private let lastSignal: String
    /// The shell, and this process's end of its standard input.
    private var running: (shell: pid_t, input: Int32)?

    init(folder: String, lastSignal: String = "QUIT") {
        self.folder = folder
        self.lastSignal = lastSignal
    }

    /// Reads its input to the end, which comes when nobody holds the other end of the pipe, and then stops the program.
    /// A line with a signal's name stops it with that one, and keeps the folder.
    private static let script = """
        trap '' INT TERM HUP
        folder=$0 last=$1
        shift
        "$@" >>"$folder/log" 2>&1 </dev/null &
        server=$!
        signal=
        while read -r word; do signal=$word; done
        kill -"${signal:-$last}" "$server" 2>/dev/null
        wait "$server"
        [ -n "$signal" ] && exit
        for name in "$folder"/*; do mountpoint -q "$name" && umount "$name"; done
        rm -rf "$folder"
        """

    /// Runs a program; its output goes into the file `log` of the folder.
    func begin(_ command: [String]) throws {
        try lock.withLock {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw ServerFailure("no pipe: errno \(errno)") }
            defer { close(ends[0]) }
            // No program that a test starts is to hold the pipe open.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            do {
                running = (
                    try Watch.spawn(["/bin/sh", "-c", Watch.script, folder, lastSignal] + command, input: ends[0]),
                    ends[1]
                )
            } catch {
                close(ends[1])
                throw error
            }
        }
    }

    /// Ends the program, and waits for its end.
    ///
    /// - Parameter signal: the name of the signal that ends it, and keeps its folder; nil to remove that too.
    func end(signal: String?) {
        lock.withLock {
            guard let running else { return }
            if let signal { _ = (signal + "\n").withCString { write(running.input, $0, strlen($0)) } }
            close(running.input)
            while waitpid(running.shell, nil, 0) == -1, errno == EINTR {}
            self.running = nil
        }
    }

    /// Starts a program with no signal blocked (a shell waits for its children by a signal).
    private static func spawn(_ words: [String], input: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        OpenDescriptors.close(by: &actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw ServerFailure("cannot start \(words[0]): errno \(code)") }
        return process
    }
}

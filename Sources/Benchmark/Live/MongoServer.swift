import Foundation

/// The server of MongoDB's protocol that is measured: a temporary one, or one that was named. It is found as the tests find
/// theirs.
final class MongoServer {
    /// Where a server is: mongodb://HOST:PORT.
    static let variable = "REELHOUSE_TEST_MONGO"

    /// mongodb://HOST:PORT
    let address: String
    /// What it is: "SecantusDB, a temporary server on this machine".
    let description: String
    private var server: (shell: pid_t, pipe: Int32)?

    /// Runs the server until the input ends, which it does when this process has ended too.
    private static let program = """
        trap '' INT TERM HUP
        folder=$0 program=$1 port=$2
        : >"$folder/config"
        "$program" --config "$folder/config" --port "$port" --storage-path "$folder/data" --log-level WARNING \\
            >"$folder/log" 2>&1 </dev/null &
        server=$!
        while read -r line; do :; done
        kill -KILL "$server" 2>/dev/null
        wait "$server" 2>/dev/null
        rm -rf "$folder"
        """

    /// Finds or starts a server; nil where there is none.
    ///
    /// - Parameter buildFolder: where the environment with SecantusDB is, which `make test-deps` makes.
    init?(_ buildFolder: String) throws {
        let value = ProcessInfo.processInfo.environment[Self.variable] ?? ""
        if !value.isEmpty {
            (address, description) = (value.hasSuffix("/") ? String(value.dropLast()) : value, "as named")
            return
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: buildFolder)) ?? []
        let found = names.filter { $0.hasPrefix("secantusdb-") }.sorted().map {
            ($0, "\(buildFolder)/\($0)/bin/secantusd-py")
        }
        guard let (name, program) = found.last(where: { access($0.1, X_OK) == 0 }) else { return nil }
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let folder = "\(parent)/reelhouse-bench-mongo-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let port = Int.random(in: 20_000...32_000)
        address = "mongodb://127.0.0.1:\(port)"
        description = "\(name), a temporary server on this machine"
        server = try TemporaryServer.spawn(["/bin/sh", "-c", Self.program, folder, program, "\(port)"])
    }

    /// The URL of a database.
    func url(_ database: String) -> String {
        let parts = address.split(separator: "?", maxSplits: 1)
        return "\(parts[0])/\(database)" + (parts.count > 1 ? "?\(parts[1])" : "")
    }

    deinit {
        guard let server else { return }
        close(server.pipe)
        while waitpid(server.shell, nil, 0) == -1, errno == EINTR {}
    }
}

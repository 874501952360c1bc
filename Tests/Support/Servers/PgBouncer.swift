import Foundation

/// A PgBouncer of the tests' own before a PostgreSQL server, on a free port of the loopback address.
///
/// Its server connections take turns (`server_round_robin`), so that consecutive transactions of a client run on
/// different server processes as soon as the pool has several. It ends, and its folder goes, with this process.
///
/// ```
/// let pooler = try PgBouncer(.transaction, before: server)
/// // … connect to pooler.port as the user postgres …
/// ```
public final class PgBouncer: Sendable {
    /// For how long a client has a server connection (https://www.pgbouncer.org/config.html#pool_mode).
    public enum Mode: String, Sendable, CaseIterable {
        /// As long as the client is connected.
        case session
        /// For a transaction.
        case transaction
        /// For a statement; transactions are refused.
        case statement
    }

    /// What a test that is skipped says.
    public static let whatToInstall = "no PgBouncer or no PostgreSQL of the tests' own: install them (make test-deps)"

    private static let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Whether the tests can start one.
    public static var canStart: Bool { program != nil && PostgresServer.canStart }

    /// The port that it listens on, on 127.0.0.1.
    public let port: Int
    private let folder: String
    private let watch: Watch

    /// Makes a pooler and starts it.
    ///
    /// - Parameters:
    ///   - mode: when a server connection is given to another client.
    ///   - server: where its connections lead.
    ///   - connections: how many connections it has to a database at most.
    public init(_ mode: Mode, before server: PostgresServer, connections: Int = 3) throws {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        folder = parent + "/reelhouse-pgbouncer-" + String(UInt64.random(in: .min ... .max), radix: 36)
        port = try FreePort.find()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "\"postgres\" \"\"\n".write(toFile: folder + "/users", atomically: false, encoding: .utf8)
        let settings = """
            [databases]
            * = host=127.0.0.1 port=\(server.port)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = trust
            auth_file = \(folder)/users
            pool_mode = \(mode.rawValue)
            default_pool_size = \(connections)
            server_round_robin = 1
            server_login_retry = 1

            """
        try settings.write(toFile: folder + "/settings", atomically: false, encoding: .utf8)
        // It has no handler for SIGQUIT.
        watch = Watch(folder: folder, lastSignal: "TERM")
        try start()
    }

    deinit { watch.end(signal: nil) }

    /// Starts it again after `kill`, and waits until it lets clients in.
    public func start() throws {
        guard let program = PgBouncer.program else { throw ServerFailure("there is no PgBouncer to start") }
        try watch.begin(PostgresServer.asUser([program, "-q", folder + "/settings"]))
        for _ in 0..<1000 {
            if let socket = try? LoopbackSocket.connected(to: port) {
                close(socket)
                return
            }
            usleep(10_000)
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw ServerFailure("PgBouncer does not start: \(log.suffix(1000))")
    }

    /// Ends it by SIGKILL: its connections to clients and to the server end.
    public func kill() { watch.end(signal: "KILL") }
}

import Foundation

/// A PostgreSQL server of the tests' own, in a folder of its own on a free port of the loopback address.
///
/// It ends, and its folder goes, with this process, however that ends: the shell that watches it reads from a pipe
/// whose other end is this process's.
///
/// ```
/// @Test(.enabled(if: PostgresServer.isThere, "\(PostgresServer.whatToSet)")) func counts() throws {
///     let url = try PostgresServer.sharedURL()
/// }
/// ```
public final class PostgresServer: Sendable {
    /// Where a server is that the tests use instead of one of their own: the URL of a database of a superuser.
    public static let variable = "REELHOUSE_TEST_POSTGRES"

    /// What a test that is skipped says.
    public static let whatToSet =
        "no PostgreSQL: install it (make test-deps), or set \(variable) to postgresql://user@host/database"
    /// The same for tests that stop and start a server.
    public static let whatToInstall = "no PostgreSQL of the tests' own to stop: install it (make test-deps)"

    /// Where a server's programs are; nil where there is none.
    fileprivate static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let folders = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + path).first {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
                && FileManager.default.isExecutableFile(atPath: $0 + "/postgres")
        }
    }()

    /// The user that the server runs as; nil for the user of the tests. A server does not run as root.
    static let user: String? = {
        guard getuid() == 0 else { return nil }
        return ["postgres", "nobody"].first { getpwnam($0) != nil }
    }()

    /// Whether the tests can start servers of their own.
    public static var canStart: Bool {
        programs != nil && (getuid() != 0 || (user != nil && FileManager.default.isExecutableFile(atPath: setpriv)))
    }

    private static let setpriv = "/usr/bin/setpriv"

    /// The server that the variable names.
    public static var named: String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether there is a server for tests that only use one.
    public static var isThere: Bool { named != nil || canStart }

    private static let started = Result { try PostgresServer() }

    /// The server of their own that all tests share; it is never stopped.
    public static func shared() throws -> PostgresServer { try started.get() }

    /// The URL of a database on the server that all tests share, whose user may do everything.
    ///
    /// - Parameter database: nil for the one that is always there.
    public static func sharedURL(database: String? = nil, parameters: String = "") throws -> String {
        guard let named else { return try started.get().url(database: database ?? "postgres", parameters: parameters) }
        guard var parts = URLComponents(string: named) else { throw ServerFailure("\(variable) is no URL") }
        if let database { parts.path = "/" + database }
        if !parameters.isEmpty {
            let query = [parts.percentEncodedQuery, parameters].compactMap { $0 }
            parts.percentEncodedQuery = query.joined(separator: "&")
        }
        return parts.string ?? named
    }

    /// The server's folder.
    public let folder: String
    /// The port that it listens on, on 127.0.0.1.
    public let port: Int
    private let settings: [String]
    private let watch: Watch
    /// Of a standby: where its data came from and its changes come from; otherwise empty.
    private let source: String

    /// Makes a server and starts it.
    ///
    /// - Parameters:
    ///   - settings: of the server, by name.
    ///   - disk: a part of the server's folder that is on a small disk.
    ///   - primary: a running server, of which this one is a streaming standby.
    public init(settings: [String: String] = [:], disk: SmallDisk? = nil, standbyOf primary: PostgresServer? = nil)
        throws
    {
        guard PostgresServer.canStart else { throw ServerFailure("there is no PostgreSQL to start") }
        folder = try PostgresServer.makeFolder()
        port = try FreePort.find()
        if let disk { try disk.mount(below: folder, user: PostgresServer.user) }
        let own = [
            "fsync": "off", "full_page_writes": "off", "listen_addresses": "127.0.0.1", "port": "\(port)",
            "unix_socket_directories": folder, "max_connections": "50", "shared_buffers": "64MB", "max_wal_size": "2GB",
            "log_min_messages": "fatal", "jit": "off",
            // Tests make and drop so many tables that looking them up takes long unless the catalogs are vacuumed.
            "autovacuum_naptime": "3s", "autovacuum_vacuum_threshold": "2000", "autovacuum_vacuum_cost_delay": "0",
            "autovacuum_analyze_threshold": "\(Int32.max)",
        ]
        self.settings = own.merging(settings) { $1 }.sorted { $0.key < $1.key }.flatMap {
            ["-c", "\($0.key)=\($0.value)"]
        }
        watch = Watch(folder: folder)
        source = primary?.url() ?? ""
        try start()
    }

    deinit { watch.end(signal: nil) }

    /// The URL of a database of this server.
    public func url(user: String = "postgres", database: String = "postgres", parameters: String = "") -> String {
        "postgresql://\(user)@127.0.0.1:\(port)/\(database)" + (parameters.isEmpty ? "" : "?\(parameters)")
    }

    // MARK: Stopping and starting

    /// How a server is stopped; `pg_ctl stop -m` has the same words.
    public enum Stop: Sendable {
        /// Transactions are rolled back, connections closed.
        case fast
        /// As after a crash.
        case immediate

        var signal: String { self == .fast ? "INT" : "QUIT" }
    }

    /// The server's process; nil when it does not run.
    public var process: pid_t? {
        let text = try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
        return text?.split(separator: "\n").first.flatMap { pid_t($0) }.flatMap { kill($0, 0) == 0 ? $0 : nil }
    }

    /// Stops the server, and waits until it has stopped.
    public func stop(_ way: Stop) {
        watch.end(signal: way.signal)
    }

    /// Starts the server, and waits until it lets connections in.
    ///
    /// - Parameter isStandby: whether it takes no writes.
    public func start(isStandby: Bool = false) throws {
        guard let programs = PostgresServer.programs else { throw ServerFailure("there is no PostgreSQL to start") }
        let signal = folder + "/data/standby.signal"
        if isStandby { try Data().write(to: URL(fileURLWithPath: signal)) } else { unlink(signal) }
        // One that was stopped as after a crash has left it there.
        unlink(folder + "/data/postmaster.pid")
        let new = try NewDataFolder.shared.get().path
        let command =
            ["/bin/sh", "-c", PostgresServer.script, folder + "/data", new, programs, source] + settings
        try watch.begin(PostgresServer.asUser(command))
        for _ in 0..<3000 {
            // Its last line says "ready" when it is.
            let text = (try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)) ?? ""
            let state = text.split(separator: "\n").last ?? ""
            if state.hasPrefix("ready") || state.hasPrefix("standby") { return }
            usleep(10_000)
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw ServerFailure("the server does not start: \(log.suffix(1000))")
    }

    /// Makes a standby the primary, as `pg_ctl promote` does, and waits until it is one.
    public func promote() throws {
        try Data().write(to: URL(fileURLWithPath: folder + "/data/promote"))
        guard let process, kill(process, SIGUSR1) == 0 else { throw ServerFailure("the server does not run") }
        for _ in 0..<1000 where access(folder + "/data/standby.signal", F_OK) == 0 { usleep(10_000) }
    }

    /// Copies a new data folder, or that of a primary, when there is none, and becomes the server.
    private static let script = """
        data=$0 new=$1 programs=$2 source=$3
        shift 3
        if [ -f "$data/PG_VERSION" ]; then
            :
        elif [ -n "$source" ]; then
            "$programs/pg_basebackup" -D "$data" -d "$source" -R -c fast -X stream -N || exit 1
        else
            mkdir -p -m 0700 "$data" && cp -R "$new/." "$data" || exit 1
        fi
        exec "$programs/postgres" -D "$data" "$@"
        """

    /// Makes a folder that belongs to the server's user.
    fileprivate static func makeFolder() throws -> String {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let folder = parent + "/reelhouse-postgres-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if let user, let entry = getpwnam(user) {
            guard chown(folder, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
                throw ServerFailure("cannot give \(folder) to \(user)")
            }
        }
        return folder
    }

    /// A command as the server's user.
    static func asUser(_ command: [String]) -> [String] {
        guard let user else { return command }
        return [setpriv, "--reuid=\(user)", "--regid=\(user)", "--init-groups"] + command
    }
}

/// A data folder that no server has used: `initdb` makes it once, and each server gets a copy.
private struct NewDataFolder {
    static let shared = Result { try NewDataFolder() }

    let path: String
    /// Removes the folder when this process has gone.
    private let watch: Watch

    private init() throws {
        guard let programs = PostgresServer.programs else { throw ServerFailure("there is no PostgreSQL to start") }
        let folder = try PostgresServer.makeFolder()
        path = folder + "/data"
        watch = Watch(folder: folder)
        // A shell's background programs ignore SIGQUIT, by which the watch ends this one, unless they ask for it.
        let script = """
            "$1/initdb" -D "$0/making" -U postgres -E UTF8 --locale=C -A trust -N && mv "$0/making" "$0/data"
            exec env --default-signal=QUIT sleep 1000000
            """
        try watch.begin(PostgresServer.asUser(["/bin/sh", "-c", script, folder, programs]))
        for _ in 0..<6000 where !FileManager.default.fileExists(atPath: path) { usleep(10_000) }
        guard FileManager.default.fileExists(atPath: path) else {
            let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
            throw ServerFailure("initdb made no data folder: \(log.suffix(1000))")
        }
    }
}

/// Why a server cannot be used.
public struct ServerFailure: Error, CustomStringConvertible {
    /// Why.
    public let description: String
    /// Whether a server cannot open its own files.
    public let hasLostFiles: Bool

    init(_ description: String, hasLostFiles: Bool = false) {
        (self.description, self.hasLostFiles) = (description, hasLostFiles)
    }
}

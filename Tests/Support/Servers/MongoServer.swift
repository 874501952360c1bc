import Foundation

/// A server of MongoDB's protocol of the tests' own, in a folder of its own on a free port of the loopback address. It is
/// SecantusDB (https://pypi.org/project/secantusdb), which the script `.ci/test-mongo` installs below `.build`.
///
/// It ends, and its folder goes, with this process, however that ends.
///
/// ```
/// @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)")) func reads() throws {
///     let url = try MongoServer.sharedURL(database: "a_name_of_its_own")
/// }
/// ```
public final class MongoServer: Sendable {
    /// Where a server is that the tests use instead of one of their own: mongodb://…, with a user that may do everything.
    public static let variable = "REELHOUSE_TEST_MONGO"

    /// What a test that is skipped says.
    public static let whatToSet =
        "no MongoDB: install SecantusDB (make test-deps), or set \(variable) to mongodb://host:port"
    /// The same for tests that stop a server, or need options of one.
    public static let whatToInstall = "no MongoDB of the tests' own: install SecantusDB (make test-deps)"

    /// The server that the variable names.
    public static var named: String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The Python that has SecantusDB; nil where there is none and none can be installed.
    private static let python: String? = {
        let output = try? run(["/bin/sh", FileManager.default.currentDirectoryPath + "/.ci/test-mongo"])
        let path = output.map { $0.split(separator: "\n").last.map(String.init) ?? "" } ?? ""
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// Whether the tests can start servers of their own.
    public static var canStart: Bool { python != nil }
    /// Whether there is a server for tests that only use one.
    public static var isThere: Bool { named != nil || canStart }

    private static let started = Result { try MongoServer(Options(hasTestCommands: true)) }

    /// The server of their own that all tests share; it is never stopped.
    public static func shared() throws -> MongoServer { try started.get() }

    /// The URL of a database on the server that all tests share.
    ///
    /// - Parameters:
    ///   - path: the database, and what follows it: `tmdb_data.raw_movies`.
    ///   - parameters: more parameters of the URL, with `&` between them.
    public static func sharedURL(_ path: String, parameters: String = "") throws -> String {
        guard let named else { return try started.get().url(path, parameters: parameters) }
        let parts = named.split(separator: "?", maxSplits: 1)
        let start = parts[0].hasSuffix("/") ? String(parts[0].dropLast()) : String(parts[0])
        let query = (parts.dropFirst().map(String.init) + [parameters]).filter { !$0.isEmpty }
        return start + "/" + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// How a server is started.
    public struct Options: Sendable {
        /// Whether it says that it is a replica set (of one server).
        public var isReplicaSet: Bool
        /// Whether it demands that clients log in: as `MongoServer.user`.
        public var hasPasswords: Bool
        /// The files for TLS; nil for connections without encryption.
        public var certificates: Certificates?
        /// Whether a write is on disk when it is answered.
        public var syncsOnCommit: Bool
        /// Whether it has `configureFailPoint`.
        public var hasTestCommands: Bool

        /// A replica set without passwords and encryption.
        public init(
            isReplicaSet: Bool = true, hasPasswords: Bool = false, certificates: Certificates? = nil,
            syncsOnCommit: Bool = false, hasTestCommands: Bool = false
        ) {
            self.isReplicaSet = isReplicaSet
            self.hasPasswords = hasPasswords
            self.certificates = certificates
            self.syncsOnCommit = syncsOnCommit
            self.hasTestCommands = hasTestCommands
        }

        fileprivate var arguments: [String] {
            var words = isReplicaSet ? [] : ["--standalone"]
            if hasPasswords { words.append("--auth") }
            if syncsOnCommit { words.append("--sync-on-commit") }
            if hasTestCommands { words.append("--enable-test-commands") }
            guard let certificates else { return words }
            words += ["--tls-cert-file", certificates.certificate, "--tls-key-file", certificates.key]
            guard let authority = certificates.clientAuthority else { return words }
            return words + ["--tls-ca-file", authority, "--tls-require-client-cert"]
        }
    }

    /// The files for TLS, in PEM.
    public struct Certificates: Sendable {
        /// The server's certificate.
        public var certificate: String
        /// Its key.
        public var key: String
        /// The certificate that signs those that clients have to show; nil where they need none.
        public var clientAuthority: String?

        /// Files.
        public init(certificate: String, key: String, clientAuthority: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
        }
    }

    /// The user of a server that demands passwords; the user is of the database `admin`.
    public static let user = "reelhouse"
    /// That user's password, which has to be escaped in a URL.
    public static let password = "s3cret/@:%"

    /// The server's folder.
    public let folder: String
    /// The port that it listens on, on 127.0.0.1.
    public let port: Int
    private let options: Options
    private let watch: Watch

    /// Makes a server and starts it.
    ///
    /// - Parameter disk: a small disk that its data is on.
    public init(_ options: Options = Options(), disk: SmallDisk? = nil) throws {
        self.options = options
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        folder = parent + "/reelhouse-mongo-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try FreePort.find(inARow: 1)
        watch = Watch(folder: folder, lastSignal: "KILL")
        if let disk { try disk.mount(below: folder, user: nil) }
        // An empty one, so that it looks for none in other places.
        try Data().write(to: URL(fileURLWithPath: folder + "/config"))
        if options.hasPasswords { try makeUser() }
        try start()
    }

    deinit { watch.end(signal: nil) }

    /// The URL of a database of this server.
    ///
    /// - Parameters:
    ///   - path: the database, and what follows it.
    ///   - login: the user and the password as they stand in a URL; empty for none.
    public func url(_ path: String, login: String = "", parameters: String = "") -> String {
        "mongodb://" + (login.isEmpty ? "" : login + "@") + "127.0.0.1:\(port)/" + path
            + (parameters.isEmpty ? "" : "?" + parameters)
    }

    // MARK: Stopping and starting

    /// Kills the server (SIGKILL), and waits for its end.
    public func kill() { watch.end(signal: "KILL") }

    /// Stops the server as an administrator would, and waits for its end.
    public func stop() { watch.end(signal: "TERM") }

    /// Starts the server, with its data, and waits until connections are let in.
    public func start() throws { try start(options) }

    private func start(_ options: Options) throws {
        guard let python = MongoServer.python else { throw ServerFailure("there is no MongoDB to start") }
        let program = String(python.dropLast("python3".count)) + "secantusd-py"
        try watch.begin(
            [
                "/usr/bin/env", "--default-signal=TERM", python, program, "--config", folder + "/config", "--port",
                "\(port)",
                "--storage-path", folder + "/data", "--cache-size", "128M", "--log-level", "WARNING",
            ] + options.arguments)
        for _ in 0..<6000 {
            if let socket = try? LoopbackSocket.connected(to: port) {
                close(socket)
                return
            }
            usleep(10_000)
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw ServerFailure(
            "the server does not start: \(log.suffix(1000))", hasLostFiles: log.contains("WiredTigerError"))
    }

    /// Does what kills a server and starts it again, with another server where one cannot open its files any more. That is
    /// a fault of SecantusDB 0.7, and none of who writes to it.
    public static func toleratingLostFiles(_ body: () throws -> Void) throws {
        for _ in 1...3 {
            do { return try body() } catch let failure as ServerFailure where failure.hasLostFiles {
                print("SecantusDB lost its own files in a kill; the test begins anew with another server")
            }
        }
        try body()
    }

    /// Makes the user. A server that demands passwords has nobody who could do so.
    private func makeUser() throws {
        guard let python = MongoServer.python else { throw ServerFailure("there is no MongoDB to start") }
        try start(Options())
        let script = """
            import sys, pymongo
            client = pymongo.MongoClient("127.0.0.1", int(sys.argv[1]), directConnection=True)
            client.admin.command("createUser", sys.argv[2], pwd=sys.argv[3], roles=["root"])
            """
        _ = try MongoServer.run([python, "-c", script, "\(port)", MongoServer.user, MongoServer.password])
        stop()
    }

    /// Runs a program, and waits for its end.
    ///
    /// - Returns: what it prints.
    static func run(_ words: [String]) throws -> String {
        let process = Process()
        // Foundation waits until nobody has a certain descriptor, which a program in the background would inherit.
        let closing = """
            for f in /proc/self/fd/*; do n=${f##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done
            exec "$0" "$@"
            """
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", closing] + words
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ServerFailure("\(words[0]) failed") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

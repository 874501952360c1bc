import Foundation

/// A server with the shapes of TMDB's answers, on a free port of the loopback address, with HTTP/1.1 or with TLS and HTTP/2. It
/// runs on hypercorn (https://pypi.org/project/hypercorn), which the script `.ci/test-tmdb` installs below `.build`.
///
/// It ends, and its folder goes, with this process, however that ends.
///
/// ```
/// @Test(.enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)")) func fetches() throws {
///     let server = try TMDBServer(.init(movies: 100, script: ["7": ["status:500"]]))
/// }
/// ```
public final class TMDBServer: Sendable {
    /// What a test that is skipped says.
    public static let whatToInstall = "no server like TMDB's: install hypercorn (make test-deps)"

    /// The Python that has hypercorn; nil where there is none and none can be installed.
    private static let python: String? = {
        let output = try? MongoServer.run(["/bin/sh", root + "/.ci/test-tmdb"])
        let path = output.map { $0.split(separator: "\n").last.map(String.init) ?? "" } ?? ""
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    private static var root: String { FileManager.default.currentDirectoryPath }

    /// Whether the tests can start servers.
    public static var canStart: Bool { python != nil }

    /// The secrets that every server takes.
    public static let (token, key) = ("eyJtb2NrLXRva2VuLTQ3MTE", "mock-key-0815-4711")

    /// How a server behaves; see `tmdb_server.py`.
    public struct Options: Sendable {
        /// How many movies there are, with the ids 1 and up.
        public var movies: Int
        /// What happens to the requests of an id.
        public var script: [String: [String]]
        /// How many requests a second are answered; nil for all.
        public var rate: Int?
        /// For how many seconds it asks to wait; nil where it does not say.
        public var retryAfter: Int?
        /// Seconds before each answer.
        public var delay: Double
        /// How many movies a page of a list has.
        public var page: Int
        /// After how many requests a connection is closed; nil for never.
        public var closes: Int?
        /// The names of the files of ids that there are.
        public var exports: [String]
        /// Whether it has TLS, and a certificate of this name.
        public var certificateName: String?
        /// A file of documents in place of those that are made up.
        public var documents: String?

        /// A server that does what is asked.
        public init(
            movies: Int = 100, script: [String: [String]] = [:], rate: Int? = nil, retryAfter: Int? = nil,
            delay: Double = 0, page: Int = 20, closes: Int? = nil, exports: [String] = [],
            certificateName: String? = nil, documents: String? = nil
        ) {
            self.movies = movies
            self.script = script
            self.rate = rate
            self.retryAfter = retryAfter
            self.delay = delay
            self.page = page
            self.closes = closes
            self.exports = exports
            self.certificateName = certificateName
            self.documents = documents
        }
    }

    /// A request that came.
    public struct Request: Sendable {
        /// When, in seconds since 1970.
        public var time: Double
        /// The path, without the query.
        public var path: String
        /// The query.
        public var query: String
        /// The header with the token; nil where there was none.
        public var authorization: String?
        /// The version of HTTP: `1.1` or `2`.
        public var http: String
        /// The client's port, which tells connections apart.
        public var client: Int
        /// What was done: `ok`, `limited`, or a step of the script.
        public var step: String
        /// The movie that was asked for; nil for other requests.
        public var movieID: Int? {
            path.hasPrefix("/3/movie/") ? Int(path.dropFirst("/3/movie/".count)) : nil
        }
    }

    /// The server's folder.
    public let folder: String
    /// The port on 127.0.0.1.
    public let port: Int
    /// The file with the authority of its certificate.
    public var authorityFile: String { folder + "/certificate.pem" }
    /// Its base URL.
    public var url: String { (hasTLS ? "https" : "http") + "://127.0.0.1:\(port)" }
    private let hasTLS: Bool
    private let watch: Watch

    /// Starts a server, and waits until it answers.
    public init(_ options: Options = Options()) throws {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        folder = parent + "/reelhouse-tmdb-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try FreePort.find(inARow: 1)
        hasTLS = options.certificateName != nil
        watch = Watch(folder: folder, lastSignal: "KILL")
        var settings: [String: Any] = [
            "port": port, "log": folder + "/requests", "movies": options.movies, "script": options.script,
            "delay": options.delay, "page": options.page, "exports": options.exports, "token": Self.token,
            "key": Self.key,
        ]
        settings["rate"] = options.rate
        settings["retry_after"] = options.retryAfter
        settings["closes"] = options.closes
        settings["documents"] = options.documents
        if let name = options.certificateName {
            try makeCertificate(name)
            settings["certificate"] = authorityFile
            settings["private_key"] = folder + "/key.pem"
        }
        try JSONSerialization.data(withJSONObject: settings).write(to: URL(fileURLWithPath: folder + "/settings"))
        try start()
    }

    deinit { watch.end(signal: nil) }

    private func makeCertificate(_ name: String) throws {
        _ = try MongoServer.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2",
            "-subj", "/CN=\(name)", "-addext",
            "subjectAltName=\(name.allSatisfy { $0.isNumber || $0 == "." } ? "IP" : "DNS"):\(name)", "-keyout",
            folder + "/key.pem", "-out", authorityFile,
        ])
    }

    /// Starts it again after `kill`, with its script from the beginning.
    public func start() throws {
        guard let python = Self.python else { throw ServerFailure("there is no hypercorn to start") }
        let script = Self.root + "/Tests/Support/Servers/tmdb_server.py"
        try watch.begin(["/usr/bin/env", "--default-signal=TERM", python, script, folder + "/settings"])
        for _ in 0..<6000 {
            if let socket = try? LoopbackSocket.connected(to: port) {
                close(socket)
                return
            }
            usleep(10_000)
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw ServerFailure("the server does not start: \(log.suffix(1000))")
    }

    /// Kills the server (SIGKILL), and waits for its end.
    public func kill() { watch.end(signal: "KILL") }

    /// The requests that came so far.
    public func requests() -> [Request] {
        let text = (try? String(contentsOfFile: folder + "/requests", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let object, let path = object["path"] as? String else { return nil }
            return Request(
                time: object["time"] as? Double ?? 0, path: path, query: object["query"] as? String ?? "",
                authorization: object["authorization"] as? String, http: object["http"] as? String ?? "",
                client: object["client"] as? Int ?? 0, step: object["step"] as? String ?? "")
        }
    }
}

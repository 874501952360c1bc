import Foundation
import Glibc

/// The tests' server with TMDB's answers, in a process of its own. It ends when this object or this process does.
final class FetchServer {
    /// The token that it takes.
    static let token = "bench-token"

    /// Its base URL.
    let url: String
    /// The certificate that it shows; nil without TLS.
    let authorityFile: String?
    private var running: (shell: pid_t, pipe: Int32)?

    private static let script = """
        trap '' INT TERM HUP
        "$0" "$@" >/dev/null 2>&1 </dev/null &
        server=$!
        while read -r line; do :; done
        kill -KILL "$server" 2>/dev/null
        wait "$server" 2>/dev/null
        """

    /// Starts a server, and waits until it takes connections.
    init(_ form: FetchBenchmark.Form, movies: Int, _ workspace: Workspace, buildFolder: String) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: buildFolder)) ?? []
        let found = names.filter { $0.hasPrefix("hypercorn-") }.sorted().map { "\(buildFolder)/\($0)/bin/python3" }
        let root = URL(fileURLWithPath: buildFolder).deletingLastPathComponent().path
        let program = root + "/Tests/Support/Servers/tmdb_server.py"
        guard let python = found.last(where: { access($0, X_OK) == 0 }), access(program, R_OK) == 0 else {
            throw BenchError("there is no server to fetch from", hint: "Run make test-deps, which installs hypercorn.")
        }
        let port = Int.random(in: 20_000...32_000)
        var settings: [String: Any] = ["port": port, "log": "/dev/null", "movies": movies, "token": Self.token]
        if form == .encrypted {
            try Self.makeCertificate(workspace)
            settings["certificate"] = workspace.file("certificate.pem")
            settings["private_key"] = workspace.file("key.pem")
        }
        authorityFile = form == .encrypted ? workspace.file("certificate.pem") : nil
        url = (form == .encrypted ? "https" : "http") + "://127.0.0.1:\(port)"
        let file = workspace.file("server-\(port).json")
        try JSONSerialization.data(withJSONObject: settings).write(to: URL(fileURLWithPath: file))
        running = try TemporaryServer.spawn(["/bin/sh", "-c", Self.script, python, program, file])
        try waitForStart(port)
    }

    deinit { end() }

    /// Ends the server.
    func end() {
        guard let running else { return }
        close(running.pipe)
        while waitpid(running.shell, nil, 0) == -1, errno == EINTR {}
        self.running = nil
    }

    private static func makeCertificate(_ workspace: Workspace) throws {
        guard let openssl = Programs.find("openssl") else {
            throw BenchError("there is no openssl to make a certificate")
        }
        _ = try ChildProcess(
            path: openssl,
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", workspace.file("key.pem"), "-out",
                workspace.file("certificate.pem"),
            ], scratch: workspace.path
        ).run()
    }

    private func waitForStart(_ port: Int) throws {
        for _ in 0..<3000 {
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0 { return }
            usleep(10_000)
        }
        throw BenchError("the server of the benchmark does not start")
    }
}

import Foundation
import Servers
import TestSupport
import Testing

/// A server that demands encrypted connections, and a certificate of the role `loader`.
@Suite(
    .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"),
    .enabled(if: access(Certificates.program, X_OK) == 0, "no \(Certificates.program): install openssl"))
struct PostgreSQLCertificateTests {
    @Test func encryptedConnections() throws {
        let server = try PostgresServer()
        let certificates = try Certificates()
        try certificates.demand(by: server)
        let own = "sslrootcert=\(certificates.path("ca.crt"))"
        let client = "sslcert=\(certificates.path("loader.crt"))&sslkey=\(certificates.path("loader.key"))"
        let folder = try SampleLines.folder()
        /// A run of a user with these parameters.
        func run(_ user: String, _ parameters: String) throws -> ChildProcess.Result {
            try Program.run(
                "run", "--raw", "raw", "--now", Program.now, "-w", server.url(user: user, parameters: parameters),
                in: folder)
        }
        func expectRefused(_ user: String, _ parameters: String, status: Int32, _ words: String...) throws {
            let result = try run(user, parameters)
            #expect(result.status == status, "\(parameters): \(result.errors)")
            for word in words + ["error: ", "hint: "] {
                #expect(result.errors.contains(word), "\(parameters): \(word): \(result.errors)")
            }
            #expect(!result.errors.contains("trying again"), "\(parameters): \(result.errors)")
        }
        // A server that cannot be trusted, or does not let in, is not tried again.
        try expectRefused(
            "postgres", "sslmode=verify-full&sslrootcert=\(certificates.path("other.crt"))", status: 1, "sslrootcert")
        try expectRefused("postgres", "sslmode=disable", status: 1, "28000", "sslmode")
        try expectRefused("loader", "sslmode=verify-full&\(own)", status: 1, "28000", "sslcert")
        for (user, parameters) in [("postgres", own), ("loader", own + "&" + client)] {
            let result = try run(user, "schema=of_\(user)&sslmode=verify-full&" + parameters)
            #expect(result.status == 0, "\(user): \(result.errors)")
            let database = try PostgresDatabase(url: server.url(), schema: "of_\(user)")
            #expect(try database.integer("SELECT count(*) FROM fact_user_event") == 2)
        }
    }
}

/// Certificates that are made by openssl for a test: of a server at 127.0.0.1 and of the role `loader`, signed by `ca`; and
/// `other`, which signed none of them.
struct Certificates {
    static let program = "/usr/bin/openssl"

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for name in ["ca", "other"] {
            try make(["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", "\(name).crt"] + key, name)
        }
        try folder.write("names", "subjectAltName=IP:127.0.0.1,DNS:127.0.0.1\n")
        for (name, subject) in [("server", "127.0.0.1"), ("loader", "loader")] {
            try make(["req", "-subj", "/CN=\(subject)", "-out", "\(name).csr"] + key, name)
            let signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2"]
            try run(["x509", "-req", "-in", "\(name).csr", "-out", "\(name).crt"] + signed)
        }
    }

    func path(_ name: String) -> String { folder.path(name) }

    private func make(_ arguments: [String], _ name: String) throws {
        try run(arguments + ["-keyout", "\(name).key"])
        chmod(path("\(name).key"), 0o600)
    }

    private func run(_ arguments: [String]) throws {
        let result = try ChildProcess(Certificates.program, arguments, currentFolder: folder.path).wait()
        #expect(result.status == 0, "\(arguments): \(result.errors)")
    }

    /// Lets a server take encrypted connections only, and `loader` only by its certificate.
    func demand(by server: PostgresServer) throws {
        let admin = try PostgresDatabase(url: server.url(), schema: "public")
        try admin.execute("CREATE ROLE loader LOGIN; GRANT CREATE ON DATABASE postgres TO loader")
        var owner = stat()
        guard stat(server.folder + "/data", &owner) == 0 else { return }
        for name in ["ca.crt", "server.crt", "server.key"] {
            let file = server.folder + "/data/" + name
            try FileManager.default.copyItem(atPath: path(name), toPath: file)
            #expect(chown(file, owner.st_uid, owner.st_gid) == 0 && chmod(file, 0o600) == 0)
        }
        for (name, value) in [
            ("ssl_ca_file", "ca.crt"), ("ssl_cert_file", "server.crt"), ("ssl_key_file", "server.key"), ("ssl", "on"),
        ] {
            try admin.execute("ALTER SYSTEM SET \(name) = '\(value)'")
        }
        try "hostssl all loader 127.0.0.1/32 cert\nhostssl all all 127.0.0.1/32 trust\n".write(
            toFile: server.folder + "/data/pg_hba.conf", atomically: false, encoding: .utf8)
        try admin.execute("SELECT pg_reload_conf()")
        // The server reads its files a moment later.
        for _ in 0..<500
        where (try? PostgresDatabase(url: server.url(parameters: "sslmode=disable"), schema: "x")) != nil {
            usleep(10_000)
        }
    }
}

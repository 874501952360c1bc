import Domain
import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

@testable import MongoDB

/// Logins and encrypted connections.
@Suite(.enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"), .waits) struct MongoLoginTests {
    private static func failure(_ url: String) throws -> MongoError {
        let error = #expect(throws: MongoError.self) { try MongoClient(MongoLocation(url, .database)).server() }
        return try #require(error)
    }

    /// Puts and reads a document.
    private static func use(_ url: String) throws {
        let store = try MongoRawStore(MongoLocation(url, .database))
        let movie = RawDatabase.movie(7, #"{"id":7}"#)
        try store.put(movies: [movie])
        try store.flush()
        #expect(try store.movie(7) == movie)
    }

    @Test func passwords() throws {
        let server = try MongoServer(MongoServer.Options(hasPasswords: true))
        let user = MongoServer.user
        let login = "\(user):\(PercentEncoding.escaped(MongoServer.password))"
        try Self.use(server.url("tmdb_data", login: login, parameters: "authSource=admin"))
        func refused(_ login: String, _ parameters: String = "") throws {
            let location = try MongoLocation(
                server.url("tmdb_data", login: login, parameters: parameters), .database)
            let store = try MongoRawStore(location)
            let error = #expect(throws: MongoError.self) { try store.movie(7) }
            let found = try #require(error)
            #expect(found.problem == .authentication, "\(found)")
            #expect(!found.mayRetry && found.kind == .failed)
            #expect(found.hint.contains("?authSource=admin") && found.hint.contains("%40"), "\(found.hint)")
            #expect(found.hint.contains("demands a login") == login.isEmpty, "\(found.hint)")
            #expect(!found.message.contains("s3cret") && !found.message.contains("wr0ng"))
        }
        // The user is of the database admin, and libmongoc looks for it in the one that the URL names.
        try refused(login)
        try refused("\(user):wr0ng", "authSource=admin")
        try refused("nobody:wr0ng", "authSource=admin")
        try refused("")
    }

    @Test(
        .enabled(if: access(ServerCertificates.program, X_OK) == 0, "no \(ServerCertificates.program): install openssl")
    )
    func encryptedConnections() throws {
        let files = try ServerCertificates()
        let server = try MongoServer(
            MongoServer.Options(
                certificates: .init(certificate: files.path("server.crt"), key: files.path("server.key"))))
        let trusted = "tls=true&tlsCAFile=\(files.path("ca.crt"))"
        try Self.use(server.url("tmdb_data", parameters: trusted))
        let short = "serverSelectionTimeoutMS=1000"
        let untrusted = try Self.failure(
            server.url("tmdb_data", parameters: "tls=true&tlsCAFile=\(files.path("other.crt"))&\(short)"))
        #expect(untrusted.problem == .encryption && !untrusted.mayRetry, "\(untrusted)")
        #expect(untrusted.hint.contains("tlsCAFile"))
        let plain = try Self.failure(server.url("tmdb_data", parameters: short))
        #expect(plain.problem == .unreachable && plain.hint.contains("tls=true"), "\(plain)")
        let none = try Self.failure(
            server.url("tmdb_data", parameters: "tls=true&tlsCAFile=\(files.path("none.crt"))"))
        #expect(none.message.contains("cannot read \(files.path("none.crt"))"))
    }

    @Test(
        .enabled(if: access(ServerCertificates.program, X_OK) == 0, "no \(ServerCertificates.program): install openssl")
    )
    func certificatesOfClients() throws {
        let files = try ServerCertificates()
        let server = try MongoServer(
            MongoServer.Options(
                certificates: .init(
                    certificate: files.path("server.crt"), key: files.path("server.key"),
                    clientAuthority: files.path("ca.crt"))))
        let trusted = "tls=true&tlsCAFile=\(files.path("ca.crt"))"
        try Self.use(
            server.url("tmdb_data", parameters: trusted + "&tlsCertificateKeyFile=\(files.path("client.pem"))"))
        let without = try Self.failure(
            server.url("tmdb_data", parameters: trusted + "&serverSelectionTimeoutMS=1000"))
        #expect(without.problem == .encryption && without.hint.contains("tlsCertificateKeyFile"), "\(without)")
    }

    @Test func doctorFindsAMissingRight() throws {
        let server = try MongoServer(MongoServer.Options(hasPasswords: true))
        let login = "\(MongoServer.user):\(PercentEncoding.escaped(MongoServer.password))"
        let mongo = try TestMongo(server.url("", login: login, parameters: "authSource=admin"))
        try mongo.run(
            #"{"createUser": "reader", "pwd": "x", "roles": [{"role": "read", "db": "tmdb_data"}]}"#, on: "admin")
        func rights(_ login: String) throws -> Finding? {
            let url = server.url("tmdb_data", login: login, parameters: "authSource=admin")
            let findings = MongoChecks.findings(rawStore: Location(text: url, scheme: "mongodb", rest: ""))
            #expect(findings.count > 1, "\(findings)")
            return findings.first { $0.subject == "raw store: rights" }
        }
        #expect(try rights(login)?.outcome == .ok)
        let missing = try rights("reader:x")
        #expect(missing?.outcome == .fail && missing?.remedy?.contains("readWrite") == true, "\(missing as Any)")
    }

    @Test func nobodyIsThere() throws {
        let port = try FreePort.find()
        let start = MongoClient.now
        let error = try Self.failure("mongodb://ann:s3cret@127.0.0.1:\(port)/d?serverSelectionTimeoutMS=500")
        #expect(MongoClient.now - start < 5)
        #expect(error.problem == .unreachable && error.kind == .unreachable && error.mayRetry, "\(error)")
        #expect(error.message.contains("ann:***@127.0.0.1") && !error.message.contains("s3cret"))
        let unknown = try Self.failure("mongodb://no-such-host.invalid/d?serverSelectionTimeoutMS=500")
        #expect(unknown.problem == .unknownHost, "\(unknown)")
    }
}

/// Certificates that are made by openssl for a test: of a server at 127.0.0.1 and of a client, signed by `ca`; and
/// `other`, which signed none of them.
struct ServerCertificates {
    static let program = "/usr/bin/openssl"

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for name in ["ca", "other"] {
            try make(
                ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", "\(name).crt", "-keyout", "\(name).key"]
                    + key)
        }
        try folder.write("names", "subjectAltName=IP:127.0.0.1,DNS:127.0.0.1\n")
        for name in ["server", "client"] {
            try make(
                ["req", "-subj", "/CN=\(name)", "-out", "\(name).csr", "-keyout", "\(name).key"] + key)
            try make([
                "x509", "-req", "-days", "2", "-in", "\(name).csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                "-CAcreateserial", "-extfile", "names", "-out", "\(name).crt",
            ])
        }
        try folder.write("client.pem", folder.read("client.crt") + folder.read("client.key"))
    }

    func path(_ name: String) -> String { folder.path(name) }

    private func make(_ arguments: [String]) throws {
        let result = try ChildProcess(Self.program, arguments, currentFolder: folder.path).wait()
        try #require(result.status == 0, "\(result.errors)")
    }
}

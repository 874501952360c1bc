import Foundation
import Servers
import TestSupport
import Testing

/// `reelhouse copy` from and to a server that goes away in the middle: all or nothing.
@Suite(.enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLCopyLossTests {
    @Test func aServerThatGoesAwayLeavesNothing() throws {
        let source = try PostgreSQLTarget()
        try source.runToEnd()
        let expected = try PostgreSQLInput.shared.get().digest
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let folder = try TemporaryFolder()

        for bytes in [20_000, 300_000] {
            proxy.cut(afterAnswers: bytes)
            try expectLoss(from: source.url(port: proxy.port), to: "copy.db", in: folder)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!left.contains { $0.hasPrefix("copy.db") }, "\(left)")
        }
        try copy(from: source.url(port: proxy.port), to: "copy.db", in: folder)
        #expect(try Program.run("digest", "--warehouse", "copy.db", in: folder).output == expected)

        let target = try PostgreSQLTarget()
        for bytes in [20_000, 300_000] {
            proxy.cut(afterBytes: bytes)
            try expectLoss(from: "copy.db", to: target.url(port: proxy.port), in: folder)
            let database = try target.database()
            if try database.isThere(), try database.tables().contains("load_run") {
                #expect(try database.integer("SELECT count(*) FROM load_run") == 0)
                #expect(try database.integer("SELECT count(*) FROM fact_user_event") == 0)
            }
        }
        try copy(from: "copy.db", to: target.url(port: proxy.port), in: folder)
        #expect(try target.digest() == expected)
    }

    private func expectLoss(from source: String, to target: String, in folder: TemporaryFolder) throws {
        let result = try Program.run("copy", "--from", source, "--to", target, in: folder)
        #expect(result.status == 5, "\(result.errors)")
        #expect(result.output == "")
        for words in ["error: ", "127.0.0.1", "hint: ", "run the same command again"] {
            #expect(result.errors.contains(words), "\(words): \(result.errors)")
        }
    }

    private func copy(from source: String, to target: String, in folder: TemporaryFolder) throws {
        let result = try Program.run("copy", "--from", source, "--to", target, in: folder)
        #expect(result.status == 0, "\(result.errors)")
    }
}

import Domain
import MongoTesting
import Servers

@testable import MongoDB

/// A database of a test's own, which goes with this object.
final class RawDatabase {
    let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
    let mongo: TestMongo
    private let url: (String) -> String

    /// A database on the server that all tests share.
    convenience init() throws {
        let shared = try MongoServer.sharedURL("")
        try self.init(shared) { path in (try? MongoServer.sharedURL(path)) ?? shared }
    }

    /// A database on a server of a test's own.
    convenience init(_ server: MongoServer) throws {
        try self.init(server.url("")) { server.url($0) }
    }

    private init(_ server: String, url: @escaping (String) -> String) throws {
        mongo = try TestMongo(server)
        self.url = url
    }

    deinit { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: name) }

    /// A location of it.
    func location() throws -> MongoLocation { try MongoLocation(url(name), .database) }

    /// A location of it by a proxy.
    func location(port: Int, parameters: String = "") throws -> MongoLocation {
        // A server's own name for itself would lead past the proxy.
        try MongoLocation(
            "mongodb://127.0.0.1:\(port)/\(name)?directConnection=true"
                + (parameters.isEmpty ? "" : "&" + parameters), .database)
    }

    /// A store of it with a client of its own.
    func store(heldBytes: Int = 8 << 20, now: @escaping () -> Int64 = MongoRawStore.clock) throws -> MongoRawStore {
        try MongoRawStore(location(), heldBytes: heldBytes, now: now)
    }

    /// A movie document.
    static func movie(_ id: Int64, day: Int32 = 20_000, votes: Int64? = nil, _ document: String = "{}") -> RawMovie {
        RawMovie(
            movieID: id,
            rank: MovieRank(
                hasTitle: true, snapshotDay: day, voteCount: votes, contentHash: [UInt8](repeating: 7, count: 32)),
            document: Array(document.utf8))
    }
}

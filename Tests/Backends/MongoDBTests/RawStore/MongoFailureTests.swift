import Domain
import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

@testable import MongoDB

/// Servers and connections that fail while documents are put.
@Suite(.enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"), .serialized, .waits)
struct MongoFailureTests {
    private static func movies(_ count: Int64, votes: Int64 = 1) -> [RawMovie] {
        (1...count).map { RawDatabase.movie($0, votes: votes, #"{"id":\#($0),"votes":\#(votes)}"#) }
    }

    private static func stored(_ database: RawDatabase) throws -> [RawMovie] {
        var found: [RawMovie] = []
        try database.store().forEachMovie { found.append($0) }
        return found
    }

    /// Flushes until that succeeds, as a load does that tries again.
    private static func flush(_ store: MongoRawStore) throws {
        for attempt in 1... {
            do {
                return try store.flush()
            } catch let error as MongoError {
                try #require(error.mayRetry && attempt < 20, "\(error.message)")
            }
        }
    }

    /// Failures that a server reports or makes, and whether the driver gets over one of them by itself.
    static let failures: [(data: String, problem: MongoProblem, isRepeated: Bool)] = [
        (#""errorCode": 10107"#, .notPrimary, true), (#""errorCode": 11602"#, .notPrimary, true),
        (#""errorCode": 91"#, .notPrimary, true), (#""closeConnection": true"#, .unreachable, true),
        (#""errorCode": 13"#, .authentication, false), (#""errorCode": 14031"#, .noRoom, false),
    ]

    /// A flush that fails throws, keeps what is held, and the next one writes it.
    @Test(arguments: [true, false]) func aFlushThatFailsSaysSo(_ isReplicaSet: Bool) throws {
        let server = try MongoServer(MongoServer.Options(isReplicaSet: isReplicaSet, hasTestCommands: true))
        let database = try RawDatabase(server)
        let store = try database.store()
        var votes: Int64 = 0
        for failure in Self.failures {
            votes += 1
            try store.put(movies: Self.movies(30, votes: votes))
            try database.mongo.failCommands(["update"], times: 10, failure.data)
            let error = #expect(throws: MongoError.self, "\(failure.data)") { try store.flush() }
            let found = try #require(error)
            #expect(found.problem == failure.problem, "\(found.message)")
            #expect(found.mayRetry == ![.authentication, .noRoom].contains(failure.problem), "\(found.message)")
            try database.mongo.endFailures()
            try store.flush()
            #expect(try Self.stored(database) == Self.movies(30, votes: votes))
            guard isReplicaSet, failure.isRepeated else { continue }
            // One failure is not seen where writes can be repeated.
            votes += 1
            try store.put(movies: Self.movies(30, votes: votes))
            try database.mongo.failCommands(
                ["update"], times: 1, failure.data + #", "errorLabels": ["RetryableWriteError"]"#)
            try store.flush()
            #expect(try Self.stored(database) == Self.movies(30, votes: votes))
        }
    }

    @Test func aWriteThatIsNotConfirmedFails() throws {
        let server = try MongoServer(MongoServer.Options(hasTestCommands: true))
        let database = try RawDatabase(server)
        let store = try database.store()
        try store.put(movies: Self.movies(3))
        try database.mongo.failCommands(
            ["update"], times: 1,
            #""writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out", "errInfo": {}}"#)
        let error = #expect(throws: MongoError.self) { try store.flush() }
        #expect(try #require(error).problem == .unconfirmed)
        try store.flush()
        #expect(try Self.stored(database) == Self.movies(3))
    }

    @Test func aLostCursorIsOpenedAnew() throws {
        let server = try MongoServer(MongoServer.Options(hasTestCommands: true))
        let database = try RawDatabase(server)
        let movies = Self.movies(400)
        let store = try database.store()
        try store.put(movies: movies)
        try store.flush()
        for data in [#""errorCode": 43"#, #""closeConnection": true"#] {
            try database.mongo.failCommands(["getMore"], times: 1, data)
            #expect(try Self.stored(database) == movies, "\(data)")
            try database.mongo.endFailures()
        }
    }

    @Test func slowAndCutConnections() throws {
        let server = try MongoServer()
        let database = try RawDatabase(server)
        let proxy = try TCPProxy(to: server.port)
        let store = try MongoRawStore(
            MongoClient(database.location(port: proxy.port, parameters: "socketTimeoutMS=5000")))
        let movies = Self.movies(300)
        proxy.behaviour = .delay(milliseconds: 20)
        try store.put(movies: movies)
        try store.flush()
        proxy.behaviour = .forward
        for votes in Int64(2)...5 {
            try store.put(movies: Self.movies(300, votes: votes))
            proxy.cut(afterBytes: Int.random(in: 1...40_000))
            try Self.flush(store)
        }
        #expect(try Self.stored(database) == Self.movies(300, votes: 5))
        // A server that has fallen silent is not waited for without end.
        try store.put(movies: Self.movies(3, votes: 6))
        proxy.behaviour = .mute
        let start = MongoClient.now
        let error = #expect(throws: MongoError.self) { try store.flush() }
        #expect(try #require(error).problem == .unreachable)
        #expect(MongoClient.now - start < 40)
        proxy.behaviour = .forward
        proxy.cut()
        try Self.flush(store)
        #expect(try Self.stored(database) == Self.movies(3, votes: 6) + Self.movies(300, votes: 5).dropFirst(3))
    }

    @Test func aRequestToStopEndsTheWaiting() throws {
        let server = try MongoServer()
        let database = try RawDatabase(server)
        let proxy = try TCPProxy(to: server.port)
        var limits = MongoClient.Limits()
        limits.answerOnStop = 0.5
        let stop = StopFlag()
        let client = try MongoClient(
            database.location(port: proxy.port), limits: limits, isStopRequested: { stop.isSet })
        let store = try MongoRawStore(client)
        try store.put(movies: Self.movies(3))
        try store.flush()
        try store.put(movies: Self.movies(3, votes: 2))
        proxy.behaviour = .mute
        Thread.detachNewThread {
            usleep(300_000)
            stop.set()
        }
        let start = MongoClient.now
        let error = #expect(throws: MongoError.self) { try store.flush() }
        #expect(try #require(error).problem == .interrupted)
        #expect(MongoClient.now - start < 5)
        proxy.stop()
    }

    /// The server is killed at any moment of a put; each document is as before or as it was put, and what was flushed is
    /// there.
    @Test func theServerIsKilled() throws {
        try MongoServer.toleratingLostFiles { try killTheServer() }
    }

    private func killTheServer() throws {
        let server = try MongoServer(MongoServer.Options(syncsOnCommit: true))
        let database = try RawDatabase(server)
        let url = try MongoLocation(
            server.url(database.name, parameters: "serverSelectionTimeoutMS=2000&socketTimeoutMS=5000"), .database)
        let store = try MongoRawStore(url, heldBytes: 4000)
        let count = Int64(LongTests.rounds(150, long: 500))
        var flushed: Int64 = 0
        for votes in 1...Int64(LongTests.rounds(2, long: 20)) {
            let killer = DispatchGroup()
            killer.enter()
            let after = UInt32.random(in: 1000...150_000)
            Thread.detachNewThread {
                usleep(after)
                server.kill()
                killer.leave()
            }
            var hasFailed = false
            do {
                try store.put(movies: Self.movies(count, votes: votes))
                try store.flush()
                flushed = votes
            } catch let error as MongoError {
                hasFailed = true
                #expect(error.mayRetry, "\(error.message)")
            }
            killer.wait()
            try server.start()
            let found = try Self.stored(database)
            let least = found.map { $0.rank.voteCount ?? 0 }.min() ?? 0
            #expect(flushed == 0 || found.count == Int(count))
            #expect(least >= flushed)
            for movie in found {
                let known = RawDatabase.movie(
                    movie.movieID, votes: movie.rank.voteCount,
                    #"{"id":\#(movie.movieID),"votes":\#(movie.rank.voteCount ?? 0)}"#)
                #expect(movie == known)
            }
            guard hasFailed else { continue }
            // As a load does that tries again.
            try store.put(movies: Self.movies(count, votes: votes))
            try store.flush()
            flushed = votes
        }
        #expect(try Self.stored(database) == Self.movies(count, votes: flushed))
    }
}

/// A flag that another thread sets.
final class StopFlag: @unchecked Sendable {
    // Sendable because the lock guards what changes.
    private let lock = NSLock()
    private var value = false
    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
}

import Foundation
import KafkaTesting
import MongoTesting
import Servers
import TestSupport
import Testing

/// The same lines from each source, into each warehouse, with each raw store: one digest, and the same documents kept.
@Suite(.waits) struct LiveMatrixTests {
    /// A warehouse and a raw store.
    struct Target: CustomStringConvertible, Sendable {
        var isPostgreSQL: Bool
        var hasMongoDB: Bool

        var description: String {
            "\(isPostgreSQL ? "PostgreSQL" : "SQLite"), raw documents in \(hasMongoDB ? "MongoDB" : "a folder")"
        }

        static let all = [(false, false), (false, true), (true, false), (true, true)].map {
            Target(isPostgreSQL: $0.0, hasMongoDB: $0.1)
        }
        static let present = all.filter {
            (!$0.isPostgreSQL || PostgresServer.isThere) && (!$0.hasMongoDB || MongoServer.isThere)
        }
    }

    private static let lacks = [
        KafkaServer.isThere ? nil : KafkaServer.whatToSet, PostgresServer.isThere ? nil : PostgresServer.whatToSet,
        MongoServer.isThere ? nil : MongoServer.whatToSet,
    ].compactMap { $0 }.joined(separator: "; ")

    @Test(.enabled(if: lacks.isEmpty, "some of the matrix is not tested: \(lacks)")) func nothingIsLeftOut() {}

    @Test(arguments: Target.present) func files(_ target: Target) throws {
        let input = try LiveInput.shared.get()
        try Self.check(
            .files, movies: input.folder.path("in/movies"), events: input.folder.path("in/events"), target)
    }

    @Test(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"), arguments: Target.present)
    func kafka(_ target: Target) throws {
        let topics = try LiveTopics.shared.get()
        try Self.check(.kafka, movies: topics.moviesURL, events: topics.eventsURL, target)
    }

    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"), arguments: Target.present)
    func mongoDB(_ target: Target) throws {
        let input = try LiveInput.shared.get()
        let database = try LiveDatabase()
        try input.insertMovies(into: "raw_movies", of: database.name, database.mongo)
        try Self.check(
            .mongoDB, movies: database.url(".raw_movies"), events: input.folder.path("in/events"), target)
    }

    private static func check(
        _ source: LiveInput.Source, movies: String, events: String, _ target: Target
    ) throws {
        let input = try LiveInput.shared.get()
        let folder = try TemporaryFolder()
        let raw = target.hasMongoDB ? try LiveDatabase() : nil
        let schema = newName()
        defer {
            if target.isPostgreSQL { try? PostgresDatabase(url: PostgresServer.sharedURL(), schema: schema).drop() }
        }
        let warehouse = target.isPostgreSQL ? try PostgresServer.sharedURL(parameters: "schema=\(schema)") : "w.db"
        let run = [
            "run", "--movies", movies, "--events", events, "-w", warehouse, "--raw", try raw?.url() ?? "raw", "--now",
            Program.now, "--json",
        ]
        let first = try Program.start(run, in: folder).wait()
        #expect(first.status == 0, "\(first.errors)")
        let count = try RunResult(first.output)
        #expect(count.rejected > 0 && count.duplicates > 0)
        #expect(count.read == count.accepted + count.duplicates + count.rejected)
        #expect(try Program.run("digest", "-w", warehouse, in: folder).output == input.digest)
        // Documents of other programs are kept as the plain JSON that was read of them.
        let kept = folder.path("raw")
        if let raw {
            let copy = try Program.run("copy", "raw", "--from", raw.url(), "--to", "raw", "-q", in: folder)
            #expect(copy.status == 0, "\(copy.errors)")
        }
        let expected = source == .mongoDB ? try LiveDocuments.shared.get().path : input.folder.path("expected-raw")
        let differences = RawFolders.differences(kept, from: expected)
        #expect(differences.isEmpty && folder.has("raw/comments"), "\(differences)")
        let again = try Program.start(run, in: folder).wait()
        #expect(try again.status == 0 && RunResult(again.output).accepted == 0, "\(again.errors)")
        #expect(try Program.run("digest", "-w", warehouse, in: folder).output == input.digest)
    }
}

/// The topics of `LiveInput` on the broker that all tests share.
struct LiveTopics: Sendable {
    let moviesURL: String
    let eventsURL: String
    private let topics: [TestTopic]

    static let shared = Result { try LiveTopics() }

    private init() throws {
        let address = try KafkaServer.sharedAddress()
        let (movies, events) = try LiveInput.shared.get().topics(at: address)
        moviesURL = "kafka://\(address)/\(movies.name)"
        eventsURL = "kafka://\(address)/\(events.name)"
        topics = [movies, events]
    }
}

/// The raw store, in a folder, of a run with the movies from MongoDB and the events from files.
enum LiveDocuments {
    static let shared = Result {
        let input = try LiveInput.shared.get()
        let database = try LiveDatabase()
        try input.insertMovies(into: "raw_movies", of: database.name, database.mongo)
        let result = try Program.run(
            "run", "--movies", database.url(".raw_movies"), "--events", "in/events", "-w", "documents.db", "--raw",
            "documents-raw", "--now", Program.now, "-q", in: input.folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Program.run("digest", "-w", "documents.db", in: input.folder).output == input.digest)
        return (path: input.folder.path("documents-raw"), warehouse: input.folder.path("documents.db"))
    }
}

/// A database of a test's own on a MongoDB server, which goes with this object.
final class LiveDatabase {
    let name = newName()
    let mongo: TestMongo
    private let server: MongoServer?

    /// - Parameter server: a server of the test's own; nil for the one that all tests share.
    init(_ server: MongoServer? = nil) throws {
        self.server = server
        mongo = try TestMongo(server?.url("") ?? MongoServer.sharedURL(""))
    }

    deinit { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: name) }

    /// A location of it.
    ///
    /// - Parameter rest: what follows the name: `.raw_movies`.
    func url(_ rest: String = "", parameters: String = "") throws -> String {
        try server?.url(name + rest, parameters: parameters)
            ?? MongoServer.sharedURL(name + rest, parameters: parameters)
    }
}

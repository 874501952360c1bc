import Domain
import Foundation
import MongoDB
import MongoTesting
import Servers

extension SourceKind {
    /// Collections of a MongoDB server that all tests share. Each source is a collection of documents of another program,
    /// whose `_id` is a text.
    public static let mongoDB = SourceKind(
        name: "MongoDB", lack: MongoServer.isThere ? nil : MongoServer.whatToSet, ports: [.movies],
        abilities: [.severalSources, .end, .datedLines, .lastingPositions], make: { try MongoFixture() })
}

private final class MongoFixture: SourceFixture {
    private let mongo: TestMongo
    private let database = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)

    init() throws { mongo = try TestMongo(MongoServer.sharedURL("")) }

    deinit { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: database) }

    func publish(_ sources: [[SourceLine]], port: SourcePort, named name: String) throws -> any PublishedSources {
        let collections = sources.indices.map { "\(name.replacing(" ", with: "_"))_\($0)" }
        let published = MongoCollectionsOfATest(self, mongo, database, collections)
        for (number, lines) in sources.enumerated() {
            try mongo.run("{\"create\": \"\(collections[number])\"}", on: database)
            try published.append(lines, to: number)
        }
        return published
    }
}

/// The collections of a database that a test has filled.
private final class MongoCollectionsOfATest: PublishedSources {
    // Keeps the database.
    private let fixture: MongoFixture
    private let mongo: TestMongo
    private let database: String
    private let collections: [String]
    private var counts: [Int]

    init(_ fixture: MongoFixture, _ mongo: TestMongo, _ database: String, _ collections: [String]) {
        self.fixture = fixture
        self.mongo = mongo
        self.database = database
        self.collections = collections
        counts = collections.map { _ in 0 }
    }

    var names: [String] { collections.map { "\(database).\($0)" } }
    var ends: Bool { true }

    func set(chunkBytes: Int) throws -> any SourceSet {
        let locations = try collections.map {
            try MongoLocation(MongoServer.sharedURL("\(database).\($0)"), .collection)
        }
        return try MongoSet(locations, port: .movies, chunkBytes: chunkBytes)
    }

    func append(_ lines: [SourceLine], to source: Int) throws {
        guard !lines.isEmpty else { return }
        let documents = lines.map { line in
            counts[source] += 1
            let id = String(format: "\"_id\": \"%08d\"", counts[source])
            let date = line.snapshotDay.map { ", \"snapshot_date\": \"\(CivilDate.text(ofDay: $0))\"" } ?? ""
            let members = String(decoding: line.bytes, as: UTF8.self).dropFirst().dropLast()
            return "{\(id)\(date)\(members.isEmpty ? "" : ", ")\(members)}"
        }
        try mongo.run(
            "{\"insert\": \"\(collections[source])\", \"documents\": [\(documents.joined(separator: ", "))]}",
            on: database)
    }

    func lineCounts() throws -> [Int64] {
        try collections.map { collection in
            let answer = try mongo.run("{\"count\": \"\(collection)\"}", on: database)
            let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
            guard let count = object?["n"] as? NSNumber else { throw FixtureFailure(message: answer) }
            return count.int64Value
        }
    }
}

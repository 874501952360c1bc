import Domain
import MongoTesting
import Servers
import TestSupport
import Testing

@testable import MongoDB

/// The collection of movie documents as a source, on a server.
@Suite(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"), .waits)
struct MongoSetTests {
    /// A database of a test.
    private final class Database {
        let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let mongo: TestMongo
        private let server: MongoServer?

        /// - Parameter server: a server of the test's own; nil for the one that all tests share.
        init(_ server: MongoServer? = nil) throws {
            self.server = server
            mongo = try TestMongo(server?.url("") ?? MongoServer.sharedURL(""))
        }
        deinit { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: name) }

        func insert(_ documents: [String], into collection: String = "raw_movies") throws {
            try mongo.run(
                "{\"insert\": \"\(collection)\", \"documents\": [\(documents.joined(separator: ", "))]}", on: name)
        }

        func set(chunkLines: Int? = nil, _ collection: String = "raw_movies") throws -> MongoSet {
            var options = SourceOptions()
            options.chunkLines = chunkLines
            let path = "\(name).\(collection)"
            return try MongoSet(
                [MongoLocation(server?.url(path) ?? MongoServer.sharedURL(path), .collection)], port: .movies,
                options: options)
        }
    }

    /// Lines as texts, and the rows that the ledger would have after each chunk.
    private struct Reading {
        var lines: [String] = []
        var rows: [Checkpoint] = []

        init(_ set: MongoSet, known: Checkpoint? = nil, limit: Int = .max) throws {
            let source = try set.open(SourceRequest(clockDay: 0)) { body in
                if let known { try body(KnownSource(known)) }
            }
            defer { source.close() }
            while rows.count < limit, let chunk = try source.next() {
                for line in chunk.lines {
                    let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                    lines.append(String(decoding: bytes, as: UTF8.self))
                }
                let mark = try #require(chunk.mark)
                let position = try #require(SourcePosition(text: chunk.end.text))
                rows.append(
                    Checkpoint(
                        mark, source: chunk.source.name, position: position, isComplete: chunk.isLast,
                        counts: LineCounts()))
            }
        }
    }

    /// One `_id` of each type that can be one, in the order of MongoDB.
    private static let ids = [
        #"{"$minKey":1}"#, "null", #"{"$numberDouble":"NaN"}"#, #"{"$numberDouble":"-Infinity"}"#, "-7",
        #"{"$numberDouble":"1.5"}"#, #"{"$numberDecimal":"2.5"}"#, "3", #"{"$numberLong":"9007199254740993"}"#,
        #"{"$numberDouble":"Infinity"}"#, #""""#, #""a""#, #""a\u0000""#, #""b""#, "{}", #"{"a":1}"#, #"{"a":2}"#,
        #"{"$binary":{"base64":"AQ==","subType":"00"}}"#, #"{"$binary":{"base64":"AQI=","subType":"00"}}"#,
        #"{"$oid":"000000000000000000000001"}"#, #"{"$oid":"000000000000000000000002"}"#, "false", "true",
        #"{"$date":"1969-12-31T00:00:00Z"}"#, #"{"$date":"2020-01-01T00:00:00Z"}"#,
        #"{"$timestamp":{"t":1,"i":1}}"#, #"{"$timestamp":{"t":1,"i":2}}"#, #"{"$maxKey":1}"#,
    ]

    @Test func goesOnAfterAnIDOfAnyType() throws {
        let database = try Database()
        let documents = Self.ids.indices.map { "{\"_id\":\(Self.ids[$0]),\"id\":\($0 + 1)}" }
        try database.insert(documents.shuffled())
        let whole = try Reading(database.set(chunkLines: 1))
        #expect(Set(whole.lines) == Set(Self.ids.indices.map { "{\"id\":\($0 + 1)}" }))
        #expect(whole.rows.last?.isComplete == true)
        // Whatever order the server has, each rest is what was not read before.
        for (index, row) in whole.rows.enumerated() where !row.isComplete {
            let rest = try Reading(database.set(), known: row)
            #expect(rest.lines == Array(whole.lines[(index + 1)...]), "after \(row.position)")
            #expect(rest.rows.last?.position.order == Int64(Self.ids.count))
        }
    }

    @Test func aCollectionThatWasReadIsReadAgain() throws {
        let database = try Database()
        try database.insert([#"{"_id":1,"id":1}"#, #"{"_id":2,"id":2}"#])
        let first = try Reading(database.set())
        let second = try Reading(database.set(), known: first.rows.last)
        #expect(second.lines == first.lines)
        #expect(second.rows.last == first.rows.last)
    }

    /// What happens to the second request for more documents.
    @Test(
        .enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"),
        arguments: [#""errorCode": 43"#, #""errorCode": 11602"#, #""closeConnection": true"#])
    func aLostCursorIsOpenedAnew(_ failure: String) throws {
        let database = try Database(MongoServer(MongoServer.Options(hasTestCommands: true)))
        for start in stride(from: 0, to: 4000, by: 1000) {
            try database.insert((start..<start + 1000).map { "{\"_id\":\($0),\"id\":\($0 + 1)}" })
        }
        let source = try database.set(chunkLines: 300).open(SourceRequest(clockDay: 0)) { _ in }
        defer { source.close() }
        var numbers: [Int64] = []
        var chunks = 0
        while let chunk = try source.next() {
            chunks += 1
            numbers += chunk.lines.map(\.number)
            if chunks == 2 { try database.mongo.failCommands(["getMore"], times: 1, failure) }
        }
        #expect(numbers == Array(1...4000))
    }

    @Test func aCollectionThatIsNotThereIsAnError() throws {
        let database = try Database()
        try database.insert([#"{"_id":1}"#])
        let error = #expect(throws: MongoError.self) { try database.set("movies") }
        #expect(error?.message.contains("there is no collection movies") == true)
        #expect(error?.mayRetry == false)
    }

    @Test func documentsOfThisProgramAndOfOthersAreReadTogether() throws {
        let database = try Database()
        let store = try MongoRawStore(MongoLocation(MongoServer.sharedURL(database.name), .database))
        let texts = [#"{"id":603,"title":"The Matrix"}"#, #"{ "id": 604.0, "id": 604 }"#, "{\"id\":605}\n"]
        for (number, text) in texts.enumerated() {
            let rank = MovieRank(
                hasTitle: true, snapshotDay: 100, voteCount: nil, contentHash: [UInt8](repeating: 0, count: 32))
            try store.put(movies: [
                RawMovie(movieID: Int64(603 + number), rank: rank, document: Array(text.utf8))
            ])
        }
        try store.flush()
        try database.insert([#"{"_id":"x","id":700,"release_date":{"$date":"1999-03-30T00:00:00Z"}}"#])
        let reading = try Reading(database.set())
        #expect(
            reading.lines == [texts[0], texts[1], "{\"id\":605}", #"{"id":700,"release_date":"1999-03-30"}"#])
    }
}

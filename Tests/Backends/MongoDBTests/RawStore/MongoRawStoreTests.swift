import Domain
import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

@testable import MongoDB

/// What the raw store on MongoDB does beyond what every raw store promises.
@Suite(.waits, .enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)")) struct MongoRawStoreTests {
    /// Documents that BSON or the server may not hold as they are.
    static let documents: [(name: String, document: String, fields: [String])] = [
        ("exact", #"{"id":603,"title":"The Matrix","vote_average":8.2,"ok":true,"none":null}"#, ["document"]),
        ("spaces", #"{ "id": 603 }"#, ["document", "original"]),
        (
            "number", #"{"id":603.0,"big":18446744073709551616,"long":1.00000000000000000001}"#,
            ["document", "original"]
        ),
        ("twice", #"{"a":1,"a":2}"#, ["document", "original"]),
        ("dollars", ##"{"$oid":"5","$date":1,"a.b":{"$set":{"x":"$9.99"}},"":{"$ref":1}}"##, ["document"]),
        ("zero", #"{"a\u0000b":1,"b":"\u0000"}"#, ["original"]),
        ("large", "{\"a\":\"" + String(repeating: "é", count: 7_500_000) + "\"}", ["document"]),
        ("large and not exact", "{\"a\":\"" + String(repeating: "x", count: 9_000_000) + "\" }", ["original"]),
        ("many indexes", "[" + String(repeating: "1,", count: 1_500_000) + "1]", ["original"]),
        ("too large", "{\"a\":\"" + String(repeating: "y", count: 17_000_000) + "\"}", ["original_file"]),
    ].map { ($0.0, $0.1.hasPrefix("[") ? "{\"a\":\($0.1)}" : $0.1, $0.2) }

    @Test func everyDocumentComesBackByteForByte() throws {
        let database = try RawDatabase()
        let store = try database.store()
        var movies: [RawMovie] = []
        for (place, example) in Self.documents.enumerated() {
            movies.append(RawDatabase.movie(Int64(place + 1), example.document))
        }
        try store.put(movies: movies)
        try store.flush()
        let again = try database.store()
        for (movie, example) in zip(movies, Self.documents) {
            #expect(try again.movie(movie.movieID) == movie, "\(example.name)")
            let kept = try database.mongo.run(
                """
                {"aggregate": "raw_movies", "cursor": {}, "pipeline": [{"$match": {"_id": \(movie.movieID)}},
                 {"$project": {"document": {"$type": "$document"}, "original": {"$type": "$original"},
                 "original_file": {"$type": "$original_file"}}}]}
                """, on: database.name)
            for field in ["document", "original", "original_file"] {
                let isKept = !kept.contains("\"\(field)\" : \"missing\"")
                if field != "document" || example.name != "zero" {
                    #expect(isKept == example.fields.contains(field), "\(example.name): \(field): \(kept)")
                }
            }
        }
        // A document that was kept is put again with another rank.
        let better = movies.map { movie in
            var movie = movie
            movie.rank.snapshotDay += 1
            return movie
        }
        try again.put(movies: better)
        try again.flush()
        var found: [RawMovie] = []
        try store.forEachMovie { found.append($0) }
        #expect(found == better)
    }

    @Test func documentsOfOtherProgramsAreTheLeast() throws {
        let database = try RawDatabase()
        try database.mongo.run(
            """
            {"insert": "raw_movies", "documents": [
              {"_id": 1, "title": "int32"}, {"_id": 2.0, "title": "double"}, {"_id": {"$numberLong": "3"}, "rank": 5},
              {"_id": {"$oid": "5f2b5c4e9d1e8a3b4c5d6e7f"}, "id": 4}, {"_id": "5", "rank": "x"}]}
            """, on: database.name)
        let store = try database.store()
        #expect(try store.movie(1) == nil)
        #expect(try store.ranks(ofMovies: [1, 2, 3, 4]).isEmpty)
        let movies = (1...4).map { RawDatabase.movie($0, #"{"id":\#($0)}"#) }
        try store.put(movies: movies)
        try store.flush()
        var found: [RawMovie] = []
        try store.forEachMovie { found.append($0) }
        #expect(found == movies)
        let count = try database.mongo.run(#"{"count": "raw_movies"}"#, on: database.name)
        #expect(count.contains("\"n\" : 6"), "\(count)")
        let findings = MongoChecks.findings(
            rawStore: Location(text: try MongoServer.sharedURL(database.name), scheme: "mongodb", rest: ""))
        #expect(!findings.contains { $0.outcome != .ok }, "\(findings)")
    }

    @Test func doctorSaysWhatIsThere() throws {
        let database = try RawDatabase()
        try database.mongo.run(#"{"insert": "raw_movies", "documents": [{"_id": 7}]}"#, on: database.name)
        try database.store().put(comments: [])
        let findings = MongoChecks.findings(
            rawStore: Location(text: try MongoServer.sharedURL(database.name), scheme: "mongodb", rest: ""))
        let text = findings.map { "\($0.subject) \($0.outcome.rawValue) \($0.detail)" }.joined(separator: "\n")
        #expect(text.contains("raw store: server ok MongoDB "), "\(text)")
        #expect(text.contains("1 movie, 0 comments, 0 posters"), "\(text)")
        #expect(text.contains("raw store: other programs warn 1 document"), "\(text)")
        let wrong = MongoChecks.findings(
            rawStore: Location(
                text: "mongodb://127.0.0.1:1/d?serverSelectionTimeoutMS=300", scheme: "mongodb", rest: ""))
        #expect(wrong.map(\.outcome) == [.fail] && wrong.first?.kind == .unreachable, "\(wrong)")
    }

    /// Several clients put the documents of the same movies at the same time, in different orders.
    @Test func theGreatestRankStaysWhoeverPuts() throws {
        let database = try RawDatabase()
        let versions = (1...6).flatMap { version in
            (1...40).map { RawDatabase.movie($0, votes: Int64(version), #"{"version":\#(version)}"#) }
        }
        let stores = try (0..<4).map { try database.store(heldBytes: $0 * 400) }
        let threads = DispatchGroup()
        let failures = Failures()
        for store in stores {
            let work = Handover((store, versions.shuffled()))
            threads.enter()
            Thread.detachNewThread {
                defer { threads.leave() }
                failures.note {
                    for movie in work.value.1 { try work.value.0.put(movies: [movie]) }
                    try work.value.0.flush()
                }
            }
        }
        threads.wait()
        #expect(failures.texts.isEmpty, "\(failures.texts)")
        var found: [RawMovie] = []
        try database.store().forEachMovie { found.append($0) }
        #expect(found == Array(versions.suffix(40)))
    }

    @Test func aUniqueIndexOfSomebodyElseIsNamed() throws {
        let database = try RawDatabase()
        try database.mongo.run(
            """
            {"createIndexes": "raw_movies", "indexes": [{"key": {"document.imdb_id": 1}, "name": "x", "unique": true}]}
            """, on: database.name)
        let store = try database.store()
        try store.put(movies: [1, 2].map { RawDatabase.movie($0, #"{"imdb_id":"tt1"}"#) })
        let error = #expect(throws: MongoError.self) { try store.flush() }
        let found = try #require(error)
        #expect(found.problem == .duplicateKey && !found.mayRetry, "\(found.message)")
        #expect(found.message.contains("the document of movie ") && found.hint.contains("unique index"))
    }

    @Test func aDocumentThatTheServerRefusesIsKeptAsBytes() throws {
        let movie = RawDatabase.movie(7, #"{"id":7,"$ref":"x"}"#)
        let encoded = try StoredMovie.encode(movie, NativeEncoder(), limit: 16 << 20, keepsNative: false)
        #expect(try BSONReader.element("document", of: encoded.document.bytes) == nil)
        #expect(try BSONReader.element("original", of: encoded.document.bytes) != nil)
        let old = try StoredMovie.encode(movie, NativeEncoder(), limit: 16 << 20, takesDollarKeys: false)
        #expect(try BSONReader.element("document", of: old.document.bytes) == nil)
    }

    @Test func longCommentsAndPostersAreFiles() throws {
        let database = try RawDatabase()
        let store = try database.store()
        let comment = RawComment(body: Array(String(repeating: "ü", count: 8_500_000).utf8))
        let image: [UInt8] = [0xff, 0xd8, 0xff] + (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let poster = try #require(RawPoster(image: image))
        let broken = RawComment(body: [0xff, 0x00])
        for _ in 0..<2 {
            try store.put(comments: [comment, broken])
            try store.put(posters: [poster])
            try store.flush()
        }
        let again = try database.store()
        #expect(try again.comment(comment.reference) == comment.body)
        #expect(try again.comment(broken.reference) == broken.body)
        #expect(try again.poster(poster.reference) == image)
        let file = try database.mongo.run(#"{"find": "posters.files", "filter": {}}"#, on: database.name)
        #expect(file.contains("image/jpeg") && file.contains("900003"), "\(file)")
        let pieces = try database.mongo.run(#"{"count": "posters.chunks"}"#, on: database.name)
        #expect(pieces.contains("\"n\" : 4"), "\(pieces)")
        try database.mongo.run(
            #"{"delete": "posters.chunks", "deletes": [{"q": {"n": 2}, "limit": 1}]}"#, on: database.name)
        let error = #expect(throws: MongoError.self) { try again.poster(poster.reference) }
        #expect(try #require(error).isDamage)
    }

    /// The pieces of a dead upload are removed after a day, and an upload that is done again is completed.
    @Test func deadUploadsAreSweptOrCompleted() throws {
        let database = try RawDatabase()
        let clock = Clock()
        let posters = try (0..<3).map { try #require(RawPoster(image: [0xff, 0xd8, 0xff, UInt8($0)])) }
        let store = try database.store(now: { clock.now })
        try store.put(posters: posters)
        try store.flush()
        // As if the programs had been killed before the last step.
        try database.mongo.run(#"{"delete": "posters.files", "deletes": [{"q": {}, "limit": 0}]}"#, on: database.name)
        func pieces() throws -> String { try database.mongo.run(#"{"count": "posters.chunks"}"#, on: database.name) }
        clock.now += 3_600_000
        let soon = try database.store(now: { clock.now })
        try soon.put(posters: [posters[0]])
        try soon.flush()
        #expect(try pieces().contains("\"n\" : 3"))
        #expect(try soon.poster(posters[0].reference) == posters[0].image)
        #expect(try soon.poster(posters[1].reference) == nil)
        clock.now += 86_400_000 - 1_800_000
        let later = try database.store(now: { clock.now })
        try later.put(posters: [posters[1]])
        try later.flush()
        #expect(try pieces().contains("\"n\" : 2"), "the third is removed, the others are whole")
        for poster in posters.prefix(2) { #expect(try later.poster(poster.reference) == poster.image) }
    }
}

/// A clock that a test sets.
final class Clock {
    var now: Int64 = 1_700_000_000_000
}

/// Errors of several threads.
final class Failures: @unchecked Sendable {
    // Sendable because the lock guards what changes.
    private let lock = NSLock()
    private var all: [String] = []

    var texts: [String] { lock.withLock { all } }

    func note(_ body: () throws -> Void) {
        do { try body() } catch { lock.withLock { all.append("\(error)") } }
    }
}

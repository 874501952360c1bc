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
        // Those that no movie of this program can replace are left.
        let warnings = findings.filter { $0.outcome != .ok }.map { "\($0.subject): \($0.detail)" }
        #expect(warnings == ["raw store: other programs: 2 documents in raw_movies of other programs"])
        var others: [String] = []
        try store.forEachOther { others.append($0) }
        #expect(others == ["text:5 of raw_movies", "oid:5f2b5c4e9d1e8a3b4c5d6e7f of raw_movies"])
    }

    /// What another program may have as the rank of a movie's document, in extended JSON.
    static let foreignRanks = [
        "5", "null", #""x""#, "{}", #"{"a": 1}"#, "[]", "true", #"{"$date": {"$numberLong": "5"}}"#,
        binary([0x78]), binary([]), binary([0]), binary([1]), binary([1] + [UInt8](repeating: 0xff, count: 5)),
        binary([UInt8](repeating: 0xff, count: 46)), binary([UInt8](repeating: 0xff, count: 47)),
        binary([1] + [UInt8](repeating: 0xff, count: 45)),
        "[\(binary([0xff, 0xff]))]",
        "[\(binary([1] + [UInt8](repeating: 0xff, count: 45))), 5]",
    ]

    private static func binary(_ bytes: [UInt8]) -> String {
        #"{"$binary": {"base64": "\#(Data(bytes).base64EncodedString())", "subType": "00"}}"#
    }

    /// Each of them is replaced by the document of this program, however a server compares it with a rank, and whatever
    /// else the document has.
    @Test func aRankOfAnotherProgramIsLessThanAny() throws {
        let database = try RawDatabase()
        let rest = [
            #""document": 5, "sha256": "x""#, #""original": {"a": 1}, "snapshot_date": 7"#, #""original_file": "none""#,
        ]
        let documents = Self.foreignRanks.enumerated().map {
            "{\"_id\": \($0 + 1), \"rank\": \($1), \(rest[$0 % rest.count])}"
        }
        try database.mongo.run(
            "{\"insert\": \"raw_movies\", \"documents\": [\(documents.joined(separator: ", "))]}", on: database.name)
        let store = try database.store()
        let ids = (1...Int64(documents.count)).map { $0 }
        #expect(try store.ranks(ofMovies: ids).isEmpty)
        var told = 0
        try store.forEachMovie {
            Issue.record("movie \($0.movieID) is none of this program")
        } onDamage: { _ in
            told += 1
        }
        try store.forEachOther { _ in told += 1 }
        #expect(told == documents.count, "each is told, once")
        let movies = ids.map { RawDatabase.movie($0, #"{"id":\#($0)}"#) }
        try store.put(movies: movies)
        try store.flush()
        var found: [RawMovie] = []
        try database.store().forEachMovie { found.append($0) }
        #expect(found == movies)
        try store.forEachOther { Issue.record("\($0) is left") }
    }

    @Test func whatOthersHaveBesideCommentsAndPostersIsTold() throws {
        let database = try RawDatabase()
        let store = try database.store()
        try store.put(comments: [RawComment(body: Array("long".utf8))])
        try store.put(posters: [#require(RawPoster(image: [0xff, 0xd8, 0xff]))])
        try store.flush()
        try database.mongo.run(
            #"{"insert": "user_comments", "documents": [{"_id": 7}, {"_id": "comment"}, {"_id": "d"}]}"#,
            on: database.name)
        try database.mongo.run(
            #"{"insert": "posters.files", "documents": [{"_id": {"$oid": "5f2b5c4e9d1e8a3b4c5d6e7f"}}]}"#,
            on: database.name)
        var others: [String] = []
        try store.forEachOther { others.append($0) }
        #expect(
            others == [
                "7 of user_comments", "text:comment of user_comments", "text:d of user_comments",
                "oid:5f2b5c4e9d1e8a3b4c5d6e7f of posters.files",
            ])
    }

    /// The rights are asked for, and nothing is left of it.
    @Test func doctorAsksForTheRightToWrite() throws {
        let database = try RawDatabase()
        let findings = MongoChecks.findings(
            rawStore: Location(text: try MongoServer.sharedURL(database.name), scheme: "mongodb", rest: ""))
        let rights = try #require(findings.first { $0.subject == "raw store: rights" }, "\(findings)")
        #expect(rights.outcome == .ok, "\(rights)")
        let collections = try database.mongo.run(#"{"listCollections": 1}"#, on: database.name)
        #expect(!collections.contains("raw_movies"), "\(collections)")
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
        #expect(text.contains("raw store: rights ok "), "\(text)")
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

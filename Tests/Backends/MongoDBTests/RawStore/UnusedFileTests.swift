import Domain
import Foundation
import Servers
import Testing

@testable import MongoDB

/// What becomes of the files of documents that were replaced.
@Suite struct UnusedFileTests {
    @Test(
        arguments: [
            (true, nil, .keep), (true, 5, .unmark), (true, 500, .unmark), (false, nil, .mark), (false, 99, .remove),
            (false, 100, .keep), (false, 500, .keep),
        ] as [(Bool, Int64?, UnusedFileStep)])
    func aFileIsMarkedBeforeItIsRemoved(_ isNamed: Bool, _ mark: Int64?, _ step: UnusedFileStep) {
        #expect(UnusedFileStep(isNamed: isNamed, markedAt: mark, removesBefore: 100) == step)
    }

    @Test func aFileSaysItsMovie() {
        let digest = String(repeating: "a", count: 64)
        #expect(StoredMovie.movie(ofFile: "movies/603/\(digest)") == 603)
        for other in ["movies/603/\(digest)a", "movies/x/\(digest)", "posters/603/\(digest)", "movies/603", ""] {
            #expect(StoredMovie.movie(ofFile: other) == nil)
        }
    }

    /// A database with a document that is too large, and a store that is opened anew for each put.
    private final class LargeDocuments {
        let database: RawDatabase
        let clock = Clock()
        static let hour: Int64 = 3_600_000

        init() throws { database = try RawDatabase() }

        /// A document of movie 603 that goes to a file.
        static func large(_ letter: String, day: Int32) -> RawMovie {
            RawDatabase.movie(603, day: day, "{\"a\":\"" + String(repeating: letter, count: 17_000_000) + "\"}")
        }

        func put(_ movies: RawMovie..., after hours: Int64 = 0) throws {
            clock.now += hours * Self.hour
            let store = try database.store(now: { [clock] in clock.now })
            try store.put(movies: movies)
            try store.flush()
        }

        func movie() throws -> RawMovie? { try database.store().movie(603) }

        func count(_ collection: String) throws -> Int {
            let answer = try database.mongo.run("{\"count\": \"\(collection)\"}", on: database.name)
            let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
            return object?["n"] as? Int ?? -1
        }
        var files: Int { get throws { try count("raw.files") } }
        var pieces: Int { get throws { try count("raw.chunks") } }
    }

    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"))
    func theFileOfADocumentThatWasReplacedGoesAfterADay() throws {
        let documents = try LargeDocuments()
        let (first, second) = (LargeDocuments.large("x", day: 1), LargeDocuments.large("y", day: 2))
        try documents.put(first)
        #expect(try documents.files == 1)
        #expect(try documents.pieces > 60)
        let pieces = try documents.pieces
        try documents.put(second, after: 100)
        #expect(try documents.files == 2, "it may just be read")
        // A document of another movie is put, at which the store looks what is left.
        for (hours, files) in [(1, 2), (22, 2), (2, 1), (30, 1), (30, 1)] as [(Int64, Int)] {
            documents.clock.now += hours * LargeDocuments.hour
            try documents.put(RawDatabase.movie(7, day: Int32(documents.clock.now / 86_400_000), "{}"))
            #expect(try documents.files == files)
        }
        #expect(try documents.pieces == pieces)
        #expect(try documents.movie() == second)
        // It becomes one that needs no file.
        let small = RawDatabase.movie(603, day: 3, "{}")
        try documents.put(small)
        try documents.put(RawDatabase.movie(8), after: 25)
        #expect(try documents.files == 0)
        #expect(try documents.pieces == 0)
        #expect(try documents.movie() == small)
    }

    /// A file that is put again before it would be removed, and one that was marked although its document was only late.
    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"))
    func aFileThatIsNamedAgainStays() throws {
        let documents = try LargeDocuments()
        try documents.put(LargeDocuments.large("x", day: 1))
        try documents.put(RawDatabase.movie(603, day: 2))
        #expect(try documents.files == 1)
        let marked = try documents.database.mongo.run(#"{"find": "raw.files"}"#, on: documents.database.name)
        #expect(marked.contains("unused_since"), "\(marked)")
        // The same bytes come again, on a later day: they have the same file.
        let again = LargeDocuments.large("x", day: 3)
        try documents.put(again, after: 30)
        let unmarked = try documents.database.mongo.run(#"{"find": "raw.files"}"#, on: documents.database.name)
        #expect(!unmarked.contains("unused_since"), "\(unmarked)")
        try documents.put(RawDatabase.movie(9), after: 30)
        #expect(try documents.movie() == again)
        // Marked by one that saw the file before its document.
        try documents.database.mongo.run(
            """
            {"update": "raw.files", "updates": [{"q": {}, "u": {"$set": {"metadata.unused_since": {"$date": 5}}}}]}
            """, on: documents.database.name)
        try documents.put(RawDatabase.movie(10))
        try documents.put(RawDatabase.movie(11), after: 30)
        #expect(try documents.movie() == again)
        #expect(try documents.files == 1)
    }

    /// A file that goes between the look for it and the document that names it is put anew.
    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"))
    func filesThatAreGoneAreNoLongerKept() throws {
        let database = try RawDatabase()
        let bucket = GridBucket(try MongoClient(database.location()), name: "raw", hasMarks: true)
        try bucket.put([GridFile(id: "movies/1/a", bytes: [1]), GridFile(id: "movies/2/b", bytes: [2])], at: 1)
        #expect(try bucket.unmark(["movies/1/a", "movies/2/b"]))
        #expect(try !bucket.unmark(["movies/1/a", "movies/3/c"]))
        #expect(try bucket.unmark([]))
    }
}

import Foundation
import KafkaTesting
import MongoTesting
import Servers
import TestSupport
import Testing

/// Generated movies and events, of which some are dirty and some have long comments, and what a run over the files gives.
/// The same lines can be put on servers.
final class LiveInput: Sendable {
    /// Where the lines come from. Events come from files where a kind of server has none.
    enum Source: String, CaseIterable, Sendable {
        case files, kafka, mongoDB
    }

    let folder: TemporaryFolder
    /// What `digest` prints of the warehouse of the files.
    let digest: String
    /// How long a run over the files in small transactions took, in seconds.
    let seconds: Double
    private let malformed: Set<String>

    /// One for all tests of a process.
    static let shared = Result { try LiveInput() }

    private init() throws {
        folder = try TemporaryFolder()
        // What is static is never released.
        atexit {
            guard case .success(let input) = LiveInput.shared else { return }
            try? FileManager.default.removeItem(atPath: input.folder.path)
        }
        let generated = try Program.run(
            "generate", "--movies", "150", "--events", "2500", "--users", "200", "--days", "6", "--dirt", "0.05",
            "--seed", "14", "--output", "in", in: folder)
        #expect(generated.status == 0, "\(generated.errors)")
        try folder.write("in/events/2026-11-20-comments.ndjson", LiveInput.comments)
        let start = ContinuousClock.now
        let result = try Program.run(
            "run", "--movies", "in/movies", "--events", "in/events", "-w", "expected.db", "--raw", "expected-raw",
            "--now", Program.now, "--batch-size", "200", "-q", in: folder)
        seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
        #expect(result.status == 0, "\(result.errors)")
        digest = try Program.run("digest", "-w", "expected.db", in: folder).output
        malformed = try Set(
            Database(path: folder.path("expected.db")).rows(
                "SELECT hex(raw) FROM rejected_record WHERE port = 'movies' AND rule = 'malformed_json'"))
    }

    /// Comments that are too long for the warehouse.
    private static let comments = (0..<120).map { number in
        let type = #""event_type":"comment","event_time":"2026-11-20T10:00:00Z""#
        let body = String(repeating: "\(number) é\\n", count: 700)
        return "{\(type),\"user_id\":\(number + 1),\"movie_id\":\(number % 50 + 100),"
            + "\"metadata\":{\"comment_id\":\"long-\(number)\",\"body\":\"\(body)\"}}\n"
    }.joined()

    private func lines(below name: String) throws -> [(path: String, lines: [[UInt8]])] {
        try TemporaryFolder.files(below: folder.path(name)).map { path in
            let bytes = TemporaryFolder.bytes(ofFile: path)
            return (path, LineCount.lines(in: path.hasSuffix(".ndjson") ? bytes : try Compression.decode(bytes)))
        }
    }

    /// A topic with the movies and one with the events, in the order of the files.
    func topics(at address: String) throws -> (movies: TestTopic, events: TestTopic) {
        let (movies, events) = (try TestTopic(at: address), try TestTopic(at: address))
        try events.send(lines(below: "in/events").flatMap(\.lines).map { TestRecord($0) })
        let published = try Program.run(
            "publish", "movies", "--from", folder.path("in/movies"), "--to", "kafka://\(address)/\(movies.name)",
            in: TemporaryFolder())
        #expect(published.status == 0, "\(published.errors)")
        return (movies, events)
    }

    /// Fills a collection with the movies, as documents of another program in the order of the files; lines that are no
    /// JSON cannot be in one.
    ///
    /// - Returns: how many documents there are.
    @discardableResult
    func insertMovies(into collection: String, of database: String, _ mongo: TestMongo) throws -> Int {
        var documents: [String] = []
        for (path, lines) in try lines(below: "in/movies") {
            let date = try #require(path.firstMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/)).0
            for line in lines {
                let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                if text.isEmpty || malformed.contains(Array(text.utf8).hexadecimal) { continue }
                let id = String(format: "%08d", documents.count + 1)
                documents.append("{\"_id\": \"\(id)\", \"snapshot_date\": \"\(date)\", \(text.dropFirst())")
            }
        }
        for start in stride(from: 0, to: documents.count, by: 100) {
            let some = documents[start..<min(start + 100, documents.count)].joined(separator: ", ")
            try mongo.run("{\"insert\": \"\(collection)\", \"documents\": [\(some)]}", on: database)
        }
        return documents.count
    }
}

extension [UInt8] {
    /// Two upper-case digits a byte.
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }
}

/// A name of a database, a schema or a group that no other test has.
func newName() -> String { "test_" + String(UInt64.random(in: .min ... .max), radix: 36) }

/// Compares raw stores in folders.
enum RawFolders {
    /// The bytes of all files, by their paths in the folder.
    static func files(_ folder: String) -> [String: [UInt8]] {
        TemporaryFolder.files(below: folder).reduce(into: [:]) { files, path in
            files[String(path.dropFirst(folder.count + 1))] = TemporaryFolder.bytes(ofFile: path)
        }
    }

    /// What differs; empty where nothing does.
    static func differences(_ folder: String, from expected: String) -> [String] {
        let (found, wanted) = (files(folder), files(expected))
        return Set(found.keys).union(wanted.keys).sorted().filter { found[$0] != wanted[$0] }.map {
            "\($0) has \(found[$0]?.count ?? -1) bytes, not \(wanted[$0]?.count ?? -1)"
        }
    }
}

import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

/// A warehouse in a file that runs of the built command load, some of them disturbed: movies from a collection on a MongoDB
/// server, events from files, and the documents kept in a database of the same server.
final class MongoLoad {
    static let sums = "SELECT sum(read), sum(accepted), sum(duplicates), sum(rejected) FROM load_run"

    let folder: TemporaryFolder
    let input: LiveInput
    let raw: LiveDatabase
    private let movies: LiveDatabase
    private let port: Int?
    private let parameters: String

    /// - Parameters:
    ///   - server: one of the test's own; nil for the one that all tests share.
    ///   - port: that of a proxy before it.
    ///   - parameters: of the URLs.
    init(_ server: MongoServer? = nil, port: Int? = nil, parameters: String = "") throws {
        input = try LiveInput.shared.get()
        self.port = port
        self.parameters = parameters
        folder = try TemporaryFolder()
        (movies, raw) = (try LiveDatabase(server), try LiveDatabase(server))
        try input.insertMovies(into: "raw_movies", of: movies.name, movies.mongo)
    }

    private func url(_ database: LiveDatabase, _ rest: String = "") throws -> String {
        guard let port else { return try database.url(rest, parameters: parameters) }
        // A server's own name for itself would lead past the proxy.
        return "mongodb://127.0.0.1:\(port)/\(database.name)\(rest)?directConnection=true"
            + (parameters.isEmpty ? "" : "&" + parameters)
    }

    /// Starts a run in small transactions.
    func start(commitLines: Int = 60, isQuiet: Bool = true) throws -> ChildProcess {
        try Program.start(
            [
                "run", "--movies", url(movies, ".raw_movies"), "--events", input.folder.path("in/events"), "-w", "w.db",
                "--raw", url(raw), "--now", Program.now, "--batch-size", "\(commitLines)",
            ] + (isQuiet ? ["-q"] : []), in: folder)
    }

    /// Runs to the end, and expects that it succeeds.
    func runToEnd() throws {
        let result = try start(commitLines: 300).wait()
        #expect(result.status == 0, "\(result.errors)")
    }

    /// The warehouse, read without the command.
    func database() throws -> Database { try Database(path: folder.path("w.db")) }

    /// Lines that are committed; 0 where that cannot be read.
    func committedLines() -> Int64 {
        guard folder.has("w.db") else { return 0 }
        return (try? database().integer("SELECT coalesce(sum(read), 0) FROM load_run")) ?? 0
    }

    /// Waits until so many lines are committed.
    ///
    /// - Returns: false when the run has ended before.
    func wait(forLines lines: Int64, of process: ChildProcess) -> Bool {
        wait(for: process) { committedLines() >= lines }
    }

    /// Waits until something holds; what cannot be read does not hold yet.
    ///
    /// - Returns: false when the run has ended before.
    func wait(for process: ChildProcess, until holds: () throws -> Bool) -> Bool {
        while process.isRunning {
            if (try? holds()) == true { return true }
            usleep(10_000)
        }
        return false
    }

    /// What does not hold although it has to hold after every commit; empty where there are no tables yet. The server has
    /// to run, since every document and every long comment of the warehouse has to be in the raw store.
    func faults() throws -> [String] {
        guard folder.has("w.db"), let database = try? database(), let tables = try? database.tables(),
            tables.contains("load_checkpoint")
        else { return [] }
        let faults = try database.rows(
            """
            SELECT 'facts' WHERE (SELECT count(*) FROM fact_user_event)
            <> (SELECT coalesce(sum(accepted), 0) FROM load_checkpoint WHERE port = 'events')
            UNION ALL SELECT 'rejected' WHERE (SELECT coalesce(sum(rejected), 0) FROM load_run)
            < (SELECT count(*) FROM rejected_record)
            UNION ALL SELECT 'read' WHERE (SELECT coalesce(sum(read), 0) FROM load_run)
            < (SELECT coalesce(sum(read), 0) FROM load_checkpoint)
            UNION ALL SELECT 'run ' || run_id FROM load_run WHERE read <> accepted + duplicates + rejected
            """)
        let lacking = try Set(database.rows("SELECT movie_id FROM movies")).subtracting(ids("raw_movies"))
        let comments = try database.rows("SELECT body_reference FROM comments WHERE body_reference IS NOT NULL")
        return faults + lacking.sorted().map { "no document of movie \($0)" }
            + Set(comments).subtracting(try ids("user_comments")).sorted().map { "no comment \($0)" }
    }

    /// The values of `_id` of a collection of the raw store.
    func ids(_ collection: String) throws -> Set<String> {
        let answer = try raw.mongo.run("{\"distinct\": \"\(collection)\", \"key\": \"_id\"}", on: raw.name)
        let values = try Program.object(answer)["values"] as? [Any] ?? []
        return Set(values.map { "\($0)" })
    }

    /// The differences from a run that nothing disturbed, with its raw store in a folder.
    func differences() throws -> [String] {
        let expected = try LiveDocuments.shared.get()
        var differences = try WarehouseState(database()).contentDifferences(
            from: WarehouseState(path: expected.warehouse))
        differences += try faults()
        let digest = try Program.run("digest", "-w", "w.db", in: folder).output
        if digest != input.digest { differences.append("the digest is\n\(digest)\nnot\n\(input.digest)") }
        differences += try database().rows(
            """
            SELECT 'two checkpoints of ' || source FROM load_checkpoint GROUP BY port, source HAVING count(*) > 1
            UNION ALL SELECT 'rejected twice: ' || source || ':' || line FROM rejected_record
            GROUP BY source, line HAVING count(*) > 1
            UNION ALL SELECT 'unfinished run ' || run_id FROM load_run WHERE outcome = 'running'
            """)
        differences += try differencesOfSums(Database(path: expected.warehouse))
        try? FileManager.default.removeItem(atPath: folder.path("kept"))
        let copy = try Program.run("copy", "raw", "--from", raw.url(), "--to", "kept", "-q", in: folder)
        if copy.status != 0 { differences.append("the copy of the raw store: \(copy.errors)") }
        return differences + RawFolders.differences(folder.path("kept"), from: expected.path)
    }

    /// Every line counts once, those of the collection too, which the runs after a kill or a failure do not read again. After
    /// a run that ended as it was meant to (it may have been killed after its last commit), the next one may read the
    /// collection anew: then all of its documents count again, and none is accepted again.
    private func differencesOfSums(_ expected: Database) throws -> [String] {
        func numbers(_ database: Database, _ query: String) throws -> [Int] {
            try database.rows(query).flatMap { $0.split(separator: "|").map { Int($0) ?? -1 } }
        }
        let (found, wanted) = (try numbers(database(), Self.sums), try numbers(expected, Self.sums))
        let reading = try numbers(expected, "SELECT read, rejected FROM load_checkpoint WHERE port = 'movies'")
        let ends = try Int(
            database().integer("SELECT count(*) FROM load_run WHERE outcome IN ('completed', 'stopped')"))
        let again = (found[0] - wanted[0]) / reading[0]
        let allowed = [
            wanted[0] + again * reading[0], wanted[1], wanted[2] + again * (reading[0] - reading[1]),
            wanted[3] + again * reading[1],
        ]
        if again >= 0, again < max(ends, 1), found == allowed { return [] }
        return ["the sums are \(found), not \(wanted), after \(ends) runs that were not killed"]
    }

    /// The number of the last run that has committed something; 0 where there is none.
    func lastRun() throws -> Int64 {
        guard folder.has("w.db") else { return 0 }
        return (try? database().integer("SELECT coalesce(max(run_id), 0) FROM load_run")) ?? 0
    }

    /// Whether the collection was read to its end, and the last run that has read documents of it.
    func collectionReading() throws -> (isComplete: Bool, lastRun: Int64)? {
        let rows = try database().rows("SELECT is_complete, run_id FROM load_checkpoint WHERE port = 'movies'")
        guard let row = rows.first?.split(separator: "|"), row.count == 2 else { return nil }
        return (row[0] == "1", Int64(row[1]) ?? 0)
    }

    /// Expects the warehouse and the raw store of a run that nothing disturbed.
    func expectWhole(_ comment: String, location: SourceLocation = #_sourceLocation) throws {
        let differences = try differences()
        #expect(differences.isEmpty, "\(comment): \(differences.joined(separator: "\n"))", sourceLocation: location)
    }
}

import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// A warehouse that runs of the built command load from the topics of a `KafkaInput`, some of them disturbed.
final class KafkaLoad {
    /// The database of the warehouse.
    enum Kind: String, CaseIterable, Sendable {
        case sqlite, postgreSQL

        var isThere: Bool { self == .sqlite || PostgresServer.isThere }

        /// A query of the rejected lines: port, rule and the bytes in hexadecimal digits.
        var rejectedLines: String {
            let hexadecimal = self == .sqlite ? "hex(raw)" : "upper(encode(raw, 'hex'))"
            return "SELECT port || ' ' || rule || ' ' || \(hexadecimal) FROM rejected_record"
        }
    }

    static let sums = "SELECT sum(read), sum(accepted), sum(duplicates), sum(rejected) FROM load_run"

    let input: KafkaInput
    private let kind: Kind
    private let folder: TemporaryFolder
    private let schema = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
    private let parameters: String
    private let port: Int?

    /// - Parameters:
    ///   - parameters: of the topics' URLs: "?a=b".
    ///   - port: that of a proxy before the broker.
    init(_ input: KafkaInput, _ kind: Kind = .sqlite, parameters: String = "", port: Int? = nil) throws {
        self.input = input
        self.kind = kind
        self.parameters = parameters
        self.port = port
        folder = try TemporaryFolder()
    }

    deinit {
        if kind == .postgreSQL { try? PostgresDatabase(url: PostgresServer.sharedURL(), schema: schema).drop() }
    }

    private func url(_ topic: TestTopic) -> String {
        "kafka://\(port.map { "127.0.0.1:\($0)" } ?? topic.address)/\(topic.name)\(parameters)"
    }

    private func warehouse() throws -> String {
        switch kind {
        case .sqlite: "w.db"
        case .postgreSQL: try PostgresServer.sharedURL(parameters: "schema=\(schema)")
        }
    }

    /// Starts a run in small transactions.
    func start(commitLines: Int = 250, _ more: String...) throws -> ChildProcess {
        try Program.start(
            [
                "run", "--movies", url(input.movies), "--events", url(input.events), "--warehouse", warehouse(),
                "--raw",
                "raw", "--now", Program.now, "--batch-size", "\(commitLines)", "--quiet",
            ] + more, in: folder)
    }

    /// Runs to the end, and expects that it succeeds.
    func runToEnd() throws {
        let result = try start().wait()
        #expect(result.status == 0, "\(result.errors)")
    }

    /// The warehouse, read without the command.
    func database() throws -> any TestDatabase {
        switch kind {
        case .sqlite: try Database(path: folder.path("w.db"))
        case .postgreSQL: try PostgresDatabase(url: PostgresServer.sharedURL(), schema: schema)
        }
    }

    /// Lines that are committed; 0 where that cannot be read.
    func committedLines() -> Int64 {
        (try? database().integer("SELECT coalesce(sum(read), 0) FROM load_run")) ?? 0
    }

    /// The next offset of a partition; nil where nothing of it is committed.
    ///
    /// - Parameter partition: as `topic/0`.
    func position(of partition: String) throws -> Int64? {
        let rows = try database().rows("SELECT position FROM load_checkpoint WHERE source = '\(partition)'")
        return rows.first.flatMap { Int64($0.prefix { $0 != ":" }) }
    }

    /// Waits until so many lines are committed.
    ///
    /// - Returns: false when the run has ended before.
    func wait(forLines lines: Int64, of process: ChildProcess) -> Bool {
        while process.isRunning {
            if committedLines() >= lines { return true }
            usleep(10_000)
        }
        return false
    }

    /// What does not hold although it has to hold after every commit; empty where there are no tables yet.
    func faultsOfConservation() throws -> [String] {
        guard kind == .postgreSQL || folder.has("w.db"), let database = try? database(),
            let tables = try? database.tables(), tables.contains("load_checkpoint")
        else { return [] }
        return try database.rows(
            """
            SELECT 'facts' WHERE (SELECT count(*) FROM fact_user_event)
            <> (SELECT coalesce(sum(accepted), 0) FROM load_checkpoint WHERE port = 'events')
            UNION ALL SELECT 'rejected' WHERE (SELECT coalesce(sum(rejected), 0) FROM load_run)
            <> (SELECT count(*) FROM rejected_record)
            UNION ALL SELECT 'read' WHERE (SELECT coalesce(sum(read), 0) FROM load_run)
            <> (SELECT coalesce(sum(read), 0) FROM load_checkpoint)
            UNION ALL SELECT 'run ' || run_id FROM load_run WHERE read <> accepted + duplicates + rejected
            """)
    }

    /// The differences from what a run over the files gives, and what must not be in any warehouse.
    func differences() throws -> [String] {
        let database = try database()
        var differences = try database.rows(
            """
            SELECT 'two checkpoints of ' || source FROM load_checkpoint GROUP BY port, source HAVING count(*) > 1
            UNION ALL SELECT 'rejected twice: ' || source || ':' || line FROM rejected_record
            GROUP BY source, line HAVING count(*) > 1
            UNION ALL SELECT 'unfinished run ' || run_id FROM load_run WHERE outcome = 'running'
            """)
        let digest = try Program.run("digest", "--warehouse", warehouse(), in: folder).output
        if digest != input.digest { differences.append("the digest is\n\(digest)\nnot\n\(input.digest)") }
        let sums = try database.rows(Self.sums)
        if sums != input.sums { differences.append("the sums are \(sums), not \(input.sums)") }
        let ends = try database.rows("SELECT source || ' ' || position FROM load_checkpoint")
            .map { String($0.prefix { $0 != ":" }) }.sorted()
        if ends != input.ends { differences.append("the positions are \(ends), not \(input.ends)") }
        let rejected = try database.rows(kind.rejectedLines).sorted()
        if rejected != input.rejected {
            let change = rejected.difference(from: input.rejected)
            differences.append("\(rejected.count) rejected lines, not \(input.rejected.count): \(change)")
        }
        return differences
    }

    /// Expects the content of a warehouse of the files.
    func expectWhole(_ comment: String, location: SourceLocation = #_sourceLocation) throws {
        let differences = try differences()
        #expect(differences.isEmpty, "\(comment): \(differences.joined(separator: "\n"))", sourceLocation: location)
    }

    /// Changes the warehouse, as another program would.
    func change(_ statements: String) throws {
        switch kind {
        case .sqlite: try Database.change(path: folder.path("w.db"), statements)
        case .postgreSQL: try database().execute(statements)
        }
    }
}

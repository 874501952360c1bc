import Foundation
import Servers
import TestSupport
import Testing

/// Generated files, and the warehouse on PostgreSQL that one run without a disturbance made of them.
final class PostgreSQLInput: Sendable {
    let folder: TemporaryFolder
    let expected: WarehouseState
    /// What `digest` printed of it.
    let digest: String
    /// How long a run in small transactions took, in seconds.
    let seconds: Double

    /// One for all tests of a process.
    static let shared = Result { try PostgreSQLInput() }

    private init() throws {
        folder = try TemporaryFolder()
        // What is static is never released.
        atexit {
            guard case .success(let input) = PostgreSQLInput.shared else { return }
            try? FileManager.default.removeItem(atPath: input.folder.path)
        }
        let generated = try Program.run(
            "generate", "--movies", "50", "--events", "4000", "--users", "300", "--days", "40", "--dirt", "0.05",
            "--seed", "9", "--output", "in", in: folder)
        #expect(generated.status == 0, "\(generated.errors)")
        let warehouse = try PostgreSQLTarget(folder)
        let clock = ContinuousClock()
        let start = clock.now
        let result = try warehouse.start().wait()
        seconds = Double((clock.now - start) / .milliseconds(1)) / 1000
        #expect(result.status == 0, "\(result.errors)")
        expected = try warehouse.state()
        digest = try warehouse.digest()
    }
}

/// A warehouse of a test in a schema of its own, which the built command loads `PostgreSQLInput` into.
final class PostgreSQLTarget {
    private let folder: TemporaryFolder
    private let input: String
    private let server: PostgresServer
    private let schema = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
    private let databaseName: String

    /// - Parameters:
    ///   - server: the one that all tests share unless given.
    ///   - database: one that is there.
    convenience init(_ server: PostgresServer? = nil, database: String = "postgres") throws {
        try self.init(PostgreSQLInput.shared.get().folder, server: server, database: database)
    }

    /// - Parameter input: has the folder `in`.
    init(_ input: TemporaryFolder, server: PostgresServer? = nil, database: String = "postgres") throws {
        self.input = input.path("in")
        self.server = try server ?? PostgresServer.shared()
        databaseName = database
        folder = try TemporaryFolder()
    }

    deinit { try? self.database().drop() }

    /// The location for `--warehouse`.
    ///
    /// - Parameter port: that of a proxy before the server.
    func url(user: String = "postgres", port: Int? = nil, parameters: String = "") -> String {
        let more = parameters.isEmpty ? "" : "&" + parameters
        return "postgresql://\(user)@127.0.0.1:\(port ?? server.port)/\(databaseName)?schema=\(schema)\(more)"
    }

    /// Starts a run over all of the input in small transactions.
    ///
    /// - Parameters:
    ///   - url: the location; the usual one unless given.
    ///   - commitLines: how many lines a transaction has at most.
    func start(_ url: String? = nil, commitLines: Int = 150, _ more: String...) throws -> ChildProcess {
        try Program.start(
            [
                "run", "--movies", input + "/movies", "--events", input + "/events", "--warehouse", url ?? self.url(),
                "--raw", "raw", "--now", Program.now, "--batch-size", String(commitLines), "--quiet",
            ] + more, in: folder)
    }

    /// Runs to the end, and expects that it succeeds.
    func runToEnd(_ url: String? = nil) throws {
        let result = try start(url).wait()
        #expect(result.status == 0, "\(result.errors)")
    }

    /// The schema, read without the command.
    func database() throws -> PostgresDatabase {
        try PostgresDatabase(url: server.url(database: databaseName), schema: schema)
    }

    /// What is in the warehouse, read without the command.
    func state() throws -> WarehouseState { try WarehouseState(database()) }

    /// What the command says of its content.
    func digest() throws -> String {
        let result = try Program.start(["digest", "--warehouse", url()], in: folder).wait()
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    /// Starts a run through a proxy, and waits until the answer to one of its commits is held back.
    func startHeld(_ proxy: TCPProxy, atCommit number: Int) throws -> ChildProcess {
        proxy.fail(.holdAnswer, atCommit: number)
        let process = try start(url(port: proxy.port))
        while process.isRunning, !proxy.isHolding { usleep(2000) }
        try #require(process.isRunning, "the run ended too early: \(process.errorsSoFar)")
        return process
    }

    /// Lines that are committed; 0 where that cannot be read.
    func committedLines() -> Int64 {
        (try? database().integer("SELECT coalesce(sum(read), 0) FROM load_run")) ?? 0
    }

    /// Waits until so many lines are committed.
    func wait(forLines lines: Int64, of process: ChildProcess) throws {
        let database = try database()
        while process.isRunning {
            if let read = try? database.integer("SELECT coalesce(sum(read), 0) FROM load_run"), read >= lines { break }
            usleep(5000)
        }
        try #require(process.isRunning, "the run ended too early: \(process.errorsSoFar)")
    }

    /// The differences from the warehouse of a run without a disturbance, and what must not be in any.
    func differences() throws -> [String] {
        let expected = try PostgreSQLInput.shared.get().expected
        let database = try database()
        let faults = try database.rows(
            """
            SELECT 'two checkpoints of ' || source FROM load_checkpoint GROUP BY port, source HAVING count(*) > 1
            UNION ALL SELECT 'rejected twice: ' || source || ':' || line FROM rejected_record
            GROUP BY source, line HAVING count(*) > 1
            UNION ALL SELECT 'unfinished run ' || run_id FROM load_run WHERE outcome = 'running'
            """)
        return try WarehouseState(database).differences(from: expected) + faults
    }

    /// Expects the warehouse of a run without a disturbance.
    func expectWhole(_ comment: String = "") throws {
        let differences = try differences()
        #expect(differences.isEmpty, "\(comment): \(differences.joined(separator: "\n"))")
        #expect(try digest() == PostgreSQLInput.shared.get().digest)
    }

    /// What holds after each commit; nothing is expected where there are no tables yet.
    func expectConserved() throws {
        let database = try database()
        guard try database.isThere(), try database.tables().contains("load_checkpoint") else { return }
        let lost = try database.rows(
            """
            SELECT (SELECT count(*) FROM fact_user_event)
            - (SELECT coalesce(sum(accepted), 0) FROM load_checkpoint WHERE port = 'events'),
            (SELECT coalesce(sum(rejected), 0) FROM load_run) - (SELECT count(*) FROM rejected_record),
            (SELECT coalesce(sum(read), 0) FROM load_run) - (SELECT coalesce(sum(read), 0) FROM load_checkpoint)
            """)
        #expect(lost == ["0|0|0"])
    }
}

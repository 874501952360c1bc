import Foundation
import TestSupport
import Testing

/// The first load of a warehouse, interrupted by kills and signals, or used by readers and another run.
@Suite(.serialized, .waits) struct FirstLoadTests {
    private let input: GeneratedInput
    private let folder: TemporaryFolder
    private var path: String { folder.path("w.db") }

    init() throws {
        input = try GeneratedInput.shared.get()
        folder = try TemporaryFolder()
    }

    /// So few commits that the load is no slow one, which gets a write-ahead log on the way.
    private func start(_ more: String...) throws -> ChildProcess {
        try Program.start(input.arguments(warehouse: path, commitLines: 14_000) + more, in: folder)
    }

    /// Whether there is a database file, and no write-ahead log.
    private var isFirstLoad: Bool { FirstBytes.of(path, 20).dropFirst(18) == [1, 1] }
    private var usesLog: Bool { FirstBytes.of(path, 20).dropFirst(18) == [2, 2] }
    /// Whether a transaction is half written.
    private var isWriting: Bool { FirstBytes.of(path + "-journal", 1) == [0xd9] }

    private var bytes: Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private func wait(for run: ChildProcess, _ condition: () -> Bool) -> Bool {
        while run.isRunning, !condition() { usleep(1000) }
        return run.isRunning
    }

    /// Waits until the tables exist and the run has the writer's lock.
    private func waitForTables(_ run: ChildProcess) throws {
        try #require(wait(for: run) { isFirstLoad && bytes > 400_000 && !isWriting })
    }

    /// Runs to the end, and expects the warehouse of a run that was not interrupted.
    private func expectMadeGood(_ kills: String = "") throws {
        let result = try start().wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(usesLog)
        // A kill between the change to the log and the deletion of the journal leaves an empty journal, which means nothing.
        #expect(FirstBytes.of(path + "-journal", 1).isEmpty && !folder.has("w.db-wal"))
        let differences = try WarehouseState(path: path).differences(from: input.expected)
        #expect(differences.isEmpty, "\(kills) \(differences.joined(separator: "\n"))")
        let faults = try Database(path: path).rows(
            """
            SELECT 'unfinished run ' || run_id FROM load_run WHERE outcome = 'running'
            UNION ALL SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
            """)
        #expect(faults == [])
    }

    /// No event is in the warehouse without the position that it came from, nor the other way round.
    private func expectConserved() throws {
        let database = try Database(path: path)
        #expect(try database.rows("PRAGMA integrity_check") == ["ok"])
        let facts = "SELECT count(*) FROM fact_user_event"
        let counted = "SELECT coalesce(sum(accepted), 0) FROM load_checkpoint WHERE port = 'events'"
        #expect(try database.integer(facts) == database.integer(counted))
    }

    private func removeAll() {
        for suffix in ["", "-wal", "-shm", "-journal", "-raw"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    @Test func killsAtRandomMomentsAreMadeGood() throws {
        let most = LongTests.rounds(4, long: 12)
        var kills = 0
        for series in 0..<20 where kills < most {
            removeAll()
            for _ in 0..<4 {
                let run = try start()
                usleep(UInt32(Double.random(in: 0.01...input.seconds * 0.7) * 1_000_000))
                run.send(SIGKILL)
                guard run.wait().isKilled else { break }
                if isFirstLoad { kills += 1 }
            }
            try expectMadeGood("series \(series)")
        }
        #expect(kills >= most, "the first load was met too rarely")
    }

    /// Commands that open a warehouse to read or to write.
    private static let commands = [
        ["status", "--json"], ["migrate"], ["doctor"], ["query", "SELECT count(*) FROM fact_user_event"], ["digest"],
        ["quarantine", "list"],
    ]

    /// After a kill in the middle of a transaction, the result is the same whichever command comes first.
    @Test(arguments: LongTests.areOn ? commands : Array(commands.prefix(3)))
    func aTransactionThatWasKilledIsUndone(_ command: [String]) throws {
        let run = try start()
        try waitForTables(run)
        try #require(wait(for: run) { isWriting })
        run.send(SIGKILL)
        try #require(run.wait().isKilled && isFirstLoad)
        let result = try Program.start(command + ["--warehouse", path], in: folder).wait()
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        #expect(FirstBytes.of(path + "-journal", 1) != [0xd9])
        try expectConserved()
        try expectMadeGood()
    }

    /// The same kill, but with the journal deleted: the check must fail, unless everything was written.
    @Test func aLostJournalIsCaught() throws {
        for _ in 0..<30 {
            removeAll()
            let run = try start()
            try waitForTables(run)
            let size = bytes
            // Pages of the next commit are in the file.
            guard wait(for: run, { isWriting && bytes > size }) else { continue }
            run.send(SIGKILL)
            guard run.wait().isKilled, isFirstLoad, isWriting else { continue }
            try FileManager.default.removeItem(atPath: path + "-journal")
            let result = try start().wait()
            let state = try? WarehouseState(path: path)
            if result.status != 0 || state?.differences(from: input.expected).isEmpty != true { return }
        }
        Issue.record("it went unnoticed")
    }

    private static let readers: [[String]] = [
        ["status"], ["status", "--json"], ["report"], ["digest"], ["query", "SELECT 1"], ["quarantine", "list"],
        ["quarantine", "export"], ["index"], ["index", "--facts", "user"], ["quarantine", "retry"],
    ]

    @Test func readersAreToldThatItIsUnderWay() throws {
        let run = try start()
        try waitForTables(run)
        run.send(SIGSTOP)
        for command in Self.readers {
            let result = try Program.start(command + ["-w", path], in: folder).wait()
            #expect(result.status == 4, "\(command): \(result.output) \(result.errors)")
            #expect(
                result.errors.contains("the first load of \(path) is under way: ")
                    && result.errors.contains(" MB so far") && result.errors.contains("hint: Wait for it to end"),
                "\(command): \(result.errors)")
        }
        let doctor = try Program.start(["doctor", "-w", path], in: folder).wait()
        #expect(doctor.status == 0 && doctor.output.contains("is under way"), "\(doctor.output)")
        for command in [input.arguments(warehouse: path), ["migrate", "-w", path]] {
            let result = try Program.start(command, in: folder).wait()
            #expect(result.status == 4 && result.errors.contains("in use by another run"), "\(result.errors)")
        }
        #expect(throws: DatabaseFailure.self) {
            try Database(path: path, isWritable: true).integer("SELECT count(*) FROM load_run")
        }
        run.send(SIGCONT)
        #expect(run.wait().status == 0)
        for command in Self.readers.dropLast(2) {
            #expect(try Program.start(command + ["-w", path], in: folder).wait().status == 0, "\(command)")
        }
        try expectMadeGood()
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalStopsItAtACommit(_ signal: Int32, _ status: Int32) throws {
        let run = try start()
        try waitForTables(run)
        run.send(signal)
        let result = run.wait()
        #expect(result.status == status, "\(result.errors)")
        #expect(usesLog && !folder.has("w.db-journal"))
        #expect(try Database(path: path).rows("SELECT outcome FROM load_run") == ["stopped"])
        try expectMadeGood()
    }
}

/// A user who may read a killed first load, but may not write to its folder.
@Suite struct CutOffFirstLoadTests {
    private static let canChangeUser =
        getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")

    @Test(.enabled(if: canChangeUser, "needs root and setpriv"))
    func whoMayNotWriteIsToldWhatToDo() throws {
        let folder = try TemporaryFolder()
        // Another process makes the copy. If this process did, a program that another test starts at the same time
        // could inherit the open file, and an open file cannot be executed.
        #expect(try ChildProcess("/bin/cp", [Program.path, folder.path("program")]).wait().status == 0)
        try folder.makeFolder("place")
        try folder.write("a.ndjson", SampleLines.events)
        let path = folder.path("place/w.db")
        // As a kill in the middle of a transaction leaves it.
        let made = try Program.run(
            "run", "--events", "a.ndjson", "-w", path, "--raw", "raw", "--now", Program.now, in: folder)
        #expect(made.status == 0, "\(made.errors)")
        try Database.change(path: path, "PRAGMA journal_mode = DELETE")
        do {
            let writer = try Database(path: path, isWritable: true)
            try writer.execute(
                "PRAGMA cache_size = 1; BEGIN; UPDATE fact_user_event SET seconds = 7; DROP TABLE movies")
            try folder.makeFolder("copy")
            for suffix in ["", "-journal"] {
                try folder.write("copy/w.db" + suffix, folder.read("place/w.db" + suffix))
            }
        }
        try #require(FirstBytes.of(folder.path("copy/w.db-journal"), 1) == [0xd9])
        for name in ["", "/program"] { chmod(folder.path + name, 0o755) }
        chmod(folder.path("copy"), 0o555)
        func read() throws -> ChildProcess.Result {
            try ChildProcess(
                "/usr/bin/setpriv",
                [
                    "--reuid", "65534", "--regid", "65534", "--clear-groups", folder.path("program"), "query", "-f",
                    "csv",
                    "SELECT count(*) AS n FROM fact_user_event WHERE seconds IS NULL", "-w", "copy/w.db",
                ], currentFolder: folder.path
            ).wait()
        }
        let refused = try read()
        #expect(refused.status == 1, "\(refused.errors)")
        #expect(
            refused.errors.contains("copy/w.db-journal") && refused.errors.contains("reelhouse migrate"),
            "\(refused.errors)")
        chmod(folder.path("copy"), 0o755)
        #expect(try Program.run("migrate", "-w", "copy/w.db", in: folder).status == 0)
        chmod(folder.path("copy"), 0o555)
        defer { chmod(folder.path("copy"), 0o755) }
        #expect(try read().output == "n\r\n2\r\n")
    }
}

/// The first bytes of a file, without more of it.
enum FirstBytes {
    static func of(_ path: String, _ count: Int) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        return [UInt8]((try? file.read(upToCount: count)) ?? Data())
    }
}

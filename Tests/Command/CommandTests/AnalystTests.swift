import Foundation
import TestSupport
import Testing

/// Tables and views that analysts add to a warehouse, and queries during a load.
@Suite struct AnalystTests {
    private static func loaded() throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("m.ndjson", SampleLines.movies)
        try folder.write("a.ndjson", SampleLines.behaviour(100))
        try folder.write("b.ndjson", SampleLines.behaviour(200))
        _ = try Program.load("--movies", "m.ndjson", "--events", "a.ndjson", in: folder)
        return folder
    }

    @Test func namesOfTheLoaderCannotBeTaken() throws {
        let plain = try Self.loaded()
        _ = try Program.load("--events", "b.ndjson", in: plain)
        let folder = try Self.loaded()
        let database = try Database(path: folder.path("w.db"))
        let tables = try database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        var names = tables.map { "new_\($0)" } + ["new_events", "new_site_votes", "temp", "main", "new"]
        names += names.map { "rows_of_\($0)" }
        let sql = names.enumerated().map { index, name in
            index.isMultiple(of: 2)
                ? "CREATE VIEW \(name) AS SELECT 1 AS user_id WHERE false" : "CREATE TABLE \(name) (a)"
        }
        try Database.change(path: folder.path("w.db"), sql.joined(separator: ";"))
        _ = try Program.load("--events", "b.ndjson", in: folder)
        let state = try WarehouseState(path: folder.path("w.db"))
        let expected = try WarehouseState(path: plain.path("w.db"))
        #expect(expected.content.allSatisfy { state.content[$0.key] == $0.value })
        #expect(state.sums == expected.sums)
        let kept = Set(try database.rows("SELECT name FROM sqlite_schema"))
        #expect(kept.isSuperset(of: names))
    }

    @Test func aTriggerThatRaisesIsNamed() throws {
        for table in ["fact_user_event", "watch_history", "ratings", "users", "movie_daily", "load_run"] {
            let folder = try Self.loaded()
            let trigger =
                "CREATE TRIGGER closed BEFORE INSERT ON \(table) BEGIN SELECT RAISE(ABORT, 'closed today'); END"
            try Database.change(path: folder.path("w.db"), trigger)
            let before = try WarehouseState(path: folder.path("w.db")).content
            let result = try Program.run("run", "--events", "b.ndjson", "-w", "w.db", "--raw", "raw", in: folder)
            #expect(result.status == 1, "\(table)")
            #expect(result.errors.contains("closed today"), "\(result.errors)")
            #expect(result.errors.contains("the trigger closed on \(table)"), "\(result.errors)")
            #expect(result.errors.contains("DROP TRIGGER closed"), "\(result.errors)")
            #expect(try WarehouseState(path: folder.path("w.db")).content == before)
            try Database.change(path: folder.path("w.db"), "DROP TRIGGER closed")
            #expect(try Program.load("--events", "b.ndjson", in: folder).accepted == 6)
        }
    }

    @Test func aTriggerThatWritesGoesOn() throws {
        let folder = try Self.loaded()
        try Database.change(
            path: folder.path("w.db"),
            """
            CREATE TABLE seen (movie_id INTEGER PRIMARY KEY, events INTEGER DEFAULT 1);
            CREATE TRIGGER note AFTER INSERT ON fact_user_event
            BEGIN
                INSERT OR IGNORE INTO seen (movie_id, events) VALUES (new.movie_id, 0);
                UPDATE seen SET events = events + 1 WHERE movie_id = new.movie_id;
            END;
            """)
        #expect(try Program.load("--events", "b.ndjson", in: folder).accepted == 6)
        #expect(try Database(path: folder.path("w.db")).rows("SELECT events FROM seen WHERE movie_id = 603") == ["6"])
    }

    @Test func aTriggerThatLeavesRowsOutIsRefused() throws {
        let folder = try Self.loaded()
        try Database.change(
            path: folder.path("w.db"),
            "CREATE TRIGGER fewer BEFORE INSERT ON ratings BEGIN SELECT RAISE ( IGNORE ) WHERE new.score < 9; END")
        let result = try Program.run("run", "--events", "b.ndjson", "-w", "w.db", "--raw", "raw", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("trigger fewer") && result.errors.contains("ratings"), "\(result.errors)")
    }

    private static func migration(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("schema/sqlite/\(name).sql")
    }

    @Test func aNameThatAMigrationNeedsIsSaidBeforeAnythingChanges() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("w.db")
        try folder.write("a.ndjson", SampleLines.behaviour(100))
        // As version 4 left it, with a view of an analyst's where version 5 makes one.
        try folder.write("w.db", "")
        let names = ["0001_operations", "0002_movies", "0003_behaviour", "0004_marts"]
        for (index, name) in names.enumerated() {
            let row = "INSERT INTO schema_migration VALUES (\(index + 1), '\(name)', 0);"
            try Database.change(path: path, String(contentsOf: Self.migration(name), encoding: .utf8) + row)
        }
        try Database.change(path: path, "CREATE VIEW ratings_readable AS SELECT 1")
        let schema = try Database(path: path).rows("SELECT sql FROM sqlite_schema")
        for command in [["migrate"], ["run", "--events", "a.ndjson"], ["run", "--dry-run", "--events", "a.ndjson"]] {
            let result = try Program.start(command + ["-w", "w.db"], in: folder).wait()
            #expect(result.status == 1)
            #expect(result.errors.contains("view named ratings_readable"), "\(result.errors)")
            #expect(result.errors.contains("DROP VIEW ratings_readable"), "\(result.errors)")
            #expect(try Database(path: path).rows("SELECT sql FROM sqlite_schema") == schema)
        }
        try Database.change(path: path, "DROP VIEW ratings_readable")
        #expect(try Program.run("migrate", "-w", "w.db", in: folder).status == 0)
    }

    @Test(arguments: [
        ["run", "--events", "b.ndjson"], ["migrate"], ["quarantine", "retry"], ["index", "--facts", "user"],
    ])
    func noReaderIsWaitedFor(_ command: [String]) throws {
        let folder = try Self.loaded()
        let reader = try Database(path: folder.path("w.db"), isWritable: true)
        try reader.execute("BEGIN; SELECT count(*) FROM users")
        let clock = ContinuousClock()
        let start = clock.now
        let result = try Program.start(command + ["-w", "w.db"], in: folder).wait()
        #expect(clock.now - start < .seconds(4), "\(command)")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try reader.integer("SELECT count(*) FROM users") == 1)
        try reader.execute("COMMIT")
    }

    @Test func aReaderThatStaysDelaysNoCommit() throws {
        let folder = try Self.loaded()
        try folder.write("c.ndjson", SampleLines.clicks(30_000))
        let reader = try Database(path: folder.path("w.db"), isWritable: true)
        try reader.execute("BEGIN; SELECT count(*) FROM users")
        let clock = ContinuousClock()
        let start = clock.now
        let loaded = try Program.load("--events", "c.ndjson", "--batch-size", "500", in: folder)
        #expect(clock.now - start < .seconds(20))
        #expect(loaded.accepted == 30_000)
        #expect(try reader.integer("SELECT count(*) FROM fact_user_event") == 6)
        try reader.execute("COMMIT")
        #expect(try reader.integer("SELECT count(*) FROM fact_user_event") == 30_006)
    }
}

/// A user who may read the warehouse file, but may not write to its folder, can query it.
@Suite struct ReadOnlyPlaceTests {
    private static let commands: [[String]] = [
        ["query", "-f", "csv", "SELECT count(*) AS n FROM fact_user_event"], ["status", "--json"], ["report"],
        ["digest"],
        ["quarantine", "list"], ["quarantine", "export"], ["index"],
    ]
    private static let other: [String]? = {
        if getuid() != 0 { return [] }
        let program = "/usr/bin/setpriv"
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        return [program, "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    }()

    /// Runs a command as a user who owns nothing of it.
    private static func run(_ command: [String], in folder: TemporaryFolder) throws -> ChildProcess.Result {
        let words = (other ?? []) + [folder.path("program")] + command
        return try ChildProcess(words[0], Array(words.dropFirst()), currentFolder: folder.path).wait()
    }

    private static func loaded() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        // Another process makes the copy. If this process did, a program that another test starts at the same time
        // could inherit the open file, and an open file cannot be executed.
        #expect(try ChildProcess("/bin/cp", [Program.path, folder.path("program")]).wait().status == 0)
        try folder.makeFolder("place")
        try folder.write("a.ndjson", SampleLines.events)
        let result = try Program.run(
            "run", "--events", "a.ndjson", "-w", "place/w.db", "--raw", "raw", "--now", Program.now, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        return folder
    }

    @Test(.enabled(if: ReadOnlyPlaceTests.other != nil, "needs setpriv, when it runs as root"))
    func aPlaceWithoutWritePermissionIsRead() throws {
        let folder = try Self.loaded()
        chmod(folder.path, 0o755)
        chmod(folder.path("program"), 0o755)
        chmod(folder.path("place"), 0o555)
        defer { chmod(folder.path("place"), 0o755) }
        chmod(folder.path("place/w.db"), 0o444)
        for command in Self.commands {
            let result = try Self.run(command + ["-w", "place/w.db"], in: folder)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
        #expect(try Self.run(Self.commands[0] + ["-w", "place/w.db"], in: folder).output == "n\r\n2\r\n")
        let written = try Self.run(["run", "--events", "a.ndjson", "-w", "place/w.db"], in: folder)
        #expect(written.status == 1)
        #expect(written.errors.contains("Permission denied"), "\(written.errors)")
        chmod(folder.path("place/w.db"), 0o000)
        for command in Self.commands {
            let result = try Self.run(command + ["-w", "place/w.db"], in: folder)
            #expect(
                result.status == 1 && result.errors.contains("may not be read: Permission denied"), "\(result.errors)")
            #expect(!result.errors.contains("no warehouse"))
        }
        chmod(folder.path("place/w.db"), 0o644)
        chmod(folder.path("place"), 0o700)
        let hidden = try Self.run(["status", "-w", "place/w.db"], in: folder)
        #expect(hidden.status == 1 && hidden.errors.contains("Permission denied"), "\(hidden.errors)")
    }

    @Test(.enabled(if: ReadOnlyPlaceTests.other != nil, "needs setpriv, when it runs as root"))
    func whatIsInTheLogAloneIsNotPassedOver() throws {
        let folder = try Self.loaded()
        // As a run that was killed leaves it: a log, and no shared memory that could be used.
        let writer = try Database(path: folder.path("place/w.db"), isWritable: true)
        try writer.execute("PRAGMA wal_autocheckpoint = 0; UPDATE load_run SET ended_at = 1")
        let log = folder.read("place/w.db-wal")
        #expect(!log.isEmpty)
        try folder.makeFolder("copy")
        try folder.write("copy/w.db", folder.read("place/w.db"))
        try folder.write("copy/w.db-wal", log)
        chmod(folder.path, 0o755)
        chmod(folder.path("program"), 0o755)
        chmod(folder.path("copy"), 0o555)
        defer { chmod(folder.path("copy"), 0o755) }
        let result = try Self.run(["status", "-w", "copy/w.db"], in: folder)
        #expect(result.status == 1)
        #expect(
            result.errors.contains("copy/w.db-wal") && result.errors.contains("write permission"), "\(result.errors)")
        #expect(result.errors.contains("reelhouse migrate"), "\(result.errors)")
    }

    private static func beside(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("place")).sorted()
    }

    /// Runs a command as the user who owns the warehouse, or is about to.
    private static func runAsOwner(_ command: [String], in folder: TemporaryFolder) throws -> ChildProcess.Result {
        let words = ["/usr/bin/setpriv", "--reuid", "1", "--regid", "1", "--clear-groups", folder.path("program")]
        return try ChildProcess(words[0], Array((words + command).dropFirst()), currentFolder: folder.path).wait()
    }

    @Test func aReaderLeavesNoFile() throws {
        let folder = try Self.loaded()
        for command in Self.commands {
            let result = try Program.start(command + ["-w", "place/w.db"], in: folder).wait()
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(try Self.beside(folder) == ["w.db"], "\(command)")
        }
    }

    @Test(.enabled(if: ReadOnlyPlaceTests.other?.isEmpty == false, "needs root and setpriv"))
    func anotherUserLeavesNoFileWhereAllMayWrite() throws {
        let folder = try Self.loaded()
        for (name, mode) in [("", 0o755), ("/program", 0o755), ("/place", 0o777), ("/place/w.db", 0o666)] {
            chmod(folder.path + name, mode_t(mode))
        }
        for command in Self.commands + [["doctor"]] {
            _ = try Self.run(command + ["-w", "place/w.db"], in: folder)
            #expect(try Self.beside(folder) == ["w.db"], "\(command)")
        }
        // A commit in the log is seen through the log, by those who may write too.
        let writer = try Database(path: folder.path("place/w.db"), isWritable: true)
        try writer.execute("PRAGMA wal_autocheckpoint = 0; DELETE FROM fact_user_event")
        #expect(try Self.run(Self.commands[0] + ["-w", "place/w.db"], in: folder).output == "n\r\n0\r\n")
    }

    @Test(
        .enabled(if: ReadOnlyPlaceTests.other?.isEmpty == false, "needs root and setpriv"),
        arguments: [("w.db-wal", "", "remove"), ("w.db-shm", "", "remove"), ("w.db-wal", "rows", "do not remove")])
    func aFileOfAnotherUserIsNamed(name: String, content: String, advice: String) throws {
        let folder = try Self.loaded()
        for path in ["", "/program", "/place"] { chmod(folder.path + path, 0o777) }
        chown(folder.path("place/w.db"), 1, 1)
        try folder.write("place/\(name)", content)
        chown(folder.path("place/\(name)"), 65534, 65534)
        chmod(folder.path("place/\(name)"), 0o644)
        let result = try Self.runAsOwner(["migrate", "-w", "place/w.db"], in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("place/\(name) belongs to the user nobody"), "\(result.errors)")
        #expect(result.errors.contains(advice), "\(result.errors)")
        #expect(content == "rows" || !result.errors.contains("do not"), "\(result.errors)")
        try FileManager.default.removeItem(atPath: folder.path("place/\(name)"))
        #expect(try Self.runAsOwner(["migrate", "-w", "place/w.db"], in: folder).status == 0)
    }
}

import Foundation
import TestSupport
import Testing

/// No command changes a database of another program.
@Suite struct ForeignDatabaseTests {
    private static let commands: [[String]] = [
        ["run", "--events", "e.ndjson", "--raw", "raw"], ["run", "--dry-run", "--events", "e.ndjson"], ["migrate"],
        ["status"], ["report"], ["digest"], ["query", "SELECT 1"], ["quarantine", "list"],
        ["quarantine", "retry", "--raw", "raw"], ["index"], ["index", "--facts", "user"], ["doctor"],
    ]

    /// Files that are not a warehouse, each with a word of the error message.
    private static let kinds: [(name: String, words: String, make: @Sendable (TemporaryFolder) throws -> Void)] = [
        ("tables", "notes", { try Database.make(path: $0.path("x.db"), "CREATE TABLE notes (t)") }),
        (
            "an application id alone", "application id 7",
            { try Database.make(path: $0.path("x.db"), "PRAGMA application_id = 7; PRAGMA user_version = 1") }
        ),
        (
            "a write-ahead log", "notes",
            { try Database.make(path: $0.path("x.db"), "PRAGMA journal_mode = WAL; CREATE TABLE notes (t)") }
        ),
        (
            "names like ours", "another program",
            {
                try Database.make(
                    path: $0.path("x.db"),
                    "CREATE TABLE schema_migration (version, name); CREATE TABLE load_run (id); CREATE TABLE movies (a)"
                )
            }
        ),
        ("a view alone", "only", { try Database.make(path: $0.path("x.db"), "CREATE VIEW only AS SELECT 1") }),
        ("text", "not a SQLite database", { try $0.write("x.db", "not a database\n") }),
        ("a folder", "a folder", { try $0.makeFolder("x.db") }),
    ]

    @Test(arguments: kinds.indices)
    func itIsLeftAsItIs(kind: Int) throws {
        let folder = try TemporaryFolder()
        let (name, words, make) = Self.kinds[kind]
        try make(folder)
        try folder.write("e.ndjson", SampleLines.clicks(3))
        let (before, names) = (folder.read("x.db"), folder.names())
        for command in Self.commands {
            let result = try Program.start(command + ["--warehouse", "x.db"], in: folder).wait()
            let said = command == ["doctor"] ? result.output : result.errors
            #expect(result.status == 1, "\(name): \(command): \(said)")
            #expect(said.contains(words), "\(name): \(command): \(said)")
            #expect(!said.contains("Make one with"), "\(name): \(command): \(said)")
            #expect(folder.read("x.db") == before, "\(name): \(command) changed it")
            #expect(folder.names() == names, "\(name): \(command) left something")
        }
    }

    /// Each name of a file would have a log of its own.
    @Test func aWarehouseOfTwoNamesIsLeftAsItIs() throws {
        let folder = try TemporaryFolder()
        try folder.write("e.ndjson", SampleLines.clicks(3))
        _ = try Program.load("--events", "e.ndjson", in: folder)
        #expect(link(folder.path("w.db"), folder.path("x.db")) == 0)
        // As a reader leaves it that is in the way of the end of a run.
        try folder.write("w.db-wal", SampleLines.clicks(9))
        let (before, names) = (folder.read("w.db"), folder.names())
        for command in Self.commands {
            let result = try Program.start(command + ["--warehouse", "x.db"], in: folder).wait()
            let said = command == ["doctor"] ? result.output : result.errors
            #expect(result.status == 1 && said.contains("is also named"), "\(command): \(said)")
        }
        #expect(folder.read("w.db") == before && folder.names() == names)
        #expect(unlink(folder.path("w.db-wal")) == 0)
        // Without such a log nothing can be missed.
        #expect(try Program.run("status", "-w", "x.db", in: folder).status == 0)
        #expect(unlink(folder.path("x.db")) == 0)
        try folder.makeFolder("other")
        #expect(symlink("../w.db", folder.path("other/x.db")) == 0)
        let result = try Program.run(
            "run", "--events", "e.ndjson", "-w", "other/x.db", "--raw", "raw", "--now", Program.now, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        // What lies beside the file that the link leads to is known.
        try folder.write("w.db-wal", SampleLines.clicks(9))
        let own = try Program.run(
            "run", "--events", "w.db-wal", "-w", "other/x.db", "--raw", "raw", "--now", Program.now, in: folder)
        #expect(own.status == 2 && own.errors.contains("beside the warehouse"), "\(own.errors)")
    }

    @Test func aDryRunWhereNoWarehouseCanBeMadeFails() throws {
        let folder = try TemporaryFolder()
        try folder.write("e.ndjson", SampleLines.clicks(3))
        #expect(symlink("no/w.db", folder.path("link.db")) == 0)
        for path in ["no/w.db", "link.db", "e.ndjson/w.db"] {
            for more in [[], ["--dry-run"]] {
                let result = try Program.start(
                    ["run", "--events", "e.ndjson", "--raw", "raw", "-w", path] + more, in: folder
                ).wait()
                #expect(result.status == 1 && result.errors.contains(path), "\(path) \(more): \(result.errors)")
            }
        }
    }

    /// What another program writes is in its log alone until a checkpoint.
    @Test func tablesThatAreInTheLogAloneAreSeen() throws {
        let folder = try TemporaryFolder()
        try folder.write("e.ndjson", SampleLines.clicks(3))
        let other = try Database(path: folder.path("x.db"), isWritable: true)
        try other.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE notes (t)")
        for command in Self.commands {
            let result = try Program.start(command + ["--warehouse", "x.db"], in: folder).wait()
            #expect(result.status == 1, "\(command): \(result.output) \(result.errors)")
        }
        #expect(try other.integer("SELECT count(*) FROM sqlite_schema") == 1)
    }

    /// A file without content may be another program's that is about to commit its first tables.
    @Test func aWriteTransactionOfAnotherProgramIsLeftAlone() throws {
        let folder = try TemporaryFolder()
        try folder.write("e.ndjson", SampleLines.clicks(3))
        let other = try Database(path: folder.path("x.db"), isWritable: true)
        try other.execute("BEGIN IMMEDIATE; CREATE TABLE notes (t)")
        let names = folder.names()
        for command in [["run", "--events", "e.ndjson", "--raw", "raw"], ["migrate"]] {
            let result = try Program.start(command + ["--warehouse", "x.db"], in: folder).wait()
            #expect(result.status == 4 && result.errors.contains("locked"), "\(result.errors)")
            #expect(folder.names() == names)
        }
        try other.execute("COMMIT")
        #expect(try other.integer("SELECT count(*) FROM notes") == 0)
    }

    @Test func anEmptyFileIsTaken() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.ndjson", SampleLines.clicks(3))
        try folder.write("w.db", "")
        #expect(try Program.load("--dry-run", "--events", "a.ndjson", in: folder).accepted == 3)
        #expect(folder.read("w.db").isEmpty && folder.names() == ["a.ndjson", "w.db"])
        #expect(try Program.load("--events", "a.ndjson", in: folder).accepted == 3)
        #expect(try Database(path: folder.path("w.db")).integer("PRAGMA application_id") == 0x5265_656c)
        // A copy through SQL has no mark, and is a warehouse all the same.
        try Database.change(path: folder.path("w.db"), "PRAGMA application_id = 0")
        #expect(try Program.load("--events", "a.ndjson", in: folder).states == ["skipped"])
    }
}

/// A command that fails leaves no new files behind.
@Suite struct LeftoverTests {
    @Test(
        arguments: [
            ["run", "--events", "none.ndjson"], ["run", "--events", "unreadable"], ["run", "--evnets", "e.ndjson"],
            ["run", "--events", "e.ndjson", "--raw", "kafka://host/raw"], ["run", "--dry-run", "--events", "e.ndjson"],
            ["run", "--events", "e.ndjson", "--raw", "e.ndjson/raw", "--movies", "m.ndjson"], ["query", "SELECT 1"],
            ["index", "--facts", "user"], ["quarantine", "retry"], ["run", "--events", "e.ndjson", "-w", "sqlite://"],
        ])
    func nothingIsLeft(_ command: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write("e.ndjson", SampleLines.clicks(3))
        try folder.write("m.ndjson", SampleLines.movies)
        // A link into itself can be read by nobody, root neither.
        try FileManager.default.createSymbolicLink(atPath: folder.path("unreadable"), withDestinationPath: "unreadable")
        let before = folder.names()
        let result = try Program.start(command, in: folder).wait()
        #expect(result.status == 0 || !result.errors.isEmpty)
        #expect(folder.names() == before, "\(result.errors)")
    }

    @Test func aFullDiskAtTheStartLeavesNothing() throws {
        let folder = try TemporaryFolder()
        try folder.write("e.ndjson", SampleLines.clicks(3))
        // A limit on the size of files acts as a full disk; 32 KiB hold no schema.
        let limited = "ulimit -f 64; exec \"$0\" run --events e.ndjson -w w.db --raw raw --now \(Program.now)"
        let result = try ChildProcess("/bin/bash", ["-c", limited, Program.path], currentFolder: folder.path).wait()
        #expect(result.status == 1, "\(result.status): \(result.errors)")
        #expect(result.errors.contains("limit on the size of files") && result.errors.contains("ulimit"))
        #expect(folder.names() == ["e.ndjson"])
    }

    @Test(arguments: [["run", "--reload"], ["migrate"], ["index", "--facts", "user"], ["quarantine", "retry"]])
    func aLimitOnTheSizeOfFilesIsAnError(_ command: [String]) throws {
        let folder = try SampleLines.folder()
        let clicks = SampleLines.clicks(20_000)
        try folder.write("data/events/b.ndjson", clicks)
        _ = try Program.load("--events", "data/events", in: folder)
        try Database.change(
            path: folder.path("w.db"),
            "DROP INDEX ratings_by_movie_id; UPDATE schema_migration SET version = -version WHERE version = 9")
        let words = command + ["--warehouse", "w.db"] + (command[0] == "run" ? ["--events", "data/events"] : [])
        let limited = "ulimit -f 20; exec \"$0\" \"$@\""
        let result = try ChildProcess("/bin/bash", ["-c", limited, Program.path] + words, currentFolder: folder.path)
            .wait()
        #expect(result.status == 1 && !result.isKilled, "\(result.status): \(result.errors)")
        #expect(result.errors.contains("limit"), "\(result.errors)")
        let next = try Program.load("--events", "data/events", in: folder)
        #expect(next.rows["fact_user_event"] == 20_002)
    }
}

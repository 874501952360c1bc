import Foundation
import TestSupport
import Testing

/// An output file never overwrites a warehouse, a raw store or an existing file without `--force`.
@Suite struct OutputFileTests {
    /// A folder with a loaded warehouse and one line in quarantine.
    private static func loaded() throws -> TemporaryFolder {
        let folder = try SampleLines.folder()
        let result = try Program.run("run", "--now", Program.now, "-w", "w.db", "--quiet", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        return folder
    }

    private static func commands(_ path: String, _ more: String...) -> [[String]] {
        [
            ["quarantine", "export", "-w", "w.db", "-o", path] + more,
            ["query", "-w", "w.db", "-f", "csv", "-o", path, "SELECT user_id FROM users"] + more,
        ]
    }

    /// The warehouse by every name that it has, also with --force, and names that SQLite would take for its own.
    @Test func theWarehouseAndTheRawStoreAreNeverOverwritten() throws {
        let folder = try Self.loaded()
        try FileManager.default.createSymbolicLink(atPath: folder.path("soft"), withDestinationPath: "w.db")
        try Program.run("run", "--now", Program.now, "-w", "other.db", "--raw", "other", "--quiet", in: folder)
        let raw = "data/raw/movies/" + (folder.names(in: "data/raw/movies").first { !$0.hasPrefix(".") } ?? "")
        let before = folder.read("w.db")
        let document = folder.read(raw)
        for path in [
            "w.db", "./data/../w.db", folder.path("w.db"), "soft", "w.db-wal", "w.db-shm", "w.db-journal", raw,
            "data/raw/new.csv", "other/movies/new.csv", "other.db",
        ] {
            for arguments in Self.commands(path, "--force") {
                let result = try Program.start(arguments, in: folder).wait()
                #expect(result.status == 2, "\(arguments)")
                #expect(result.errors.contains("cannot write to \(path)"), "\(arguments): \(result.errors)")
            }
        }
        #expect(folder.read("w.db") == before && folder.read(raw) == document)
        #expect(!folder.has("w.db-journal"))
        #expect(try Program.run("digest", "-w", "soft", in: folder).status == 0)
    }

    @Test func whatIsThereIsReplacedOnlyByForce() throws {
        let folder = try Self.loaded()
        try folder.write("old.txt", "old")
        for arguments in Self.commands("old.txt") {
            let refused = try Program.start(arguments, in: folder).wait()
            #expect(refused.status == 2 && refused.errors.contains("--force"), "\(refused.errors)")
            #expect(folder.read("old.txt") == Array("old".utf8))
            #expect(try Program.start(arguments + ["--force"], in: folder).wait().status == 0)
            #expect(folder.read("old.txt") != Array("old".utf8))
            try folder.write("old.txt", "old")
        }
        // A statement that fails leaves what was there.
        let failed = try Program.run(
            "query", "-w", "w.db", "-o", "old.txt", "--force", "SELECT nothing", in: folder)
        #expect(failed.status == 1)
        #expect(folder.read("old.txt") == Array("old".utf8))
        #expect(folder.names().allSatisfy { !$0.hasSuffix(".part") })
    }

    @Test func aDashAndWhatIsNoFileAreWrittenAsTheyAre() throws {
        let folder = try Self.loaded()
        for arguments in Self.commands("-") {
            let result = try Program.start(arguments, in: folder).wait()
            #expect(result.status == 0 && !result.output.isEmpty)
        }
        #expect(!folder.has("-"))
        for arguments in Self.commands("/dev/null") {
            #expect(try Program.start(arguments, in: folder).wait().status == 0)
        }
        #expect(try Program.run("generate", "-o", "-", in: folder).status == 2)
        #expect(!folder.has("-"))
    }

    @Test func eachReasonHasItsWords() throws {
        let folder = try Self.loaded()
        try folder.makeFolder("folder")
        for (path, words) in [
            ("no/where.csv", "there is no folder no"), ("folder", "it is a folder"),
            ("data/movies/2026-11-20.ndjson/x", "a part of the path is a file"),
        ] {
            for arguments in Self.commands(path) {
                let result = try Program.start(arguments, in: folder).wait()
                #expect(result.status == 1 && result.errors.contains(words), "\(path): \(result.errors)")
                #expect(result.errors.contains("hint: "))
            }
        }
        for arguments in Self.commands("/dev/full") {
            let result = try Program.start(arguments, in: folder).wait()
            #expect(result.status == 1 && result.errors.contains("the disk is full"), "\(result.errors)")
        }
    }

    /// As root every folder may be written to, so somebody else tries.
    @Test func aFolderThatMayNotBeWrittenToIsNamed() throws {
        let folder = try Self.loaded()
        try folder.makeFolder("folder")
        let manager = FileManager.default
        var command = [Program.path] + Self.commands("folder/a.csv")[1]
        if getuid() == 0 {
            guard manager.isExecutableFile(atPath: "/usr/bin/setpriv") else {
                print("skipped, for lack of setpriv: aFolderThatMayNotBeWrittenToIsNamed")
                return
            }
            command = ["/usr/bin/setpriv", "--reuid=65534", "--clear-groups"] + command
            try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
            for name in folder.names() where name.hasPrefix("w.db") {
                try manager.setAttributes([.posixPermissions: 0o666], ofItemAtPath: folder.path(name))
            }
        } else {
            try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path("folder"))
        }
        let result = try ChildProcess(command[0], Array(command.dropFirst()), currentFolder: folder.path).wait()
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path("folder"))
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("no permission to write to the folder folder"), "\(result.errors)")
    }

    @Test func aSignalLeavesNothing() throws {
        let folder = try Self.loaded()
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
        let before = folder.names().filter { !$0.hasPrefix("w.db") }
        for (signal, arguments, made) in [
            (
                SIGINT, ["query", "-w", "w.db", "-f", "csv", "-o", "big.csv", endless],
                { folder.names().contains { $0.hasSuffix(".part") } }
            ),
            (SIGTERM, ["generate", "--events", "3000000", "-o", "new/big"], { folder.has("new/big") }),
        ] as [(Int32, [String], () -> Bool)] {
            let process = try Program.start(arguments, in: folder)
            let deadline = Date(timeIntervalSinceNow: 20)
            while !made(), Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
            // A request for the state is answered, and ends nothing.
            process.send(SIGUSR1)
            while !process.errorsSoFar.contains("[0:"), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
            #expect(process.errorsSoFar.contains("[0:"), "\(arguments): \(process.errorsSoFar)")
            process.send(signal)
            let result = process.wait()
            #expect(result.isKilled && result.status == 128 + signal)
            #expect(folder.names().filter { !$0.hasPrefix("w.db") } == before, "\(arguments)")
        }
    }

    @Test(arguments: [["digest"], ["query", "SELECT 1"], ["schema"], ["explain"], ["validate"], ["status"]])
    func aRequestForTheStateEndsNoCommand(_ arguments: [String]) throws {
        let demo = try DemoFolder()
        // Before it watches the signal, that would end it as it ends any program, and it may be done soon after.
        for _ in 0..<40 {
            let process = try Program.start(arguments, in: demo.files)
            while process.isRunning, !process.handles(SIGUSR1) { usleep(100) }
            let isMet = process.handles(SIGUSR1)
            process.send(SIGUSR1)
            let result = process.wait()
            if !isMet { continue }
            #expect(result.status == 0 && !result.isKilled, "\(result.status): \(result.errors)")
            return
        }
        Issue.record("it was never met while it watched the signal")
    }

    @Test func generateKeepsWhatItDidNotMake() throws {
        let folder = try TemporaryFolder()
        let arguments = ["generate", "--movies", "5", "--events", "50", "--days", "2", "-o", "out"]
        #expect(try Program.start(arguments, in: folder).wait().status == 0)
        let made = folder.names(in: "out")
        #expect(made == ["events", "movies"])
        // Its own files are not replaced unless asked for.
        let again = try Program.start(arguments, in: folder).wait()
        #expect(again.status == 2 && again.errors.contains("--force"), "\(again.errors)")
        try folder.write("out/notes.txt", "mine")
        try folder.write("out/events/mine.ndjson", "mine")
        #expect(try Program.start(arguments, in: folder).wait().status == 2)
        #expect(try Program.start(arguments + ["--force"], in: folder).wait().status == 0)
        #expect(folder.read("out/notes.txt") == Array("mine".utf8))
        #expect(folder.read("out/events/mine.ndjson") == Array("mine".utf8))
        #expect(folder.names(in: "out") == ["events", "movies", "notes.txt"])
        // A raw store is none of its folders, whatever is said.
        let loaded = try Self.loaded()
        for path in ["data/raw", "data/raw/movies"] {
            let result = try Program.run("generate", "--events", "9", "-o", path, "--force", in: loaded)
            #expect(result.status == 2 && result.errors.contains("raw store"), "\(result.errors)")
        }
    }
}

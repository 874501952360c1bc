import Foundation
import TestSupport
import Testing

/// The exit statuses of `run`, and the messages that go with them.
@Suite struct RunStatusTests {
    @Test func nothingNewIsDone() throws {
        let folder = try SampleLines.folder()
        let first = try Program.load(in: folder)
        #expect(first.read == 10)
        #expect(first.accepted == 4)
        #expect(first.duplicates == 1)
        #expect(first.rejected == 5)
        #expect(first.states == ["complete", "complete"])
        let second = try Program.load(in: folder)
        #expect(second.read == 0)
        #expect(second.states == ["skipped", "skipped"])
        #expect(second.rows == first.rows)
        let again = try Program.load("--reload", in: folder)
        #expect((again.read, again.accepted, again.duplicates, again.rejected) == (10, 0, 5, 5))
        #expect(again.rows == first.rows)
    }

    @Test(
        arguments: [
            ("5", 0), ("4", 3), ("0", 3), ("50%", 0), ("49%", 3), ("0.5", 0), ("0.49", 3), ("100%", 0),
        ] as [(String, Int32)])
    func moreRejectsThanAllowed(_ limit: String, _ status: Int32) throws {
        let result = try Program.load("--max-rejects", limit, in: SampleLines.folder(), status: status)
        #expect(result.rejected == 5)
        #expect(result.outcome == "completed")
    }

    @Test func aDamagedFileIsNotAllTaken() throws {
        let folder = try TemporaryFolder()
        let whole = try Compression.zstd.encode(SampleLines.clicks(2000))
        try folder.write("cut.ndjson.zst", Array(whole.dropLast(whole.count / 3)))
        let result = try Program.load("--events", "cut.ndjson.zst", in: folder, status: 3)
        #expect(result.rejectedByRule["damaged_file"] == 1)
        #expect(result.sources.first?["damaged"] as? Bool == true)
        // It is done with; in a later run it is no news.
        let second = try Program.load("--events", "cut.ndjson.zst", in: folder)
        #expect(second.states == ["skipped"])
        // Mended, it has other bytes.
        try folder.write("cut.ndjson.zst", whole)
        let mended = try Program.load("--events", "cut.ndjson.zst", in: folder)
        #expect(mended.read == 2000)
        #expect(mended.duplicates == result.accepted)
        #expect(mended.accepted == 2000 - result.accepted)
    }

    @Test(
        arguments: [
            (["run", "--events", "nothing-here"], 1, "nothing-here"),
            (["run", "--events", "*.none"], 1, "*.none"),
            (["status", "--warehouse", "none.db"], 1, "none.db"),
            (["digest", "--warehouse", "none.db"], 1, "none.db"),
            (["query", "SELECT 1", "--warehouse", "none.db"], 1, "none.db"),
            (["query", "DELETE FROM movies", "--warehouse", "w.db"], 1, "reads"),
            (["query", "SELECT nothing", "--warehouse", "w.db"], 1, "nothing"),
            (["run", "--events", "a", "--warehouse", "no/such/folder/w.db"], 1, "no/such/folder/w.db"),
            (["run", "--events", "a", "--warehouse", "a"], 2, "a"),
            (["run", "--evnets", "a"], 2, "--events"),
            (["run", "--now", "yesterday"], 2, "--now"),
            (["run", "--max-rejects", "many"], 2, "--max-rejects"),
            (["run", "--batch-size", "0"], 2, "'--batch-size' must be an integer from 1"),
            (["run", "--batch-size", "1.5"], 2, "--batch-size"),
            (["run", "--batch-interval", "5"], 2, "--batch-interval"),
            (["run", "--snapshot-date", "2026-02-30"], 2, "--snapshot-date"),
            (["rnu"], 2, "run"),
            (["explain", "no_such_rule"], 2, "no_such_rule"),
            ([], 2, "needs a command"),
        ] as [([String], Int32, String)])
    func whatCannotBeDoneIsSaid(_ arguments: [String], _ status: Int32, _ words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "this is no database, and no JSON\n")
        _ = try Program.load("--events", "a", "--raw", "raw", in: folder, status: 3)
        let result = try Program.start(arguments, in: folder).wait()
        #expect(result.status == status, "\(result.output) \(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(!result.errors.contains("Fatal") && !result.errors.contains("Swift."))
    }

    @Test func aFolderThatMayNotBeWrittenToIsSaid() throws {
        let folder = try SampleLines.folder()
        let result = try Program.run("run", "--warehouse", "/proc/w.db", "--raw", "raw", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("/proc/w.db"))
    }

    @Test func aDryRunLeavesNoTrace() throws {
        let folder = try SampleLines.folder()
        let before = folder.names()
        let dry = try Program.load("--dry-run", in: folder)
        #expect((dry.read, dry.accepted, dry.duplicates, dry.rejected) == (10, 4, 1, 5))
        #expect(folder.names() == before)
        let real = try Program.load(in: folder)
        #expect(dry.rows == real.rows)
        // As a run that was killed leaves it.
        try Database.change(path: folder.path("w.db"), "UPDATE load_run SET outcome = 'running', ended_at = NULL")
        let state = try WarehouseState(path: folder.path("w.db"))
        let runs = try Database(path: folder.path("w.db")).literals(of: "load_run")
        let again = try Program.load("--dry-run", "--reload", in: folder)
        #expect((again.accepted, again.duplicates) == (0, 5))
        #expect(try WarehouseState(path: folder.path("w.db")) == state)
        #expect(try Database(path: folder.path("w.db")).literals(of: "load_run") == runs)
    }

    @Test func passwordsAreNeverShown() throws {
        let folder = try SampleLines.folder()
        for arguments in [
            ["run", "--events", "kafka://reader:hunter2@host:9092/user_logs"],
            ["run", "--warehouse", "postgresql://writer:hunter2@host/movies"],
            ["run", "--warehouse", "postgresql://host/movies?user=a&password=hunter2"],
            ["run", "--raw", "mongodb://writer:hunter2@host/tmdb_data"],
            ["status", "--warehouse", "postgresql://writer:hunter2@host/movies"],
            ["digest", "--warehouse", "mongodb+srv://a:hunter2@host/x"],
        ] {
            let result = try Program.start(arguments + ["--log-level", "trace"], in: folder).wait()
            #expect(result.status != 0)
            #expect(!result.errors.contains("hunter2") && !result.output.contains("hunter2"), "\(result.errors)")
            #expect(result.errors.contains("host"), "\(result.errors)")
        }
    }
}

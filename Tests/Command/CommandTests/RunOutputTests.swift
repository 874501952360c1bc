import Foundation
import TestSupport
import Testing

/// What commands print: to people, and to programs.
@Suite struct RunOutputTests {
    /// Replaces what differs from run to run: how long it took, and what follows from it.
    private func normalized(_ text: String) -> String {
        text.replacing(/after [0-9.]+ s/, with: "after <time>").replacing(/[0-9.,]+\/s/, with: "<rate>/s")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.replacing(/[ ]+$/, with: "") }.joined(separator: "\n")
    }

    @Test func theSummaryOfARun() throws {
        let folder = try SampleLines.folder()
        let result = try Program.run(
            "run", "--warehouse", "w.db", "--raw", "raw", "--now", Program.now, in: folder)
        #expect(result.status == 0)
        #expect(normalized(result.output) == RunOutputTests.summary)
        #expect(result.errors == "")
        let quiet = try Program.run(
            "run", "--reload", "--quiet", "--warehouse", "w.db", "--raw", "raw", "--now", Program.now, in: folder)
        #expect(normalized(quiet.output) == "Run 2 completed after <time>: 10 lines read, <rate>/s\n")
    }

    private static let summary = """
        Run 1 completed after <time>: 10 lines read, <rate>/s

        lines       count
        ──────────  ─────
        read           10
        accepted        4
        duplicates      1
        rejected        5
        warnings        1

        table             rows  change
        ────────────────  ────  ──────
        genres               1      +1
        movies               2      +2
        movie_genres         1      +1
        movie_popularity     2      +2
        users                1      +1
        fact_user_event      2      +2
        ratings              1      +1
        movie_daily          2      +2
        genre_daily          1      +1
        site_daily           1      +1
        top_movies           1      +1
        trending             2      +2
        rejected_record      5      +5

        5 rejected: 1 event_id_conflict, 1 invalid_movie_id, 1 invalid_score, 1 malformed_json, 1 missing_title; see \
        `reelhouse quarantine show --rule event_id_conflict`.
        1 warning: 1 release_date_invalid; see `reelhouse validate`.

        """

    @Test func whatRunPrintsAsJSON() throws {
        let folder = try SampleLines.folder()
        let result = try Program.load(in: folder)
        #expect(
            Set(result.object.keys) == [
                "run_id", "outcome", "exit_status", "reasons", "read", "accepted", "duplicates", "rejected", "warnings",
                "seconds", "rejected_by_rule", "warnings_by_reason", "cured", "rows", "sources", "misplaced",
                "misplaced_examples", "unreadable", "lost", "remarks",
                "passed_over",
            ])
        #expect(result.count("run_id") == 1)
        #expect(result.outcome == "completed")
        #expect(result.count("warnings") == 1)
        #expect(result.object["warnings_by_reason"] as? [String: Int] == ["release_date_invalid": 1])
        #expect(result.read == result.accepted + result.duplicates + result.rejected)
        #expect(result.rejectedByRule.values.reduce(0, +) == result.rejected)
        #expect(
            result.rejectedByRule == [
                "malformed_json": 1, "invalid_movie_id": 1, "missing_title": 1, "invalid_score": 1,
                "event_id_conflict": 1,
            ])
        var sums = [0, 0, 0, 0, 0]
        for source in result.sources {
            for (index, name) in ["read", "accepted", "duplicates", "rejected", "warnings"].enumerated() {
                sums[index] += try #require(source[name] as? Int)
            }
        }
        #expect(sums == [10, 4, 1, 5, 1])
        let database = try Database(path: folder.path("w.db"))
        for (table, rows) in result.rows {
            #expect(try database.integer("SELECT count(*) FROM \(table)") == Int64(rows), "\(table)")
        }
    }

    @Test func progressAsJSONIsOneObjectALine() throws {
        let folder = try SampleLines.folder()
        // The run has to wait for the pipe's end, so that it has progress to show.
        let pipe = folder.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let run = try Program.start(
            [
                "run", "--movies", "data/movies", "--events", "pipe", "--json-progress", "--warehouse", "w.db", "--raw",
                "raw", "--now", Program.now,
            ], environment: ["REELHOUSE_PROGRESS_SECONDS": "0"], in: folder)
        let descriptor = open(pipe, O_WRONLY)
        let limit = ContinuousClock.now + .seconds(60)
        while run.errorsSoFar.isEmpty, ContinuousClock.now < limit { usleep(50_000) }
        close(descriptor)
        let result = run.wait()
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.errors.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines { #expect(try Program.object(String(line))["message_type"] is String) }
    }

    /// A library makes a file there, which a program that is killed would leave.
    @Test func nothingIsLeftInSharedMemory() throws {
        let folder = try SampleLines.folder()
        try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
        let run = try ChildProcess(
            "/usr/bin/env",
            [
                "-u", "MONGOC_DISABLE_SHM", Program.path, "run", "--movies", "data/movies", "--events", "pipe",
                "--warehouse", "w.db", "--raw", "raw",
            ], currentFolder: folder.path)
        let descriptor = open(folder.path("pipe"), O_WRONLY)
        let files = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
        #expect(!files.contains("mongoc-\(run.process)"))
        run.send(SIGKILL)
        close(descriptor)
        _ = run.wait()
    }

    @Test func whatReadersPrintAsJSON() throws {
        let folder = try SampleLines.folder()
        _ = try Program.load(in: folder)
        let status = try Program.object(Program.run("status", "-w", "w.db", "--json", in: folder).output)
        let runs = try #require(status["runs"] as? [[String: Any]])
        #expect(runs.count == 1)
        #expect(runs.first?["outcome"] as? String == "completed")
        #expect(runs.first?["read"] as? Int == 10)
        let checkpoints = try #require(status["checkpoints"] as? [[String: Any]])
        #expect(checkpoints.map { $0["complete"] as? Bool } == [true, true])
        #expect(status["newest_event"] as? String == "2026-11-20T18:03:22.519Z")
        let digest = try Program.object(Program.run("digest", "-w", "w.db", "--json", in: folder).output)
        let hashes = try #require(digest as? [String: String])
        #expect(hashes["total"] != nil && hashes["fact_user_event"] != nil)
        #expect(hashes.values.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
        #expect(!hashes.keys.contains { $0.hasPrefix("load_") || $0 == "rejected_record" || $0 == "schema_migration" })
        let rows = try Program.run(
            "query", "-w", "w.db", "-f", "ndjson", "SELECT movie_id, title FROM movies ORDER BY 1", in: folder
        ).output.split(separator: "\n")
        #expect(try rows.map { try Program.object(String($0))["title"] as? String } == ["The Lantern", "Le Phare"])
        let csv = try Program.run("query", "-w", "w.db", "-f", "csv", "SELECT 1 AS a, 'b,c' AS d", in: folder).output
        #expect(csv == "a,d\r\n1,\"b,c\"\r\n")
    }
}

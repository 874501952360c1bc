import Domain
import Fixtures
import Foundation
import TestSupport
import Testing

/// `reelhouse copy`, run as the built command.
@Suite(.serialized, .waits) struct CopyCommandTests {
    private static func source() throws -> String { try GeneratedInput.shared.get().folder.path("expected.db") }

    private static func digest(of location: String, in folder: TemporaryFolder) throws -> String {
        let result = try Program.run("digest", "--json", "-w", location, in: folder)
        return try Program.object(result.output)["total"] as? String ?? result.errors
    }

    @Test(arguments: Warehouses.present)
    func killedAtRandomMomentsItKeepsNothingAndCanBeRunAgain(_ kind: WarehouseKind) throws {
        let source = try Self.source()
        let folder = try TemporaryFolder()
        let clock = ContinuousClock()
        var (kills, longest) = (0, 3000)
        var fixture = try kind.make()
        for _ in 0..<60 where kills < 10 {
            let process = try Program.start(["copy", "--from", source, "--to", fixture.location, "-q"], in: folder)
            let end = clock.now + .milliseconds(Int.random(in: 5...longest))
            while process.isRunning, clock.now < end { usleep(500) }
            process.send(SIGKILL)
            let result = process.wait()
            if result.isKilled {
                kills += 1
                let runs = try? fixture.database().integer("SELECT count(*) FROM load_run")
                guard let runs, runs > 0 else { continue }
                // It was killed after its commit.
                #expect(try Self.digest(of: fixture.location, in: folder) == Self.digest(of: source, in: folder))
                fixture = try kind.make()
                continue
            }
            // It was done before.
            #expect(result.status == 0, "\(result.errors)")
            longest = max(50, longest * 2 / 3)
            fixture = try kind.make()
        }
        #expect(kills >= 10)
        let result = try Program.run("copy", "--from", source, "--to", fixture.location, "--json", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let object = try Program.object(result.output)
        let expected = try Self.digest(of: source, in: folder)
        #expect(object["digest"] as? String == expected)
        #expect(try Self.digest(of: fixture.location, in: folder) == expected)
        #expect((object["rows"] as? [String: Int])?["fact_user_event"] ?? 0 > 20_000)
        // The inputs of the source are skipped by a run on the copy.
        let input = try GeneratedInput.shared.get()
        let again = try Program.run(
            "run", "--movies", input.folder.path("in/movies"), "--events", input.folder.path("in/events"), "-w",
            fixture.location, "--raw", "raw", "--now", Program.now, "--json", in: folder)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try RunResult(again.output).read == 0)
    }

    @Test(arguments: Warehouses.present)
    func aSignalStopsIt(_ kind: WarehouseKind) throws {
        let folder = try TemporaryFolder()
        for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
            let fixture = try kind.make()
            let process = try Program.start(["copy", "--from", Self.source(), "--to", fixture.location], in: folder)
            while process.isRunning, !process.handles(signal) { usleep(500) }
            // The signal is handled a moment after it is no longer the system's.
            usleep(100_000)
            process.send(signal)
            let result = process.wait()
            #expect(result.status == status, "\(result.errors)")
            #expect(result.output == "")
            #expect(try fixture.isUntouched())
        }
    }

    /// The copy of a warehouse whose last run has not completed is not whole.
    @Test(arguments: Warehouses.present) func aLastRunThatDidNotEndIsTold(_ kind: WarehouseKind) throws {
        let folder = try TemporaryFolder()
        let source = try kind.make()
        func copy() throws -> ChildProcess.Result {
            let target = try kind.make()
            let result = try Program.run(
                "copy", "--from", source.location, "--to", target.location, "--json", in: folder)
            #expect(result.status == 0, "\(result.errors)")
            return result
        }
        let writer = try source.writer()
        _ = try writer.migrate(at: 0)
        let empty = try copy()
        #expect(try Program.object(empty.output)["last_run"] is NSNull)
        #expect(!empty.errors.contains("warning"), "\(empty.errors)")
        // A run may be stored with its first commit.
        let run = try writer.beginRun(at: 1_795_132_800_000, as: .pausing)
        let begun = try copy()
        #expect(begun.errors.contains("; the copy holds what was committed until then"), "\(begun.errors)")
        try writer.begin()
        try writer.save(LedgerChanges(run: run))
        try writer.commit()
        let running = try copy()
        #expect(running.errors.contains("warning: run 1 of "), "\(running.errors)")
        #expect(running.errors.contains("2026-11-20T00:00:00"), "\(running.errors)")
        #expect(running.errors.contains("was under way; the copy holds what was committed until then"))
        let lastRun = try #require(Program.object(running.output)["last_run"] as? [String: Any])
        #expect(lastRun["run_id"] as? Int == 1 && lastRun["outcome"] as? String == "running")
        // As if it had been killed.
        writer.endRun()
        let killed = try copy()
        #expect(killed.errors.contains("was interrupted; the copy holds"), "\(killed.errors)")
        for (outcome, words) in [
            ("stopped", "was stopped before its end"), ("failed", "had failed"), ("interrupted", "was interrupted"),
            ("completed", nil as String?),
        ] {
            try source.database().execute("UPDATE load_run SET outcome = '\(outcome)'")
            let result = try copy()
            #expect(result.errors.contains(words ?? "warning:") == (words != nil), "\(result.errors)")
        }
    }

    @Test func whatItCannotDoIsRefused() throws {
        let folder = try TemporaryFolder()
        let source = try Self.source()
        func status(_ arguments: String..., contains text: String) throws -> Int32 {
            let result = try Program.start(["copy"] + arguments, in: folder).wait()
            #expect(result.errors.contains(text), "\(result.errors)")
            #expect(result.output == "")
            return result.status
        }
        #expect(try status("--from", source, contains: "--to") == 2)
        #expect(try status("--from", "none.db", "--to", "copy.db", contains: "there is no warehouse at none.db") == 1)
        #expect(try status("--from", source, "--to", source, contains: "into itself") == 2)
        symlink(source, folder.path("link.db"))
        #expect(try status("--from", source, "--to", "link.db", contains: "into itself") == 2)
        #expect(try status("--from", source, "--to", "oracle://x", contains: "'oracle:'") == 2)
        try folder.write("notes.txt", "some text that is no database\n")
        #expect(try status("--from", source, "--to", "notes.txt", contains: "is not a Reelhouse warehouse") == 1)
        #expect(access(folder.path("copy.db"), F_OK) != 0)
        #expect(try Program.run("copy", "--from", source, "--to", "copy.db", in: folder).status == 0)
        #expect(try status("--from", source, "--to", "copy.db", contains: "is not empty") == 1)
    }
}

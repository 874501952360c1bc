import Foundation
import Servers
import TestSupport
import Testing

/// A compact that is killed before each of its steps: no line is lost, none is loaded twice, and the next one goes on.
@Suite(.serialized, .waits) struct CompactKillTests {
    /// Files of which one day has a compacted one already.
    private func made(_ database: CompactFixture.Database) throws -> CompactFixture {
        let fixture = try CompactFixture(database)
        try fixture.compact("--before", "2026-11-10")
        try fixture.write("e.ndjson", Array((CompactFixture.event(9, 9, user: 1) + "\n").utf8))
        try fixture.load()
        return fixture
    }

    /// Kills before one step, and what holds then.
    ///
    /// - Returns: false where the compact has fewer steps.
    private func killed(before step: Int, _ fixture: CompactFixture) throws -> Bool {
        let (before, lines) = (try fixture.state(), try fixture.lines())
        let process = try Program.start(
            ["compact", "in", "-w", fixture.warehouse, "--now", CompactFixture.now, "--die-before", String(step)],
            in: fixture.folder)
        let result = process.wait()
        guard result.isKilled else {
            #expect(result.status == 0, "\(result.errors)")
            return false
        }
        #expect(try fixture.lines() == lines, "before step \(step)")
        #expect(try fixture.load().read == 0, "before step \(step)")
        #expect(try fixture.state() == before, "before step \(step)")
        try fixture.compact()
        #expect(try fixture.lines() == lines, "after a kill before step \(step)")
        #expect(try fixture.state() == before)
        let names = fixture.folder.names(in: "in")
        #expect(
            names.allSatisfy { $0 == "below" || $0.hasPrefix("events-") } && !names.contains { $0.contains("original") }
        )
        _ = try fixture.load(into: "fresh.db")
        #expect(try fixture.digest("fresh.db") == before.digest, "after a kill before step \(step)")
        return true
    }

    @Test(arguments: CompactFixture.Database.possible)
    func beforeEachStep(_ database: CompactFixture.Database) throws {
        // The steps do not depend on the database, but for that which records; `make soak` tries all on both.
        let stride = database == .sqlite || LongTests.areOn ? 1 : 3
        let first = try made(database)
        var (step, kills) = (1, 0)
        while try killed(before: step, database == .sqlite ? CompactFixture(copying: first) : made(database)) {
            step += stride
            kills += 1
        }
        print("killed a compact \(kills) times, before its steps up to \(step - stride)")
        #expect(step > 20)
    }

    /// Defects that the checks must find: an original that goes before the new files are there, and a new file that gets its
    /// name before it is recorded.
    @Test func whatACarelessCompactWouldLeaveIsCaught() throws {
        let fixture = try CompactFixture()
        let (before, lines) = (try fixture.state(), try fixture.lines())
        let process = try Program.start(
            ["compact", "in", "-w", "w.db", "--now", CompactFixture.now, "--die-before", "6"], in: fixture.folder)
        #expect(process.wait().isKilled)
        let original = fixture.folder.read("in/a.ndjson")
        try FileManager.default.removeItem(atPath: fixture.folder.path("in/a.ndjson"))
        #expect(try fixture.lines() != lines)
        try fixture.write("a.ndjson", original)

        try fixture.compact()
        try Database.change(
            path: fixture.folder.path("w.db"), "DELETE FROM load_checkpoint WHERE source LIKE '%/events-2026%'")
        #expect(try fixture.load().read != 0)
        #expect(try fixture.state() != before)
    }

    @Test func aSignalStopsItWithoutATrace() throws {
        let fixture = try CompactFixture()
        let files = TemporaryFolder.files(below: fixture.folder.path("in"))
        let process = try Program.start(
            ["compact", "in", "-w", "w.db", "--now", CompactFixture.now], in: fixture.folder)
        process.send(SIGTERM)
        let result = process.wait()
        // It may have ended before the signal came.
        if result.status == 143 { #expect(TemporaryFolder.files(below: fixture.folder.path("in")) == files) }
        #expect([0, 143].contains(result.status) || result.isKilled)
        #expect(!fixture.folder.has("in/.compact.part") || result.isKilled)
    }

    @Test func aFullDiskLosesNothing() throws {
        let fixture = try CompactFixture()
        let (before, lines) = (try fixture.state(), try fixture.lines())
        // No file may become larger than a block: the first new file cannot be written.
        let result = try ChildProcess(
            "/bin/sh",
            [
                "-c", "trap '' XFSZ 2>/dev/null || trap '' 25; ulimit -f 0; exec \"$0\" \"$@\"", Program.path,
                "compact", "in",
                "-w", "w.db", "--now", CompactFixture.now,
            ], currentFolder: fixture.folder.path
        ).wait()
        #expect(result.status == 1, "\(result.output) \(result.errors)")
        #expect(try fixture.lines() == lines && !fixture.folder.has("in/.compact.part"))
        try fixture.expectSame(as: before)
        try fixture.compact()
        try fixture.expectSame(as: before)
    }
}

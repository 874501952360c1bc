import Foundation
import Servers
import TestSupport
import Testing

/// `reelhouse rebuild`: a warehouse from nothing from compacted files.
@Suite(.waits) struct RebuildCommandTests {
    private func rebuild(
        _ fixture: CompactFixture, _ arguments: [String], status: Int32 = 0
    ) throws -> (object: [String: Any], errors: String) {
        let result = try Program.start(
            [
                "rebuild", "--events", "in", "-w", fixture.warehouse, "--raw", "raw", "--now", CompactFixture.now,
                "--json",
            ]
                + arguments, in: fixture.folder
        ).wait()
        #expect(result.status == status, "\(arguments): \(result.output) \(result.errors)")
        return (result.output.isEmpty ? [:] : try Program.object(result.output), result.errors)
    }

    @Test(arguments: CompactFixture.Database.possible)
    func givesTheDigestOfTheOldOne(_ database: CompactFixture.Database) throws {
        let fixture = try CompactFixture(database)
        try fixture.compact()
        let before = try fixture.state()
        let result = try rebuild(fixture, ["--to", "new.db"]).object
        #expect(result["equal"] as? Bool == true && result["replaced"] is NSNull, "\(result)")
        #expect(try fixture.digest("new.db") == before.digest)
        #expect(try fixture.state() == before)
        // What is there is not written over, and a run on the new one has nothing to do.
        #expect(try rebuild(fixture, ["--to", "new.db"], status: 2).errors.contains("there is a warehouse"))
        #expect(try fixture.load(into: "new.db").read == 0)
    }

    @Test(.needsPostgreSQL) func goesToAnotherSchema() throws {
        let (fixture, other) = (try CompactFixture(), try CompactFixture(.postgreSQL))
        #expect(try rebuild(fixture, ["--to", other.warehouse + "_new"]).object["equal"] as? Bool == true)
        #expect(
            try rebuild(fixture, ["--to", other.warehouse + "_new"], status: 2).errors.contains("there is a warehouse"))
        let refused = try rebuild(other, ["--replace"], status: 2)
        #expect(refused.errors.contains("cannot be replaced in its place") && refused.errors.contains("--to"))
        let name = other.warehouse.split(separator: "=").last.map(String.init) ?? ""
        try PostgresDatabase(url: PostgresServer.shared().url(), schema: name + "_new").drop()
    }

    @Test func replacesTheOldOneWhenItIsWhole() throws {
        let fixture = try CompactFixture()
        try fixture.compact()
        let result = try rebuild(fixture, ["--replace", "--keep-old", "old.db"]).object
        #expect(result["replaced"] as? Bool == true)
        #expect(try fixture.digest() == fixture.expected && fixture.digest("old.db") == fixture.expected)
        #expect(try Database(path: fixture.folder.path("w.db")).integer("SELECT count(*) FROM load_run") == 1)
        #expect(try Database(path: fixture.folder.path("w.db")).rows("PRAGMA integrity_check") == ["ok"])
        #expect(try fixture.load().read == 0)
        #expect(!fixture.folder.names().contains { $0.hasPrefix(".") }, "\(fixture.folder.names())")
    }

    /// A warehouse without a write-ahead log looks like one whose first load is under way as soon as somebody writes to it.
    @Test func whatReplacesIsReadWhileItIsWrittenTo() throws {
        let fixture = try CompactFixture()
        #expect(try rebuild(fixture, ["--replace"]).object["replaced"] as? Bool == true)
        #expect(try Database(path: fixture.folder.path("w.db")).rows("PRAGMA journal_mode") == ["wal"])
        let writer = try Database(path: fixture.folder.path("w.db"), isWritable: true)
        try writer.execute("BEGIN EXCLUSIVE; UPDATE load_run SET warnings = warnings + 1")
        let status = try fixture.run("status", "-w", "w.db", "--json")
        #expect(try (Program.object(status.output)["runs"] as? [Any])?.count == 1, "\(status.errors)")
        try writer.execute("ROLLBACK")
    }

    @Test func theOldOneTakesNoOtherFilesName() throws {
        let fixture = try CompactFixture()
        let before = try fixture.state()
        try fixture.folder.write("old.db", "mine")
        let refused = try rebuild(fixture, ["--replace", "--keep-old", "old.db"], status: 2)
        #expect(refused.errors.contains("--keep-old names a file"), "\(refused.errors)")
        #expect(try fixture.folder.read("old.db") == Array("mine".utf8) && fixture.state() == before)
        #expect(!fixture.folder.names().contains { $0.hasPrefix(".") }, "\(fixture.folder.names())")
    }

    @Test func oneThatDiffersReplacesNothingUnlessForced() throws {
        let fixture = try CompactFixture()
        // An event that is in no file.
        let event = Array((CompactFixture.event(10, 70_000, user: 8) + "\n").utf8)
        let load = try Program.start(
            ["run", "-w", "w.db", "--raw", "raw", "--events", "-", "--now", CompactFixture.now], input: event,
            in: fixture.folder
        ).wait()
        #expect(load.status == 0)
        let before = try fixture.state()
        let result = try rebuild(fixture, ["--replace"], status: 3).object
        #expect(result["replaced"] as? Bool == false && result["equal"] as? Bool == false)
        #expect((result["different"] as? [String])?.contains("fact_user_event") == true)
        #expect(try fixture.state() == before && !fixture.folder.names().contains { $0.hasPrefix(".") })
        #expect(try rebuild(fixture, ["--replace", "--force"]).object["replaced"] as? Bool == true)
        #expect(try fixture.digest() == fixture.expected)
    }

    @Test func whoReadsOrWritesTheOldOneKeepsItThere() throws {
        let fixture = try CompactFixture()
        let before = try fixture.state()
        let descriptor = open(fixture.folder.path("w.db"), O_RDONLY | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        _ = try rebuild(fixture, ["--replace"], status: 4)
        close(descriptor)
        do {
            let reader = try Database(path: fixture.folder.path("w.db"))
            try reader.execute("BEGIN; SELECT count(*) FROM load_run")
            _ = try rebuild(fixture, ["--replace"], status: 4)
        }
        #expect(try fixture.state() == before)
        #expect(try rebuild(fixture, ["--replace"]).object["replaced"] as? Bool == true)
    }

    @Test func killedAtAnyMomentItLeavesTheOldOneOrTheNewOne() throws {
        let fixture = try CompactFixture()
        let clock = ContinuousClock()
        let start = clock.now
        _ = try rebuild(fixture, ["--replace"])
        let seconds = (clock.now - start) / .seconds(1)
        var kills = 0
        for _ in 0..<LongTests.rounds(12, long: 60) {
            let process = try Program.start(
                ["rebuild", "--events", "in", "-w", "w.db", "--raw", "raw", "--now", CompactFixture.now, "--replace"],
                in: fixture.folder)
            let end = clock.now + .milliseconds(Int(Double.random(in: 0...seconds) * 1000))
            while process.isRunning, clock.now < end { usleep(500) }
            process.send(SIGKILL)
            if process.wait().isKilled { kills += 1 }
            #expect(try fixture.digest() == fixture.expected)
            #expect(try fixture.load().read == 0)
        }
        print("killed a rebuild \(kills) times")
        _ = try rebuild(fixture, ["--replace"])
        #expect(!fixture.folder.names().contains { $0.hasPrefix(".") })
    }

    @Test func someDaysGiveTheirEventsAlone() throws {
        let fixture = try CompactFixture()
        #expect(
            try rebuild(fixture, ["--since", "2026-11-12", "--to", "p.db"], status: 1).errors.contains(
                "Compact the folder"))
        try fixture.compact()
        let result = try rebuild(fixture, ["--since", "2026-11-10", "--until", "2026-11-11", "--to", "part.db"]).object
        #expect(result["equal"] is NSNull)
        let days = "SELECT DISTINCT date(event_time / 1000, 'unixepoch') FROM fact_user_event ORDER BY 1"
        #expect(try Database(path: fixture.folder.path("part.db")).rows(days) == ["2026-11-10", "2026-11-11"])
    }

    @Test(arguments: [
        [], ["--to", "a.db", "--replace"], ["--replace", "--since", "2026-11-01"], ["--to", "a.db", "--force"],
        ["--to", "a.db", "--keep-old", "b.db"], ["--to", "a.db", "--since", "2026-11-02", "--until", "2026-11-01"],
    ])
    func wrongUsageIsToldBeforeAnythingIsDone(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let result = try Program.start(["rebuild"] + arguments, in: folder).wait()
        #expect(result.status == 2 && folder.names().isEmpty, "\(result.errors)")
    }
}

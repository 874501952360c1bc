import Foundation
import Servers
import TestSupport
import Testing

/// `reelhouse compact`, with both databases.
@Suite(.waits) struct CompactCommandTests {
    @Test(arguments: CompactFixture.Database.possible)
    func aFileADayGivesTheSameWarehouse(_ database: CompactFixture.Database) throws {
        let fixture = try CompactFixture(database)
        let (before, lines) = (try fixture.state(), try fixture.lines())
        let result = try fixture.compact()
        #expect(result["originals"] as? Int == 5, "\(result)")
        #expect(
            fixture.folder.names(in: "in") == [
                "events-2026-11-09.ndjson.zst", "events-2026-11-10.ndjson.zst", "events-2026-11-11.ndjson.zst",
                "events-2026-11-12.ndjson.zst", "events-undated.ndjson.zst",
            ])
        // Every line is there, byte for byte.
        #expect(try fixture.lines() == lines)
        try fixture.expectSame(as: before)
        #expect(result["read"] as? Int == (result["written"] as? Int ?? 0) + (result["duplicates"] as? Int ?? 0))
        #expect(result["conflicts"] as? Int == 2)
        // Nothing is left to do.
        #expect(try fixture.compact()["originals"] as? Int == 0)
        try fixture.expectSame(as: before)
    }

    @Test func linesOfADayAreSortedAndTheWinnerOfAConflictIsFirst() throws {
        let fixture = try CompactFixture()
        try fixture.compact()
        let bytes = try Compression.decode(fixture.folder.read("in/events-2026-11-10.ndjson.zst"))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        let times = lines.compactMap { $0.split(separator: "\"event_time\":").last?.prefix { $0.isNumber } }.map(
            String.init)
        #expect(times == times.sorted() && times.count == lines.count)
        let conflict = lines.filter { $0.contains("00000000002a") }
        #expect(conflict.count == 3 && conflict.first?.contains("\"user_id\":7") == true, "\(conflict)")
    }

    @Test(arguments: CompactFixture.Database.possible)
    func lateEventsAreMergedIntoTheirDays(_ database: CompactFixture.Database) throws {
        let fixture = try CompactFixture(database)
        try fixture.compact()
        let untouched = fixture.folder.read("in/events-2026-11-12.ndjson.zst")
        let late = [
            CompactFixture.event(10, 50_000, user: 3), CompactFixture.event(10, 5, user: 2, id: 42),
            CompactFixture.event(10, 3, user: 4), CompactFixture.event(8, 3, user: 4), "not json", "nor this",
        ]
        try fixture.write("late.ndjson", Array(late.map { $0 + "\n" }.joined().utf8))
        try fixture.load()
        let (before, lines) = (try fixture.state(), try fixture.lines())
        let result = try fixture.compact()
        #expect(result["days"] as? [String] == ["2026-11-08", "2026-11-10", "undated"])
        #expect(fixture.folder.read("in/events-2026-11-12.ndjson.zst") == untouched)
        #expect(try fixture.lines() == lines)
        #expect(try fixture.state() == before)
        #expect(try fixture.load().read == 0)
        _ = try fixture.load(into: "fresh.db")
        #expect(try fixture.digest("fresh.db") == before.digest)
        // A copy of an original that turns up again is known, and gives the same file once more.
        try fixture.write("again.ndjson", Array(late.map { $0 + "\n" }.joined().utf8))
        #expect(try fixture.load().read == 0)
        let bytes = fixture.folder.read("in/events-2026-11-10.ndjson.zst")
        try fixture.compact()
        #expect(!fixture.folder.has("in/again.ndjson"))
        #expect(fixture.folder.read("in/events-2026-11-10.ndjson.zst") == bytes)
    }

    /// Where the winner of a conflict stays in its file, so does the loser: a rebuild would meet it first.
    @Test(arguments: CompactFixture.Database.possible)
    func aLoserStaysWhereItsWinnerIsLeft(_ database: CompactFixture.Database) throws {
        let (winner, loser) = (
            CompactFixture.event(10, 5, user: 7, id: 42), CompactFixture.event(10, 5, user: 8, id: 42)
        )
        let other = CompactFixture.event(10, 9, user: 1)
        let fixture = try CompactFixture(database, files: [:])
        try fixture.write("f.ndjson", Array((winner + "\n").utf8), modified: "2026-11-28T11:00:00Z")
        try fixture.write("g.ndjson.zst", Compression.zstd.encode(Array((loser + "\n" + other + "\n").utf8)))
        try fixture.write(
            "h.ndjson.zst", Compression.zstd.encode(Array((CompactFixture.event(10, 8, user: 2) + "\n").utf8)))
        try fixture.load()
        let before = try fixture.state()
        let result = try fixture.compact()
        #expect(result["originals"] as? Int == 1)
        #expect(fixture.folder.names(in: "in") == ["events-2026-11-10.ndjson.zst", "f.ndjson", "g.ndjson.zst"])
        let left = (result["left"] as? [[String: String]] ?? []).map { "\($0["path"] ?? "") \($0["reason"] ?? "")" }
        #expect(left.contains { $0.contains("g.ndjson.zst") && $0.contains("lost") }, "\(left)")
        _ = try fixture.load(into: "fresh.db")
        #expect(try fixture.digest("fresh.db") == before.digest)
        // Where the winner's file is settled, all of them are compacted.
        #expect(try fixture.compact("--before", "2026-11-29")["originals"] as? Int == 2)
        _ = try fixture.load(into: "again.db")
        #expect(try fixture.digest("again.db") == before.digest)
    }

    /// What stays as it is, and what is said of it.
    @Test func whatMayNotBeCompactedIsLeftAndTold() throws {
        let fixture = try CompactFixture()
        let event = CompactFixture.event
        func text(_ lines: String...) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
        let damaged = try Compression.zstd.encode(text(event(10, 60, 3, nil, 1, "")))
        try fixture.write("cut.ndjson.zst", Array(damaged.dropLast(3)))
        try fixture.write("csv.ndjson", Array("a,b\n1,2\n".utf8))
        try fixture.write("long.ndjson", Array((String(repeating: "x", count: 17 << 20) + "\n").utf8))
        try fixture.write("today.ndjson", text(event(28, 60, 3, nil, 1, "")))
        try fixture.write("grown.ndjson", text(event(10, 61, 3, nil, 1, "")))
        try fixture.write("open.ndjson", text(event(10, 62, 3, nil, 1, "")), modified: "2026-11-28T11:00:00Z")
        try fixture.load()
        try fixture.write("grown.ndjson", text(event(10, 61, 3, nil, 1, ""), event(10, 64, 3, nil, 1, "")))
        try fixture.write("new.ndjson", text(event(10, 65, 3, nil, 1, "")))
        let result = try fixture.compact()
        let left = (result["left"] as? [[String: String]] ?? []).map { "\($0["path"] ?? "") \($0["reason"] ?? "")" }
        for (name, words) in [
            ("cut", "damaged"), ("csv", "another kind"), ("long", "16 MiB"), ("today", "2026-11-28"),
            ("grown", "grown"),
            ("open", "still grow"), ("new", "not loaded"),
        ] {
            #expect(left.contains { $0.contains(name) && $0.contains(words) }, "\(name): \(left)")
            #expect(fixture.folder.names(in: "in").contains { $0.hasPrefix(name) }, "\(name)")
        }
        #expect(left.count == 7 && result["originals"] as? Int == 5)
        // The next day they are compacted, where they can be.
        try fixture.load()
        let next = try fixture.compact("--before", "2026-11-29")
        #expect(next["originals"] as? Int == 4, "\(next)")
    }

    @Test func aCompactedFileThatThisWarehouseHasNotLoadedKeepsItsDay() throws {
        let fixture = try CompactFixture()
        try fixture.compact()
        let other = try CompactFixture(files: [
            "x.ndjson": Array((CompactFixture.event(10, 7, user: 3) + "\n").utf8),
            "y.ndjson": Array((CompactFixture.event(12, 7, user: 3) + "\n").utf8),
        ])
        let name = "events-2026-11-10.ndjson.zst"
        try other.write(name, fixture.folder.read("in/" + name))
        let result = try other.compact()
        #expect(result["days"] as? [String] == ["2026-11-12"])
        #expect(other.folder.read("in/" + name) == fixture.folder.read("in/" + name) && other.folder.has("in/x.ndjson"))
        try other.load()
        #expect(try other.compact()["days"] as? [String] == ["2026-11-10"])
    }

    @Test func aDryRunChangesNothing() throws {
        let fixture = try CompactFixture()
        let (files, before) = (TemporaryFolder.files(below: fixture.folder.path("in")), try fixture.state())
        let result = try fixture.compact("--dry-run")
        #expect(result["originals"] as? Int == 5 && result["dry_run"] as? Bool == true)
        #expect(TemporaryFolder.files(below: fixture.folder.path("in")) == files)
        try fixture.expectSame(as: before)
    }

    @Test func originalsCanBeKept() throws {
        let fixture = try CompactFixture()
        let files = try CompactFixture.files()
        try fixture.compact("--keep-originals", "kept")
        for (name, bytes) in files {
            let kept = name.hasPrefix("events-") ? "events-2026-11-11.original.ndjson.zst" : name
            #expect(name == "b.ndjson.gz" || fixture.folder.read("kept/" + kept) == bytes, "\(name)")
        }
        #expect(fixture.folder.has("kept/b.ndjson.gz"))
        let inside = try fixture.run("compact", "in", "-w", "w.db", "--keep-originals", "in/kept", status: 2)
        #expect(inside.errors.contains("lies within"))
    }

    /// The lock of a run is one of the warehouse's file, that of another compact one of the folder.
    @Test(arguments: ["w.db", "in"])
    func aRunAndACompactExcludeEachOther(_ name: String) throws {
        let fixture = try CompactFixture()
        let lines = try fixture.lines()
        let descriptor = open(fixture.folder.path(name), O_RDONLY | O_CLOEXEC)
        #expect(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        try fixture.compact(status: 4)
        close(descriptor)
        #expect(try fixture.lines() == lines)
        #expect(try fixture.compact()["originals"] as? Int == 5)
    }

    @Test func aWarehouseThatIsNotThereIsNotMade() throws {
        let fixture = try CompactFixture()
        let result = try Program.run("compact", "in", "-w", "missing.db", in: fixture.folder)
        #expect(result.status == 1 && result.errors.contains("no warehouse") && !fixture.folder.has("missing.db"))
        #expect(try fixture.run("compact", "nothing", "-w", "w.db", status: 1).errors.contains("no such file"))
    }

    @Test func anIdentityWithOtherContentOfALaterRunStaysTheLoser() throws {
        // The file that is named first is loaded last.
        let fixture = try CompactFixture(files: [
            "z.ndjson": Array((CompactFixture.event(10, 5, user: 7, id: 42) + "\n").utf8)
        ])
        try fixture.write("a.ndjson", Array((CompactFixture.event(10, 5, user: 1, id: 42) + "\n").utf8))
        try fixture.load()
        let before = try fixture.state()
        try fixture.compact()
        try fixture.expectSame(as: before)
    }
}

import Foundation
import TestSupport
import Testing

@testable import Servers

/// The laws of a compact, over random splits of dirty lines into files that arrive one after the other.
@Suite(.waits) struct CompactLawTests {
    /// Lines with all that may happen to an event: duplicates, conflicts, late ones, rejected ones of each kind, and odd ends of
    /// lines.
    private static func lines(_ random: inout some RandomNumberGenerator) -> [String] {
        (0..<400).map { number in
            let (day, second) = (Int.random(in: 9...12, using: &random), Int.random(in: 0..<300, using: &random))
            let user = Int.random(in: 1...5, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0: return "not json \(number % 3)"
            case 1: return CompactFixture.event(day, second, user: 0)
            case 2: return "{\"event_type\":\"view\",\"n\":\(number % 5)}"
            case 3: return CompactFixture.event(day, 7, user: user, id: 42)
            case 4: return CompactFixture.event(day, second, user: user) + "\r"
            case 5: return " "
            default: return CompactFixture.event(day, second, user: user)
            }
        }
    }

    /// Writes lines to some files of any compression.
    private static func write(
        _ lines: ArraySlice<String>, _ part: Int, to fixture: CompactFixture, _ random: inout some RandomNumberGenerator
    ) throws {
        let files = Int.random(in: 1...5, using: &random)
        var pieces = [[String]](repeating: [], count: files)
        for line in lines { pieces[Int.random(in: 0..<files, using: &random)].append(line) }
        for (number, piece) in pieces.enumerated() where !piece.isEmpty {
            let bytes = Array(piece.map { $0 + "\n" }.joined().utf8)
            let name = (number % 2 == 0 ? "" : "below/") + "part-\(part)-\(number).ndjson"
            switch Int.random(in: 0..<3, using: &random) {
            case 0: try fixture.write(name, bytes)
            case 1: try fixture.write(name + ".gz", Compression.gzip.encode(bytes))
            default: try fixture.write(name + ".zst", Compression.zstd.encode(bytes))
            }
        }
    }

    /// Whenever it is compacted, the warehouse and its counts stay, no line goes, and the files rebuild it.
    @Test(arguments: 0..<LongTests.rounds(2, long: 20))
    func anySplitAnyNumberOfTimes(_ round: Int) throws {
        var random = SystemRandomNumberGenerator()
        let lines = Self.lines(&random)
        let fixture = try CompactFixture(files: [:])
        let parts = Int.random(in: 2...4, using: &random)
        var compacts = 0
        for part in 0..<parts {
            let range = lines.count * part / parts..<lines.count * (part + 1) / parts
            try Self.write(lines[range], part, to: fixture, &random)
            try fixture.load()
            guard part == parts - 1 || Bool.random(using: &random) else { continue }
            let (before, there) = (try fixture.state(), try fixture.lines())
            let result = try fixture.compact()
            compacts += 1
            #expect(result["read"] as? Int == (result["written"] as? Int ?? 0) + (result["duplicates"] as? Int ?? 0))
            #expect(try fixture.load().read == 0)
            #expect(try fixture.state() == before, "compact \(compacts)")
            #expect(try fixture.lines() == there, "compact \(compacts)")
        }
        let digest = try fixture.digest()
        let rebuilt = try Program.start(
            [
                "rebuild", "-w", "w.db", "--to", "rebuilt.db", "--events", "in", "--raw", "raw", "--now",
                CompactFixture.now,
            ],
            in: fixture.folder
        ).wait()
        #expect(rebuilt.status == 0 || rebuilt.status == 3, "\(rebuilt.output) \(rebuilt.errors)")
        #expect(try fixture.digest("rebuilt.db") == digest)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "\(SmallDisk.whatToSet)"))
    func aFullDiskChangesNothingAndTheNextCompactGoesOn() throws {
        let fixture = try CompactFixture(files: [:])
        let disk = SmallDisk(.data, megabytes: 4)
        try disk.mount(below: fixture.folder.path, user: nil)
        defer { umount2(disk.folder(below: fixture.folder.path), Int32(MNT_DETACH)) }
        // What no compression makes small.
        let noise = (0..<9000).map { number in
            CompactFixture.event(
                10, number, user: 1,
                ",\"noise\":\"\((0..<6).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined())\"")
        }
        let bytes = try Compression.zstd.encode(Array(noise.map { $0 + "\n" }.joined().utf8))
        try fixture.folder.write("data/a.ndjson.zst", bytes)
        let load = [
            "run", "-w", "w.db", "--raw", "raw", "--events", "data", "--now", CompactFixture.now, "-q",
        ]
        #expect(try Program.start(load, in: fixture.folder).wait().status == 0)
        try disk.fill(below: fixture.folder.path)
        let compact = ["compact", "data", "-w", "w.db", "--now", CompactFixture.now, "--json"]
        let failed = try Program.start(compact, in: fixture.folder).wait()
        #expect(failed.status == 1 && failed.errors.contains("full"), "\(failed.status) \(failed.errors)")
        #expect(fixture.folder.names(in: "data").contains("a.ndjson.zst"))
        #expect(fixture.folder.names(in: "data").allSatisfy { !$0.hasPrefix("events-") && !$0.hasPrefix(".compact") })
        disk.makeRoom(below: fixture.folder.path)
        let done = try Program.start(compact, in: fixture.folder).wait()
        #expect(done.status == 0, "\(done.errors)")
        #expect(fixture.folder.names(in: "data") == ["events-2026-11-10.ndjson.zst"])
    }

    /// More lines than the sorter's memory, among them the longest that are allowed: the sorter merges runs, and memory stays
    /// bounded (contract, 5.5).
    @Test func memoryDoesNotGrowWithTheInput() throws {
        let fixture = try CompactFixture(files: [:])
        let long = String(repeating: "x", count: 15 << 20)
        let lines = (0..<12).map { CompactFixture.event(10, $0, user: 1, ",\"long\":\"\($0)\(long)\"") }
        for (number, line) in lines.enumerated() {
            try fixture.write("long-\(number).ndjson.zst", Compression.zstd.encode(Array((line + "\n").utf8)))
        }
        try fixture.load()
        let process = try Program.start(
            ["compact", "in", "-w", "w.db", "--now", CompactFixture.now, "--json"], in: fixture.folder)
        let (result, peak) = process.waitMeasuringMemory()
        #expect(result.status == 0, "\(result.errors)")
        print("a compact of \(lines.count * 15) MiB of long lines: peak memory \(peak >> 20) MiB")
        #expect(peak < 400 << 20)
        #expect(fixture.folder.names(in: "in") == ["events-2026-11-10.ndjson.zst"])
    }
}

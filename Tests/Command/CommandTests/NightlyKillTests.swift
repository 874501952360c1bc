import Foundation
import TestSupport
import Testing

/// A nightly that is killed over and over, at random moments: it goes on each time, and in the end all is as if it had not
/// been killed.
@Suite(.serialized, .waits) struct NightlyKillTests {
    private struct Sums: Equatable {
        var digest: String
        var runs: String
        var lines: [String]
    }

    private static func sums(in folder: TemporaryFolder, warehouse: String) throws -> Sums {
        let runs = try Program.start(
            [
                "query", "-w", warehouse, "-f", "csv",
                "SELECT sum(read), sum(accepted) + sum(duplicates), sum(rejected) FROM load_run",
            ], in: folder
        ).wait()
        #expect(runs.status == 0, "\(runs.errors)")
        return Sums(
            digest: try NightlyCommandTests.digest(warehouse, in: folder), runs: runs.output,
            lines: try eventLines(in: folder))
    }

    /// The distinct lines of all event files, sorted.
    private static func eventLines(in folder: TemporaryFolder) throws -> [String] {
        var lines: Set<String> = []
        for name in folder.names(in: "data/events") where !name.hasPrefix(".") {
            let text = try Compression.decode(folder.read("data/events/" + name))
            lines.formUnion(String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init))
        }
        return lines.sorted()
    }

    @Test func killedAtRandomMomentsItGoesOn() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try NightlyCommandTests.generate(into: folder)
        _ = try Program.run(
            "run", "-q", "-w", "plain.db", "--raw", "raw-plain", "--now", NightlyCommandTests.now, in: folder)
        let expected = try Self.sums(in: folder, warehouse: "plain.db")
        // How long it takes here and now.
        let whole = try TemporaryFolder(inMemory: true)
        try NightlyCommandTests.generate(into: whole)
        let begin = Date()
        _ = try NightlyCommandTests.nightly(in: whole)
        let milliseconds = max(50, Int(Date().timeIntervalSince(begin) * 1000))
        var kills = 0
        let most = LongTests.rounds(8, long: 100)
        for _ in 0..<4 * most where kills < most {
            let process = try Program.start(
                ["nightly", "--now", NightlyCommandTests.now, "--quiet", "--json"], in: folder)
            usleep(UInt32(Int.random(in: 0...milliseconds) * 1000))
            kill(process.process, SIGKILL)
            // One that was quicker is followed by a batch of its own.
            if !process.wait().isKilled { continue }
            kills += 1
            #expect(try Self.eventLines(in: folder) == expected.lines, "after kill \(kills)")
        }
        let batches = NightlyCommandTests.batches(try NightlyCommandTests.nightly(in: folder))
        for (task, outcome) in NightlyCommandTests.outcomes(batches.first) where task != "fetch" {
            #expect(outcome == "completed", "\(task)")
        }
        #expect(try Self.sums(in: folder, warehouse: "sqlite:warehouse.db") == expected)
        // A batch that was killed after its export makes a second one of the day.
        let snapshots = folder.names(in: "snapshots").filter { !$0.hasPrefix(".") }
        #expect(snapshots.count == 1)
        let verified = try Program.run("verify", "snapshots/" + (snapshots.first ?? ""), in: folder)
        #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
        print("killed a nightly \(kills) times")
    }
}

import Foundation
import TestSupport
import Testing

/// `reelhouse verify` and `prune` in folders that people and other programs have had their hands in.
@Suite(.waits) struct SnapshotCareTests {
    /// A folder with snapshots of some days of November 2026.
    private static func folder(_ days: [Int]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        let source = try GeneratedInput.shared.get().folder.path("expected.db")
        for day in days {
            let result = try Program.run(
                "export", "-w", source, "--tables", "genres", "--date", "2026-11-\(day)", "-q", in: folder)
            #expect(result.status == 0, "\(result.errors)")
        }
        return folder
    }

    /// A command that must not wait for anybody.
    private static func soon(_ arguments: String..., in folder: TemporaryFolder) throws -> ChildProcess.Result {
        let process = try Program.start(arguments, in: folder)
        let end = ContinuousClock.now + .seconds(300)
        while process.isRunning, .now < end { usleep(2000) }
        if process.isRunning { process.send(SIGKILL) }
        return process.wait()
    }

    private static func names(_ result: ChildProcess.Result, _ member: String) throws -> [String] {
        try Program.object(result.output)[member] as? [String] ?? []
    }

    // MARK: verify

    @Test func aPipeInASnapshotIsNotWaitedFor() throws {
        let folder = try Self.folder([27, 28])
        for name in ["28/genres.csv.zst", "27/manifest.json"] {
            unlink(folder.path("snapshots/2026-11-" + name))
            #expect(mkfifo(folder.path("snapshots/2026-11-" + name), 0o600) == 0)
        }
        let verified = try Self.soon("verify", in: folder)
        #expect(verified.status == 1 && verified.output.contains("genres.csv.zst is no regular file"))
        #expect(verified.output.contains("damaged snapshots/2026-11-27"), "\(verified.output)")
        let pruned = try Self.soon("prune", "--daily", "1", "--json", in: folder)
        #expect(try pruned.status == 3 && Self.names(pruned, "damaged").count == 2, "\(pruned.output)")
        #expect(folder.names(in: "snapshots") == ["2026-11-27", "2026-11-28"])
    }

    @Test func aDatabaseThatSomebodyReadsIsWhole() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let source = try GeneratedInput.shared.get().folder.path("expected.db")
        let made = try Program.run(
            "export", "-w", source, "--format", "sqlite", "--date", "2026-11-28", "-q", in: folder)
        #expect(made.status == 0, "\(made.errors)")
        let reader = try Database(path: folder.path("snapshots/2026-11-28/warehouse.db"), isWritable: true)
        #expect(try reader.integer("SELECT count(*) FROM movies") > 0)
        #expect(folder.has("snapshots/2026-11-28/warehouse.db-shm"), "\(folder.names(in: "snapshots/2026-11-28"))")
        let verified = try Program.run("verify", in: folder)
        #expect(verified.status == 0, "\(verified.output)")
        #expect(try reader.integer("SELECT 1") == 1)
    }

    @Test(arguments: ["other rows", "a table twice"]) func aManifestThatWasChangedIsDamage(_ change: String) throws {
        let folder = try Self.folder([28])
        let path = "snapshots/2026-11-28/manifest.json"
        let manifest = String(decoding: folder.read(path), as: UTF8.self)
        let tables = try #require(try Program.object(manifest)["tables"] as? [[String: Any]])
        let table = try #require(tables.first)
        let changed: String
        if change == "other rows" {
            let rows = try #require(table["rows"] as? Int)
            let place = try #require(manifest.range(of: "\"rows\": \(rows)"))
            changed = manifest.replacingCharacters(in: place, with: "\"rows\": \(rows + 1)")
        } else {
            let again = String(decoding: try JSONSerialization.data(withJSONObject: table), as: UTF8.self)
            changed = manifest.replacingOccurrences(of: "\"tables\": [", with: "\"tables\": [\(again), ")
        }
        try folder.write(path, changed)
        let verified = try Program.run("verify", in: folder)
        #expect(verified.status == 1 && verified.output.contains("the manifest "), "\(verified.output)")
    }

    @Test func aSnapshotWithoutAManifestIsDamagedAndStays() throws {
        let folder = try Self.folder([25, 26, 27, 28])
        try folder.write("snapshots/2026-11-28/manifest.json", "{\"format\": \"reelhouse-snapshot\", ")
        unlink(folder.path("snapshots/2026-11-27/manifest.json"))
        let verified = try Program.run("verify", "--json", in: folder)
        let found = try #require(Program.object(verified.output)["snapshots"] as? [[String: Any]])
        #expect(verified.status == 1 && found.map { $0["ok"] as? Bool } == [true, true, false, false], "\(found)")
        let pruned = try Program.run("prune", "--daily", "1", "--json", in: folder)
        #expect(pruned.status == 3, "\(pruned.errors)")
        #expect(try Self.names(pruned, "removed") == ["2026-11-25"])
        #expect(try Set(Self.names(pruned, "damaged")) == ["2026-11-27", "2026-11-28"])
        #expect(folder.names(in: "snapshots") == ["2026-11-26", "2026-11-27", "2026-11-28"])
    }

    @Test func allThatAreNamedAreVerified() throws {
        let folder = try Self.folder([27, 28])
        try folder.makeFolder("notes")
        let (good, bad) = ("snapshots/2026-11-27", "snapshots/2026-11-28")
        func verify(_ names: String...) throws -> (status: Int32, states: [String]) {
            let result = try Program.start(["verify"] + names, in: folder).wait()
            return (
                result.status,
                result.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map {
                    String($0.split(separator: ":").first ?? "")
                }
            )
        }
        let mixed = try verify("notes", good, "nowhere", "snapshots")
        #expect(mixed.status == 2, "\(mixed)")
        #expect(mixed.states == ["no snapshot notes", "ok \(good)", "no snapshot nowhere", "ok \(good)", "ok \(bad)"])
        #expect(try Program.run("verify", "nowhere", in: folder).status == 2)
        // A damaged one is worse than a wrong name.
        unlink(folder.path(bad + "/genres.csv.zst"))
        let worst = try verify("notes", bad, good)
        #expect(worst.status == 1 && worst.states == ["no snapshot notes", "damaged \(bad)", "ok \(good)"], "\(worst)")
        let json = try Program.object(Program.run("verify", "notes", good, "--json", in: folder).output)
        #expect(json["ok"] as? Bool == false && (json["snapshots"] as? [Any])?.count == 2)
    }

    // MARK: prune

    @Test(arguments: [["--daily", "0"], ["--weekly", "0", "--monthly", "0"]])
    func noneAtAllKeepsTheNewestGoodOne(_ rule: [String]) throws {
        let folder = try Self.folder([26, 27, 28])
        unlink(folder.path("snapshots/2026-11-28/genres.csv.zst"))
        let pruned = try Program.start(["prune", "--json"] + rule, in: folder).wait()
        #expect(try pruned.status == 3 && Self.names(pruned, "removed") == ["2026-11-26"], "\(pruned.output)")
        #expect(folder.names(in: "snapshots") == ["2026-11-27", "2026-11-28"])
    }

    @Test func aLinkIsNoSnapshotOfThisFolder() throws {
        let folder = try Self.folder([26, 27, 28])
        let manager = FileManager.default
        try manager.moveItem(atPath: folder.path("snapshots/2026-11-28"), toPath: folder.path("archived"))
        for (name, target) in [("2026-11-29", "../archived"), ("2026-11-01", "2026-11-26"), ("2026-11-02", "nowhere")] {
            try manager.createSymbolicLink(atPath: folder.path("snapshots/" + name), withDestinationPath: target)
        }
        let pruned = try Program.run("prune", "--daily", "1", "--json", in: folder)
        #expect(pruned.status == 0, "\(pruned.output) \(pruned.errors)")
        #expect(try Self.names(pruned, "removed") == ["2026-11-26"])
        #expect(folder.names(in: "snapshots") == ["2026-11-01", "2026-11-02", "2026-11-27", "2026-11-29"])
        #expect(folder.has("archived/manifest.json"))
    }

    /// The first of the two is a test's own lock, so that the second one surely meets it.
    @Test func aSecondPruneWaitsAndTakesWhatIsGoneForGone() throws {
        let folder = try Self.folder([26, 27, 28])
        let descriptor = open(folder.path("snapshots"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #expect(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let second = try Program.start(["prune", "--daily", "1", "--json"], in: folder)
        while second.isRunning, !second.errorsSoFar.contains("Waiting for another prune") { usleep(2000) }
        try FileManager.default.removeItem(atPath: folder.path("snapshots/2026-11-27"))
        close(descriptor)
        let result = second.wait()
        #expect(try result.status == 0 && Self.names(result, "removed") == ["2026-11-26"], "\(result.output)")
        #expect(folder.names(in: "snapshots") == ["2026-11-28"])
    }

    @Test func twoAtOnceRemoveEachOnce() throws {
        for _ in 0..<LongTests.rounds(2, long: 20) {
            let folder = try Self.folder(Array(20...28))
            let both = try (0..<2).map { _ in try Program.start(["prune", "--daily", "2", "--json"], in: folder) }
            let results = both.map { $0.wait() }
            #expect(results.allSatisfy { $0.status == 0 }, "\(results.map(\.errors)) \(results.map(\.output))")
            let removed = try results.flatMap { try Self.names($0, "removed") }
            #expect(removed.sorted() == (20...26).map { "2026-11-\($0)" })
            #expect(folder.names(in: "snapshots") == ["2026-11-27", "2026-11-28"])
        }
    }
}

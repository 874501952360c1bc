import Domain
import Testing

@testable import Files

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A snapshot's folder at each step of an export that ends there.
@Suite struct SnapshotFolderTests {
    private static let day: Int32 = 20_785

    /// The steps of an export, in order.
    enum Step: CaseIterable, Sendable {
        case begun, inAFile, fileEnded, manifestWritten
    }

    private static var manifest: SnapshotManifest {
        SnapshotManifest(day: day, started: 0, program: "", warehouse: "sqlite", form: SnapshotForm(.csv))
    }

    private static func write(_ text: String, to file: any SnapshotFileTarget) throws {
        try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    }

    private static func make(_ path: String) throws -> SnapshotFolder {
        try SnapshotFolder(path, day: day, protected: ProtectedPlaces())
    }

    /// Does the steps of an export up to one of them, and leaves what a kill would leave there: a copy, which has no lock.
    private static func killed(at step: Step, in folder: TemporaryFolder) throws -> String {
        let target = try make(folder.path("alive"))
        if step != .begun {
            let file = try target.begin("movies.csv.zst")
            try write("movie_id\n1\n", to: file)
            if step != .inAFile { _ = try file.finish(rows: 1) }
        }
        if step == .manifestWritten { try folder.write("text", Array(manifest.text.utf8)) }
        let staging = try #require(try folder.names(in: "alive").first)
        let left = "snapshots/\(staging)"
        try Folder.make(folder.path(left))
        for name in try folder.names(in: "alive/\(staging)") {
            try folder.write("\(left)/\(name)", folder.read("alive/\(staging)/\(name)"))
        }
        if step == .manifestWritten { try folder.write("\(left)/manifest.json", folder.read("text")) }
        return left
    }

    @Test(arguments: Step.allCases)
    func whatAKillLeavesIsNoSnapshotAndIsSwept(_ step: Step) throws {
        let folder = try TemporaryFolder()
        let left = try Self.killed(at: step, in: folder)
        #expect(try SnapshotFolder.names(in: folder.path("snapshots")) == [])
        // No search for input finds anything in it.
        #expect(try FileDiscovery.find([folder.path("snapshots")]).files.isEmpty)
        let next = try Self.make(folder.path("snapshots"))
        #expect(try !folder.names(in: "snapshots").contains(String(left.dropFirst("snapshots/".count))))
        let (path, wasThere) = try next.publish(Self.manifest)
        #expect(path == folder.path("snapshots/2026-11-28") && !wasThere)
        #expect(try folder.names(in: "snapshots") == ["2026-11-28"])
    }

    @Test func aLivingExportIsNotSwept() throws {
        let folder = try TemporaryFolder()
        let first = try Self.make(folder.path("s"))
        let file = try first.begin("movies.csv.zst")
        let second = try Self.make(folder.path("s"))
        #expect(try folder.names(in: "s").count == 2)
        #expect(try second.publish(Self.manifest).path == folder.path("s/2026-11-28"))
        try Self.write("movie_id\n", to: file)
        var manifest = Self.manifest
        manifest.tables = [SnapshotTable(MovieTables.movies)]
        manifest.tables[0].file = try file.finish(rows: 0)
        #expect(try first.publish(manifest).path == folder.path("s/2026-11-28-2"))
        #expect(try folder.names(in: "s") == ["2026-11-28", "2026-11-28-2"])
    }

    @Test func withoutAPublishedSnapshotNothingStays() throws {
        let folder = try TemporaryFolder()
        do {
            let target = try Self.make(folder.path("new/s"))
            _ = try target.begin("movies.csv.zst")
            target.discard()
        }
        #expect(try folder.names() == [])
    }

    /// The greatest number of a day is the newest snapshot, also where an earlier one was removed.
    @Test func aRemovedNameIsNotTakenAgain() throws {
        let folder = try TemporaryFolder()
        let forms = [SnapshotForm(.csv), SnapshotForm(.csv, hasMark: true), SnapshotForm(.ndjson)]
        for (number, form) in forms.enumerated() {
            let manifest = SnapshotManifest(day: Self.day, started: 0, program: "", warehouse: "sqlite", form: form)
            _ = try Self.make(folder.path("s")).publish(manifest)
            if number == 1 { #expect(try SnapshotFolder.prune("2026-11-28", in: folder.path("s")) == .removed) }
        }
        #expect(try folder.names(in: "s") == ["2026-11-28-2", "2026-11-28-3"])
    }

    @Test func whatAnExportReadsIsNotPruned() throws {
        let folder = try TemporaryFolder()
        _ = try Self.make(folder.path("s")).publish(Self.manifest)
        var held: SnapshotFolderSource? = try SnapshotFolderSource(folder.path("s/2026-11-28"), isHeld: true)
        #expect(try SnapshotFolder.prune("2026-11-28", in: folder.path("s")) == .inUse)
        #expect(held?.name == "2026-11-28")
        held = nil
        #expect(try SnapshotFolder.prune("2026-11-28", in: folder.path("s")) == .removed)
        #expect(try folder.names(in: "s") == [])
        // Somebody else was quicker.
        #expect(try SnapshotFolder.prune("2026-11-28", in: folder.path("s")) == .gone)
    }

    /// What an earlier prune was about to remove when it was killed is removed by the next one.
    @Test func whatAKilledPruneLeftDoesNotStayInTheWay() throws {
        let folder = try TemporaryFolder()
        _ = try Self.make(folder.path("s")).publish(Self.manifest)
        try folder.write("s/.pruned.2026-11-28.part/movies.csv.zst", [1])
        #expect(try SnapshotFolder.prune("2026-11-28", in: folder.path("s")) == .removed)
        #expect(try folder.names(in: "s") == [])
    }
}

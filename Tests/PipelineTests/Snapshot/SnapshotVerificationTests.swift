import Domain
import Files
import Fixtures
import Pipeline
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `verify` finds.
@Suite struct SnapshotVerificationTests {
    private static func exported(_ form: SnapshotForm = SnapshotForm(.csv)) throws -> (SnapshotFixture, String) {
        let fixture = try SnapshotFixture()
        let warehouse = try LawWarehouse(.sqlite)
        let sources = try PublishedInput(try LawInput.generated(seed: 31, events: 200), Sources.all[0])
        try warehouse.run(movies: sources.movies, events: sources.events)
        let report = try fixture.export(warehouse, form)
        return (fixture, report.path)
    }

    @Test(arguments: ["missing", "shorter", "other byte", "stray file"])
    func aChangedFileIsFound(_ change: String) throws {
        let (fixture, path) = try Self.exported()
        #expect(try fixture.faults(path) == [])
        let name = "snapshots/2026-11-28/movies.csv.zst"
        var bytes = fixture.folder.read(name)
        switch change {
        case "missing": unlink(fixture.folder.path(name))
        case "shorter": try fixture.folder.write(name, Array(bytes.dropLast()))
        case "stray file": try fixture.folder.write("snapshots/2026-11-28/notes.txt", "x")
        default:
            bytes[bytes.count / 2] ^= 1
            try fixture.folder.write(name, bytes)
        }
        let faults = try fixture.faults(path)
        #expect(faults.count == 1 && faults[0].contains(change == "stray file" ? "notes.txt" : "movies.csv.zst"))
    }

    /// Changes of the manifest, which the files do not follow.
    @Test(arguments: [
        (#""type": "integer""#, #""type": "date""#, "columns and types"),
        (#""type": "real""#, #""type": "integer""#, "columns and types"),
        (#""nullable": true"#, #""nullable": false"#, "columns and types"),
        (#""name": "overview""#, #""name": "summary""#, "does not name the columns"),
        (#""rows": "#, #""rows": 1"#, "rows, and the manifest says"),
        (#""digest": ""#, #""digest": "0"#, "digest"),
        (#""content_sha256": ""#, #""content_sha256": "0"#, "content of"),
    ])
    func aChangedManifestIsFound(_ old: String, _ new: String, _ words: String) throws {
        let (fixture, path) = try Self.exported()
        let name = "snapshots/2026-11-28/manifest.json"
        let text = String(decoding: fixture.folder.read(name), as: UTF8.self)
        #expect(text.contains(old))
        try fixture.folder.write(name, text.replacing(old, with: new))
        let faults = try fixture.faults(path)
        #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }

    @Test func aManifestThatCannotBeReadIsDamage() throws {
        let (fixture, path) = try Self.exported()
        let name = "snapshots/2026-11-28/manifest.json"
        try fixture.folder.write(name, Array(fixture.folder.read(name).dropLast(9)))
        #expect { try fixture.faults(path) } throws: { if case SnapshotError.damaged = $0 { true } else { false } }
        unlink(fixture.folder.path(name))
        #expect(throws: SnapshotError.noSnapshot(path: path)) { try fixture.faults(path) }
    }

    @Test func aChangedWarehouseIsFound() throws {
        let (fixture, path) = try Self.exported(SnapshotForm(.sqlite))
        try Database.change(
            path: path + "/warehouse.db", "PRAGMA journal_mode = DELETE; DELETE FROM trending WHERE position = 1")
        #expect(try fixture.faults(path).contains { $0.contains("warehouse.db") })
    }
}

import Domain
import Files
import Fixtures
import Foundation
import Pipeline
import TestSupport
import Testing

/// Snapshots of all kinds of warehouses.
@Suite struct SnapshotExportTests {
    private static func loaded(_ kind: WarehouseKind, seed: UInt64 = 21) throws -> LawWarehouse {
        let warehouse = try LawWarehouse(kind)
        try load(warehouse, seed: seed)
        return warehouse
    }

    private static func load(_ warehouse: LawWarehouse, seed: UInt64) throws {
        let sources = try PublishedInput(
            try LawInput.generated(seed: seed, events: 900), Sources.all[0], named: "s\(seed)")
        try warehouse.run(movies: sources.movies, events: sources.events)
    }

    @Test(arguments: [SnapshotFormat.csv, .ndjson])
    func itIsTheSameBytesFromEachDatabase(_ format: SnapshotFormat) throws {
        let fixture = try SnapshotFixture()
        var contents: [[String: String]] = []
        for kind in Warehouses.present {
            let warehouse = try Self.loaded(kind)
            // When a run began is not the same in both.
            let report = try fixture.export(warehouse, SnapshotForm(format), tables: AllTables.content)
            #expect(report.manifest.tables.first { $0.name == "fact_user_event" }?.rows ?? 0 > 300)
            #expect(try fixture.faults(report.path) == [])
            let digest = try warehouse.fixture.reader().digest()
            var total = TableDigest()
            for (table, digest) in digest { total.add(digest, named: table) }
            #expect(report.manifest.digest == total.text)
            contents.append(
                Dictionary(
                    uniqueKeysWithValues: report.manifest.tables.map { ($0.name, $0.file?.contentSHA256 ?? "") }))
        }
        #expect(contents[0].count == AllTables.content.count)
        for other in contents { #expect(other == contents[0]) }
    }

    @Test(arguments: CopyPair.all, [SnapshotFormat.csv, .ndjson])
    func reloadedItHasTheSameDigest(_ pair: CopyPair, _ format: SnapshotFormat) throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(pair.source)
        let report = try fixture.export(warehouse, SnapshotForm(format))
        var outline = CopyOutline()
        try warehouse.fixture.copySource().read { outline = $0.outline }
        (outline.indexes, outline.lastRejectedID) = ([], 0)
        let other = try LawWarehouse(pair.target, hasTables: false)
        try fixture.reload(report.path, into: other, outline: outline)
        #expect(try other.digest() == warehouse.digest())
    }

    @Test(arguments: Warehouses.present)
    func asOneFileItIsAWarehouse(_ kind: WarehouseKind) throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(kind)
        let report = try fixture.export(warehouse, SnapshotForm(.sqlite))
        #expect(fixture.folder.names(in: "snapshots/2026-11-28") == ["manifest.json", "warehouse.db"])
        #expect(try fixture.faults(report.path) == [])
        // Reading it has left it as it was.
        #expect(try fixture.faults(report.path) == [])
        #expect(report.manifest.lastRun?.outcome == "completed")
        // The same rows once more are no other snapshot.
        #expect(try fixture.export(warehouse, SnapshotForm(.sqlite)).wasThere)
    }

    @Test(arguments: Warehouses.present)
    func nothingNewIsNoOtherSnapshot(_ kind: WarehouseKind) throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(kind)
        let first = try fixture.export(warehouse)
        let again = try fixture.export(warehouse)
        #expect(again.wasThere && again.path == first.path)
        try Self.load(warehouse, seed: 22)
        let second = try fixture.export(warehouse)
        #expect(!second.wasThere && second.path == first.path + "-2")
        // A damaged one is not the same.
        let file = "snapshots/2026-11-28-2/ratings.csv.zst"
        try fixture.folder.write(file, Array(fixture.folder.read(file).dropLast()))
        #expect(try fixture.export(warehouse).path == first.path + "-3")
        #expect(fixture.folder.names(in: "snapshots") == ["2026-11-28", "2026-11-28-2", "2026-11-28-3"])
    }

    @Test(arguments: Warehouses.present, [SnapshotFormat.csv, .ndjson])
    func changesMakeTheLaterSnapshotOfTheEarlierOne(_ kind: WarehouseKind, _ format: SnapshotFormat) throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(kind)
        let form = SnapshotForm(format)
        let before = try fixture.export(warehouse, form)
        try Self.load(warehouse, seed: 23)
        let database = try warehouse.fixture.database()
        try database.execute("DELETE FROM comment_votes WHERE user_id = (SELECT min(user_id) FROM comment_votes)")
        let changes = try fixture.export(warehouse, form, since: before.path)
        let after = try fixture.export(warehouse, form)
        #expect(try fixture.faults(changes.path) == [])
        #expect(changes.manifest.base?.name == "2026-11-28")
        let votes = try #require(changes.manifest.tables.first { $0.name == "comment_votes" })
        #expect(votes.removed?.rows ?? 0 > 0)
        #expect(changes.manifest.tables.contains { ($0.file?.rows ?? 0) > 0 && ($0.file?.rows ?? 0) < $0.rows })
        #expect(try Self.applied(fixture, before.path, changes.path) == Self.keyed(fixture, after.path))
        // Without changes there is nothing in it.
        let none = try fixture.export(warehouse, form, since: after.path)
        #expect(none.manifest.tables.allSatisfy { $0.file?.rows == 0 && $0.removed == nil })
    }

    /// The lines of each table by their keys.
    private static func keyed(_ fixture: SnapshotFixture, _ path: String) throws -> [String: [[UInt8]: String]] {
        let manifest = try SnapshotFolderSource(path).manifest
        let lines = try fixture.lines(path)
        var all: [String: [[UInt8]: String]] = [:]
        for table in manifest.tables {
            for line in try lines[#require(table.file).name] ?? [] {
                all[table.name, default: [:]][try key(line, try #require(table.declaration), manifest.form)] = line
            }
        }
        return all
    }

    private static func key(_ line: String, _ table: Table, _ form: SnapshotForm) throws -> [UInt8] {
        let rows = RowSet(table)
        let isRead = Array(line.utf8).withUnsafeBytes { SnapshotRowReader(table, form).read($0, into: rows) }
        try #require(isRead, "\(line)")
        let bytes = ByteBuffer()
        // The key alone is the same in the row and among the removed ones.
        SnapshotKey(table).append(rows[0], of: rows, to: bytes)
        return Array(bytes.bytes)
    }

    private static func applied(
        _ fixture: SnapshotFixture, _ before: String, _ changes: String
    ) throws -> [String: [[UInt8]: String]] {
        var all = try keyed(fixture, before)
        let manifest = try SnapshotFolderSource(changes).manifest
        let lines = try fixture.lines(changes)
        for table in manifest.tables {
            if let removed = table.removed {
                for line in lines[removed.name] ?? [] {
                    let key = try key(line, try #require(table.declarationOfRemoved), manifest.form)
                    #expect(all[table.name]?.removeValue(forKey: key) != nil)
                }
            }
        }
        for (name, rows) in try keyed(fixture, changes) {
            all[name, default: [:]].merge(rows) { $1 }
        }
        return all.filter { !$0.value.isEmpty }
    }

    @Test func whatCannotBeComparedIsRefused() throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(.sqlite)
        let csv = try fixture.export(warehouse)
        let json = try fixture.export(warehouse, SnapshotForm(.ndjson))
        let secret = try fixture.export(warehouse, key: "0123456789abcdef")
        let changes = try fixture.export(warehouse, since: csv.path)
        let marked = try fixture.export(warehouse, SnapshotForm(.csv, hasMark: true))
        for other in [json, secret, changes, marked] {
            #expect(throws: SnapshotError.self) { try fixture.export(warehouse, since: other.path) }
        }
        #expect(throws: SnapshotError.self) {
            try fixture.export(warehouse, since: secret.path, key: "0123456789abcdeX")
        }
        let names = fixture.folder.names(in: "snapshots")
        #expect(names == ["2026-11-28"] + (2...5).map { "2026-11-28-\($0)" })
        // A damaged base is noticed.
        let file = "snapshots/2026-11-28/ratings.csv.zst"
        try fixture.folder.write(file, Array(fixture.folder.read(file).dropLast(3)))
        #expect(throws: SnapshotError.self) { try fixture.export(warehouse, since: csv.path) }
        #expect(fixture.folder.names(in: "snapshots") == names)
    }

    @Test(arguments: Warehouses.present)
    func whatIsLoadedMeanwhileIsNotInIt(_ kind: WarehouseKind) throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(kind)
        let before = try warehouse.digest()
        var isLoaded = false
        let report = try fixture.export(
            warehouse, tables: AllTables.content,
            progress: { progress in
                guard progress.rows > 0, !isLoaded else { return }
                isLoaded = true
                do { try Self.load(warehouse, seed: 24) } catch { Issue.record(error) }
            })
        #expect(isLoaded)
        for table in report.manifest.tables { #expect(table.digest == before[table.name]?.text, "\(table.name)") }
        #expect(try warehouse.digest() != before)
        #expect(try fixture.faults(report.path) == [])
        // What the log of a SQLite file grew by is told, and may be limited.
        #expect(kind.name == "SQLite" ? report.logGrowth ?? 0 > 0 : report.logGrowth == nil)
        guard kind.name == "SQLite" else { return }
        isLoaded = false
        #expect {
            try fixture.export(
                warehouse, day: 20_786, logLimit: 1,
                progress: { progress in
                    guard progress.rows > 0, !isLoaded else { return }
                    isLoaded = true
                    do { try Self.load(warehouse, seed: 25) } catch { Issue.record(error) }
                })
        } throws: { error in
            if case SnapshotError.logTooLong = error { true } else { false }
        }
        #expect(fixture.folder.names(in: "snapshots") == ["2026-11-28"])
    }

    @Test(arguments: Warehouses.present)
    func pseudonymsHideWhoItWas(_ kind: WarehouseKind) throws {
        let fixture = try SnapshotFixture()
        let warehouse = try Self.loaded(kind)
        let open = try fixture.export(warehouse)
        let secret = try fixture.export(warehouse, key: "0123456789abcdef")
        #expect(try fixture.faults(secret.path) == [])
        #expect(secret.manifest.digest == nil && secret.manifest.form.pseudonymKey != nil)
        let (before, after) = (try fixture.lines(open.path), try fixture.lines(secret.path))
        for (name, lines) in before { #expect(after[name]?.count == lines.count, "\(name)") }
        func first(of name: String, _ lines: [String: [String]]) -> [String] {
            (lines[name] ?? []).map { line in line.split(separator: ",").first.map(String.init) ?? "" }
        }
        let users = first(of: "users.csv.zst", before)
        let sessions = try warehouse.rows("SELECT session_id FROM dim_session")
        let events = (before["ratings.csv.zst"] ?? []).map { line in String(line.dropLast().suffix(36)) }
        #expect(users.count > 20 && sessions.count > 20 && events.count > 20)
        for (name, lines) in after where BehaviourTables.all.contains(where: { $0.name + ".csv.zst" == name }) {
            let text = lines.joined()
            for hidden in sessions + events { #expect(!text.contains(hidden), "\(name) \(hidden)") }
        }
        // The order tells nothing, and the same user has one pseudonym in all tables.
        let pseudonyms = try Pseudonyms(key: "0123456789abcdef")
        let expected = users.map { user in
            String(decoding: Self.pseudonym(pseudonyms, Int64(user) ?? 0), as: UTF8.self)
        }
        let found = first(of: "users.csv.zst", after)
        #expect(found == expected.sorted() && found != expected)
        let columns = secret.manifest.tables.first { $0.name == "comments" }?.columns.map(\.name) ?? []
        #expect(columns.contains("comment_id") && !columns.contains("body") && !columns.contains("body_reference"))
        // Once more it is the same.
        #expect(try fixture.export(warehouse, key: "0123456789abcdef").wasThere)
        // What changed is found by pseudonyms too.
        try Self.load(warehouse, seed: 26)
        let changes = try fixture.export(warehouse, since: secret.path, key: "0123456789abcdef")
        let whole = try fixture.export(warehouse, key: "0123456789abcdef")
        #expect(try fixture.faults(changes.path) == [])
        #expect(try Self.applied(fixture, secret.path, changes.path) == Self.keyed(fixture, whole.path))
    }

    private static func pseudonym(_ pseudonyms: Pseudonyms, _ user: Int64) -> [UInt8] {
        let rows = RowSet(BehaviourTables.users)
        rows.append([.integer(user), .timestamp(0), .timestamp(0)])
        let shape = SnapshotShape(BehaviourTables.users, pseudonyms)
        let shaped = RowSet(shape.table)
        shape.append(rows[0], of: rows, to: shaped)
        return Array(shaped.bytes(shaped[0], cell: shape.table.cells[0]))
    }
}

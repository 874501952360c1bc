import Domain
import Foundation
import Testing

@testable import SQLite

/// A first load was killed while it wrote to the file. Whatever opens the file next undoes the transaction with the
/// journal.
@Suite struct CutOffTransactionTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("cut.db") }

    enum Next: CaseIterable, Sendable { case run, migration, reader }

    private static func counts(_ lines: Int64) -> LineCounts {
        var counts = LineCounts()
        counts.read = lines
        counts.accepted = lines
        return counts
    }

    init() throws { folder = try TemporaryFolder() }

    /// Creates a warehouse with one committed run and a half-written transaction of a second one.
    private func cutOff() throws {
        let warehouse = try SQLiteWarehouse(path: folder.file("w.db"))
        var run = try warehouse.beginRun(at: 1, as: .bounded)
        run.counts = Self.counts(1)
        try warehouse.begin()
        try warehouse.save(LedgerChanges(run: run))
        try warehouse.commit()
        try warehouse.begin()
        run.counts = Self.counts(77)
        try warehouse.save(LedgerChanges(run: run))
        try warehouse.connection.execute(
            "INSERT INTO genres (genre_id, name, snapshot_date) VALUES (1, 'x', '2026-01-01')")
        try warehouse.connection.flushCache()
        for suffix in ["", "-journal"] {
            try FileManager.default.copyItem(atPath: folder.file("w.db" + suffix), toPath: path + suffix)
        }
    }

    /// Creates a database whose switch to a write-ahead log was killed before the journal was removed.
    private func cutOffChangeOfMode() throws {
        do {
            let warehouse = try SQLiteWarehouse(path: path)
            var run = try warehouse.beginRun(at: 1, as: .bounded)
            run.counts = Self.counts(1)
            try warehouse.begin()
            try warehouse.save(LedgerChanges(run: run))
            try warehouse.commit()
        }
        var file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let pageSize = 16_384
        #expect(file[16] == 0x40 && file[17] == 0, "another page size")
        // https://sqlite.org/fileformat2.html#the_rollback_journal
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        let page = Array(file[..<pageSize])
        let sum = stride(from: pageSize - 200, to: 0, by: -200).reduce(0) { $0 + Int(page[$1]) }
        var journal: [UInt8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]
        journal += word(1) + word(0) + word(file.count / pageSize) + word(512) + word(pageSize)
        journal += [UInt8](repeating: 0, count: 512 - journal.count)
        journal += word(1) + page + word(sum)
        file[18] = 2
        file[19] = 2
        try Data(file).write(to: URL(fileURLWithPath: path))
        try Data(journal).write(to: URL(fileURLWithPath: path + "-journal"))
    }

    private func expectUndone(by next: Next) throws {
        switch next {
        case .run:
            let warehouse = try SQLiteWarehouse(path: path)
            #expect(try warehouse.beginRun(at: 9, as: .bounded).id == 2)
            #expect(try rows(warehouse.connection, "SELECT read, outcome FROM load_run") == [["1", "interrupted"]])
            #expect(try #require(try DatabaseHeader(path: path)).usesLog == false)
            warehouse.endRun()
        case .migration: _ = try SQLiteWarehouse(path: path).migrate(at: 9)
        case .reader: #expect(try SQLiteReader(path: path, asOwner: true).faults() == [])
        }
        let reader = try SQLiteReader(path: path, asOwner: true)
        #expect(try reader.runs(limit: 9).map(\.counts.read) == [1])
        #expect(try reader.faults() == [])
        #expect(try #require(try DatabaseHeader(path: path)).usesLog == (next != .reader))
        #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
    }

    @Test(arguments: Next.allCases) func whatWasCutOffIsUndone(_ next: Next) throws {
        try cutOff()
        try expectUndone(by: next)
    }

    @Test(arguments: Next.allCases) func aChangeOfModeThatWasCutOffIsUndone(_ next: Next) throws {
        try cutOffChangeOfMode()
        try expectUndone(by: next)
    }

    /// Without its journal the same file is damaged, which proves that the checks above would notice it.
    @Test func withoutItsJournalItWouldNotBe() throws {
        try cutOff()
        try FileManager.default.removeItem(atPath: path + "-journal")
        let reader = try SQLiteReader(path: path, asOwner: true)
        #expect(try reader.runs(limit: 9).map(\.counts.read) != [1])
    }

    @Test func whoMayNotWriteIsToldWhatToDo() throws {
        for make in [cutOff, cutOffChangeOfMode] {
            for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: folder.file("w.db" + suffix)) }
            try make()
            let error = try #require(throws: SQLiteFileError.self) { try SQLiteReader(path: path, asOwner: false) }
            guard case .journalNotReadable(path) = error else { throw error }
            #expect(error.description.contains(path + "-journal") && error.hint.contains("reelhouse migrate"))
            _ = try SQLiteWarehouse(path: path).migrate(at: 9)
            #expect(try SQLiteReader(path: path, asOwner: false).runs(limit: 9).map(\.counts.read) == [1])
        }
    }
}

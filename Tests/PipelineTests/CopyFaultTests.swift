import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// A copy that fails, is stopped or is refused leaves its target as it was.
@Suite struct CopyFaultTests {
    private static let shared = Shared<String, LoadedLines>()

    /// A loaded warehouse of a kind. Tests only read it.
    private final class LoadedLines: @unchecked Sendable {
        // Each use opens connections of its own, and the fixture itself does not change.
        let warehouse: LawWarehouse

        init(_ kind: WarehouseKind) throws {
            warehouse = try LawWarehouse(kind, hasTables: false)
            let sources = try PublishedInput(try LawInput.generated(seed: 6, events: 300), Sources.all[0])
            try warehouse.run(movies: sources.movies, events: sources.events)
        }
    }

    private static func loaded(_ kind: WarehouseKind) throws -> LawWarehouse {
        try shared.value(of: kind.name) { try LoadedLines(kind) }.warehouse
    }

    @Test(arguments: Warehouses.present, FaultyCopyTarget.Fault.allCases)
    func aFaultKeepsNothing(_ kind: WarehouseKind, _ fault: FaultyCopyTarget.Fault) throws {
        let source = try Self.loaded(Warehouses.all[0])
        let copy = try LawWarehouse(kind, hasTables: false)
        #expect {
            try source.copy(to: copy, through: { FaultyCopyTarget($0, fault) })
        } throws: { error in
            if fault != .lostRows { return error is FaultyCopyTarget.Failure }
            guard case .differs(_, _, let tables) = error as? CopyError else { return false }
            return tables == FaultyCopyTarget.tablesWithLoss
        }
        #expect(try copy.fixture.isUntouched())
        try source.copy(to: copy)
        #expect(try copy.digest() == source.digest())
    }

    @Test(arguments: Warehouses.present, [CopyProgress.Phase.preparing, .copying, .indexing, .comparing, .committing])
    func aStopKeepsNothing(_ kind: WarehouseKind, _ phase: CopyProgress.Phase) throws {
        let source = try Self.loaded(Warehouses.all[0])
        let copy = try LawWarehouse(kind, hasTables: false)
        let stop = StopSignal()
        #expect {
            try source.copy(
                to: copy, stop: stop,
                progress: { progress in
                    if progress.phase == phase, phase != .copying || progress.rows > 500 { stop.request(.interrupt) }
                })
        } throws: { error in
            guard case .stopped = error as? CopyError else { return false }
            return true
        }
        #expect(try copy.fixture.isUntouched())
        try source.copy(to: copy)
    }

    @Test(arguments: Warehouses.present)
    func aTargetWithRowsIsRefused(_ kind: WarehouseKind) throws {
        let source = try Self.loaded(Warehouses.all[0])
        let copy = try LawWarehouse(kind, hasTables: false)
        try CopyQuarantine.add([CopyQuarantine.rejection(1, raw: [1])], to: copy)
        let before = try copy.allRows()
        #expect {
            try source.copy(to: copy)
        } throws: { error in
            guard case .notEmpty = error as? CopyError else { return false }
            return true
        }
        #expect(try copy.allRows() == before)
    }

    @Test(arguments: Warehouses.present)
    func aWarehouseIsNotCopiedIntoItself(_ kind: WarehouseKind) throws {
        let source = try Self.loaded(kind)
        let before = try source.allRows()
        #expect {
            try source.copy(to: source)
        } throws: { error in
            guard case .itself = error as? CopyError else { return false }
            return true
        }
        #expect(try source.allRows() == before)
    }

    @Test(arguments: Warehouses.present)
    func anOlderOrNewerSchemaIsRefused(_ kind: WarehouseKind) throws {
        let newest = kind.migrations.count
        let copy = try LawWarehouse(kind, hasTables: false)
        let older = try LawWarehouse(kind, hasTables: false)
        try kind.migrate(older.fixture, to: newest - 1)
        #expect {
            try older.copy(to: copy)
        } throws: { error in
            guard case .older(_, let version, let known) = error as? CopyError else { return false }
            return version == newest - 1 && known == newest
        }
        let newer = try LawWarehouse(kind, hasTables: false)
        _ = try newer.fixture.writer().migrate(at: 1)
        let database = try newer.fixture.database()
        try database.execute("INSERT INTO schema_migration VALUES (99, 'later', \(database.literal(time: 1)))")
        #expect {
            try newer.copy(to: copy)
        } throws: { error in
            guard case .newerSchema(_, 99, newest) = error as? WarehouseError else { return false }
            return true
        }
        #expect(try copy.fixture.isUntouched())
    }

    @Test(arguments: Warehouses.present)
    func anotherWriterIsRefusedMeanwhile(_ kind: WarehouseKind) throws {
        let source = try Self.loaded(Warehouses.all[0])
        let copy = try LawWarehouse(kind, hasTables: false)
        _ = try copy.fixture.writer().migrate(at: 1)
        let second = try copy.fixture.writer()
        var kinds: [FailureKind?] = []
        try source.copy(
            to: copy,
            progress: { progress in
                guard progress.phase == .indexing else { return }
                do {
                    _ = try second.beginRun(at: 1, as: .bounded)
                    second.endRun()
                    kinds.append(nil)
                } catch { kinds.append((error as? any ReportedError)?.kind) }
            })
        #expect(kinds == [.inUse])
        // And a copy is refused while a run writes.
        let other = try LawWarehouse(kind, hasTables: false)
        let writer = try other.fixture.writer()
        _ = try writer.beginRun(at: 1, as: .bounded)
        defer { writer.endRun() }
        #expect {
            try source.copy(to: other)
        } throws: { ($0 as? any ReportedError)?.kind == .inUse }
    }
}

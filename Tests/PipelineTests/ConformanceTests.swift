import Fixtures
import Testing

/// The backends that there are, held to what their ports promise.
@Suite struct ConformanceTests {
    @Test(arguments: Warehouses.present, WarehousePromise.allCases)
    func warehouses(_ kind: WarehouseKind, _ promise: WarehousePromise) throws {
        let fixture = try kind.make()
        // A warehouse may keep readers out while it is loaded for the first time.
        if promise.readsWhileARunWrites { _ = try fixture.writer().migrate(at: 0) }
        try promise.check(fixture)
    }

    @Test(arguments: SourcePromise.cases)
    func sources(_ test: SourcePromise.Case) throws { try test.promise.check(test.kind) }

    /// Is skipped, with the names, where backends cannot be tested for want of something, such as a server.
    @Test(.enabled(if: Backends.lacks == nil, "some backends are not tested: \(Backends.lacks ?? "")"))
    func allBackendsAreThere() { #expect(Warehouses.present.count == Warehouses.all.count) }
}

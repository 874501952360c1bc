import Fixtures
import TestSupport
import Testing

/// Checks that each backend keeps the promises of its port.
@Suite(.waits) struct ConformanceTests {
    @Test(arguments: Warehouses.present, WarehousePromise.allCases)
    func warehouses(_ kind: WarehouseKind, _ promise: WarehousePromise) throws {
        let fixture = try kind.make()
        // A warehouse may keep readers out while it is loaded for the first time.
        if promise.readsWhileARunWrites { _ = try fixture.writer().migrate(at: 0) }
        try promise.check(fixture)
    }

    @Test(arguments: SourcePromise.cases)
    func sources(_ test: SourcePromise.Case) throws { try test.promise.check(test.kind) }

    /// Is skipped, and names the backends, when some backends cannot be tested, for example without a server.
    @Test(.enabled(if: Backends.lacks == nil, "some backends are not tested: \(Backends.lacks ?? "")"))
    func allBackendsAreThere() { #expect(Warehouses.present.count == Warehouses.all.count) }
}

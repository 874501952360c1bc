import Domain
import Fixtures
import Foundation
import Pipeline
import TestSupport

/// The kinds of warehouses that a test copies between.
struct CopyPair: Sendable, CustomStringConvertible {
    let source: WarehouseKind
    let target: WarehouseKind
    var description: String { "\(source) to \(target)" }

    static let all = Warehouses.present.flatMap { source in
        Warehouses.present.map { CopyPair(source: source, target: $0) }
    }
}

extension LawWarehouse {
    /// Copies it into another warehouse.
    @discardableResult
    func copy(
        to target: LawWarehouse, stop: StopSignal = StopSignal(),
        progress: @escaping (CopyProgress) -> Void = { _ in },
        through wrap: (any CopyTarget) -> any CopyTarget = { $0 }
    ) throws -> CopyReport {
        try WarehouseCopy(
            from: fixture.copySource(), to: wrap(try target.fixture.copyTarget()), stop: stop,
            wallClock: { LawClock.clock.now }, progress: progress
        ).run()
    }

    /// The rows of all tables but those that describe the database itself, with their numbers.
    func allRows() throws -> [String] {
        let database = try fixture.database()
        return try database.tables().filter { !["schema_migration", "load_lease", "load_month"].contains($0) }
            .flatMap { table in try database.literals(of: table).sorted().map { "\(table) \($0)" } }
    }

    /// What a reader says of runs, sources, quarantine and marts, which is the same on all kinds.
    func ledger() throws -> [String] {
        let reader = try fixture.reader()
        let lines = try reader.rejected(
            matching: RejectedFilter(state: .all), after: 0, limit: .max
        ).map { record in
            let rejection = record.rejection
            return "\(record.id) \(rejection.source) \(rejection.line) \(rejection.byteOffset) \(rejection.rule) "
                + "\(rejection.message) \(rejection.withRaw { Data($0).base64EncodedString() }) "
                + "\(record.run) \(record.lastRun) \(String(describing: record.curedRun))"
        }
        let sources = try reader.checkpoints(limit: .max).map { "\($0)" }
        let runs = try reader.runs(limit: .max).map { "\($0)" }
        return try lines + sources + runs + ["\(reader.martState())", "\(reader.quarantineTotals())"]
            + reader.rowCounts().map { "\($0)" }
    }
}

/// A target that fails at a step, or that loses something.
final class FaultyCopyTarget: CopyTarget {
    /// What goes wrong.
    enum Fault: CaseIterable, Sendable {
        case firstInsert, laterInsert, finish, digest, commit
        /// The rows of `tablesWithLoss` are lost.
        case lostRows
    }

    struct Failure: Error {}

    /// Tables to which no foreign key refers on any database, so that only the comparison can notice the loss.
    static let tablesWithLoss = ["ratings", "genre_daily", "trending"]

    private let target: any CopyTarget
    private let fault: Fault
    private var inserts = 0

    init(_ target: any CopyTarget, _ fault: Fault) {
        self.target = target
        self.fault = fault
    }

    var location: String { target.location }
    var times: ClosedRange<Int64> { target.times }
    func identity() throws -> String { try target.identity() }
    func begin(_ outline: CopyOutline, at now: Int64) throws { try target.begin(outline, at: now) }

    func insert(_ rows: RowSet) throws {
        inserts += 1
        if fault == .firstInsert { throw Failure() }
        if fault == .laterInsert, inserts == 20 { throw Failure() }
        if fault == .lostRows, Self.tablesWithLoss.contains(rows.table.name) { return }
        try target.insert(rows)
    }

    func finish() throws {
        try target.finish()
        if fault == .finish { throw Failure() }
    }

    func digest(of table: Table) throws -> TableDigest {
        if fault == .digest, table.name == "users" { throw Failure() }
        return try target.digest(of: table)
    }

    func commit() throws {
        if fault == .commit { throw Failure() }
        try target.commit()
    }

    func end() { target.end() }
}

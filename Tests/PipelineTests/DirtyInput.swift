import Domain
import Fixtures
import Pipeline
import TestSupport

/// Generated lines of which many are rejected under the clock `early`, most of them because their time is out of range.
struct DirtyInput: Sendable {
    /// A few days before the end of the data: later events are out of range.
    static let early = RunClock(now: 1_794_700_000_000)  // 2026-11-14T23:46:40Z
    /// After the end of the data.
    static let late = RunClock(now: 1_795_305_600_000)  // 2026-11-22

    /// The lines.
    let lines: LawInput
    /// The warehouse after a load under the late clock.
    let expected: Expected

    /// The content of a warehouse after a load.
    struct Expected: Sendable {
        var digest: [String: TableDigest]
        /// The open lines in quarantine, with their sources by number.
        var rejected: [String]
        var accepted: Int64
    }

    private static let shared = Shared<String, DirtyInput>()

    /// Generates lines; the same arguments give the same lines.
    static func of(_ kind: WarehouseKind, events: Int = 2000, withConflicts: Bool = false) throws -> DirtyInput {
        try shared.value(of: "\(kind) \(events) \(withConflicts)") {
            let lines = try LawInput.generated(
                seed: 5, movies: 30, events: events, users: 40, days: 10, dirt: 0.4, withConflicts: withConflicts)
            let loaded = try LoadedDirt(lines, kind, late)
            return DirtyInput(
                lines: lines,
                expected: Expected(
                    digest: try loaded.warehouse.digest(), rejected: try loaded.rejected(),
                    accepted: try loaded.warehouse.integer("SELECT sum(accepted) FROM load_run")))
        }
    }

    /// Loads the lines into a new warehouse under the early clock.
    func loadedEarly(into kind: WarehouseKind) throws -> LoadedDirt { try LoadedDirt(lines, kind, DirtyInput.early) }
}

/// A warehouse with the sources that are loaded into it.
struct LoadedDirt {
    let warehouse: LawWarehouse
    let sources: PublishedInput

    init(_ lines: LawInput, _ kind: WarehouseKind, _ clock: RunClock) throws {
        warehouse = try LawWarehouse(kind)
        sources = try PublishedInput(lines, Sources.all[0], eventParts: 4)
        try warehouse.run(movies: sources.movies, events: sources.events, clock: clock)
    }

    /// The open lines in quarantine, with their sources by number.
    func rejected() throws -> [String] { try sources.withoutPlace(warehouse.rejected()) }

    /// The differences from a load of the lines under the late clock, in words.
    func differences(from expected: DirtyInput.Expected) throws -> [String] {
        var differences: [String] = []
        let digest = try warehouse.digest()
        for (table, value) in expected.digest.sorted(by: { $0.key < $1.key }) where digest[table] != value {
            differences.append("\(table) has another digest")
        }
        if try rejected() != expected.rejected { differences.append("other lines are in quarantine") }
        return differences
    }
}

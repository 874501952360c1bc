import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// Exactly once: a run that fails at any step and is run again gives the same warehouse as a run without a failure.
@Suite struct FaultTests {
    /// Lines that are loaded in many small transactions, and the expected warehouse.
    private struct Input: Sendable {
        let lines: LawInput
        let expected: WarehouseState
        /// How often a run without a failure performs each step.
        let steps: [FaultyWarehouse.Step: Int]

        private static let shared = Shared<String, Input>()

        static func of(_ backends: Backends, seed: UInt64) throws -> Input {
            try shared.value(of: "\(backends) \(seed)") { try Input(backends, seed: seed) }
        }

        private init(_ backends: Backends, seed: UInt64) throws {
            lines = try LawInput.generated(seed: seed, movies: 30, events: 260, withConflicts: true)
            let warehouse = try LawWarehouse(backends.warehouse)
            let sources = try PublishedInput(lines, backends.source, isByEvent: true)
            let counting = Box<FaultyWarehouse>()
            try warehouse.run(movies: sources.movies, events: sources.events, sizes: FaultTests.sizes) {
                let wrapped = FaultyWarehouse($0)
                counting.value = wrapped
                return wrapped
            }
            expected = try sources.withoutPlace(warehouse.state())
            steps = counting.value?.counts ?? [:]
        }
    }

    private static let sizes = LawWarehouse.Sizes(chunkBytes: 6 << 10, groupRows: 20, transactionLines: 40, decoders: 2)

    /// Makes a run fail once, runs again, and returns the differences from the warehouse of a run without a failure.
    private func differences(
        _ backends: Backends, _ input: Input, at step: FaultyWarehouse.Step?, occurrence: Int,
        manner: FaultyWarehouse.Manner = .crash, defect: FaultyWarehouse.Defect? = nil
    ) throws -> [String] {
        let warehouse = try LawWarehouse(backends.warehouse)
        let sources = try PublishedInput(input.lines, backends.source, isByEvent: true)
        let faulty = Box<FaultyWarehouse>()
        do {
            try warehouse.run(movies: sources.movies, events: sources.events, sizes: Self.sizes) {
                let wrapped = FaultyWarehouse(
                    $0, at: step, occurrence: occurrence, manner: manner, defect: defect)
                faulty.value = wrapped
                return wrapped
            }
            if step != nil { Issue.record("\(step?.rawValue ?? "") \(occurrence) did not end the run") }
        } catch is Fault {}
        if step != nil { #expect(faulty.value?.hasFired == true) }
        // The connection is closed without a commit, as that of a killed program is.
        faulty.value = nil
        try warehouse.run(movies: sources.movies, events: sources.events, sizes: Self.sizes)
        let differences = try sources.withoutPlace(warehouse.state()).differences(from: input.expected)
        return differences + (try warehouse.faults()) + (try keptTwice(warehouse))
    }

    /// Sources with more than one checkpoint, and lines that are in quarantine more than once.
    private func keptTwice(_ warehouse: LawWarehouse) throws -> [String] {
        try warehouse.rows(
            """
            SELECT 'two checkpoints of ' || source FROM load_checkpoint GROUP BY source HAVING count(*) > 1
            UNION ALL SELECT 'rejected twice: ' || source || ':' || line FROM rejected_record
            GROUP BY source, line HAVING count(*) > 1
            """)
    }

    /// The first occurrence, the last, and some in between; one for backends other than the default ones, or three in a
    /// long test.
    private static func occurrences(_ count: Int, _ backends: Backends) -> [Int] {
        let few = LongTests.areOn ? [2, count / 2, count] : [max(1, count / 2)]
        let all = backends.areDefault ? [1, 2, 3, count / 3, count / 2, count - 1, count] : few
        return Array(Set(all)).filter { $0 > 0 && $0 <= count }.sorted()
    }

    struct Breakdown: Sendable, CustomTestStringConvertible {
        var backends: Backends
        var step: FaultyWarehouse.Step
        var manner: FaultyWarehouse.Manner
        var testDescription: String { "\(backends): \(manner.rawValue) at \(step.rawValue)" }

        /// The default backends break down in each manner, others in the first one, unless it is a long test.
        static let all = Backends.forGeneratedLines.flatMap { backends in
            let manners = FaultyWarehouse.Manner.allCases
            return manners.prefix(backends.areDefault || LongTests.areOn ? manners.count : 1).flatMap { manner in
                FaultyWarehouse.Step.allCases.map { Breakdown(backends: backends, step: $0, manner: manner) }
            }
        }
    }

    @Test(arguments: Breakdown.all)
    func aRunThatBreaksDownIsMadeGood(_ test: Breakdown) throws {
        let input = try Input.of(test.backends, seed: 21)
        let count = try #require(input.steps[test.step])
        for occurrence in Self.occurrences(count, test.backends) {
            let differences = try differences(
                test.backends, input, at: test.step, occurrence: occurrence, manner: test.manner)
            #expect(
                differences.isEmpty,
                "\(test.testDescription) \(occurrence) of \(count): \(differences.joined(separator: "\n"))")
        }
    }

    @Test(arguments: Backends.forGeneratedLines, [31, 32] as [UInt64])
    func aRunThatBreaksDownAgainAndAgainIsMadeGood(_ backends: Backends, _ seed: UInt64) throws {
        let input = try Input.of(backends, seed: seed)
        var chance = Chance(seed: seed)
        let steps = FaultyWarehouse.Step.allCases.filter {
            ![.refreshMarts, .reenrichFacts, .rowCounts, .cureSource, .cureArrived].contains($0)
        }
        // A run may end before it has crashed often enough; then another warehouse is tried.
        for _ in 0..<6 {
            let warehouse = try LawWarehouse(backends.warehouse)
            let sources = try PublishedInput(input.lines, backends.source, isByEvent: true)
            var crashes = 0
            while crashes < 60 {
                let step = chance.pick(steps)
                // Some of these runs must get far enough to commit something.
                let occurrence = Int.random(in: 1...max(1, (input.steps[step] ?? 1) / 3), using: &chance)
                do {
                    try warehouse.run(movies: sources.movies, events: sources.events, sizes: Self.sizes) {
                        FaultyWarehouse($0, at: step, occurrence: occurrence)
                    }
                    break
                } catch is Fault { crashes += 1 }
            }
            try warehouse.run(movies: sources.movies, events: sources.events, sizes: Self.sizes)
            let state = try sources.withoutPlace(warehouse.state())
            let differences = try state.differences(from: input.expected) + keptTwice(warehouse)
            #expect(differences.isEmpty, "after \(crashes) crashes: \(differences.joined(separator: "\n"))")
            if crashes > 3 { return }
        }
        Issue.record("no run crashed more than three times")
    }

    /// Each careless loader has to be caught by the very check that the real one passes.
    @Test(arguments: Backends.forGeneratedLines, FaultyWarehouse.Defect.allCases)
    func aCarelessLoaderIsCaught(_ backends: Backends, _ defect: FaultyWarehouse.Defect) throws {
        let input = try Input.of(backends, seed: 21)
        let commits = try #require(input.steps[.beforeCommit])
        let step: FaultyWarehouse.Step? =
            switch defect {
            case .positionAfterRows, .positionBeforeRows, .rowsDoubled: .beforeCommit
            case .lastBatchDropped, .rejectedDropped: nil
            }
        // The last commit but one is the last that brings events.
        for occurrence in [commits - 2, commits - 1] {
            let found = try differences(backends, input, at: step, occurrence: occurrence, defect: defect)
            #expect(!found.isEmpty, "\(defect) at commit \(occurrence) of \(commits) went unnoticed")
        }
    }
}

/// A value that a closure sets and its caller reads.
final class Box<Value> {
    var value: Value?
}

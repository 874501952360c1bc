import Domain
import Pipeline
import TestSupport
import Testing

/// Law 3: a run that breaks down anywhere and is run again leaves what a run that never broke down leaves.
@Suite struct FaultTests {
    /// Files that are loaded in many small transactions, and the warehouse that they give.
    struct Input {
        let folder: TemporaryFolder
        let movies: [String]
        let events: [String]
        let expected: WarehouseState
        /// How often an undisturbed run comes to each step.
        let steps: [FaultyWarehouse.Step: Int]

        init(seed: UInt64) throws {
            folder = try TemporaryFolder()
            var chance = Chance(seed: seed)
            let input = try LawInput.generated(seed: seed, movies: 30, events: 260, withConflicts: true)
            movies = try input.writeMovies(into: folder, named: "in", parts: 1, &chance)
            events = try input.writeEvents(into: folder, named: "in", parts: 2, &chance)
            let warehouse = try LawWarehouse()
            let counting = Box<FaultyWarehouse>()
            try warehouse.run(movies: movies, events: events, sizes: FaultTests.sizes) {
                let wrapped = FaultyWarehouse($0)
                counting.value = wrapped
                return wrapped
            }
            expected = try warehouse.state()
            steps = counting.value?.counts ?? [:]
        }
    }

    static let sizes = LawWarehouse.Sizes(chunkBytes: 6 << 10, groupRows: 20, transactionLines: 40, decoders: 2)

    /// Breaks a run down once, runs again, and tells how the warehouse differs from one that was never disturbed.
    private func differences(
        _ input: Input, at step: FaultyWarehouse.Step?, occurrence: Int, manner: FaultyWarehouse.Manner = .crash,
        defect: FaultyWarehouse.Defect? = nil
    ) throws -> [String] {
        let warehouse = try LawWarehouse()
        let faulty = Box<FaultyWarehouse>()
        do {
            try warehouse.run(movies: input.movies, events: input.events, sizes: Self.sizes) {
                let wrapped = FaultyWarehouse(
                    $0, at: step, occurrence: occurrence, manner: manner, defect: defect)
                faulty.value = wrapped
                return wrapped
            }
            if step != nil { Issue.record("\(step?.rawValue ?? "") \(occurrence) did not end the run") }
        } catch is Fault {}
        if step != nil { #expect(faulty.value?.hasFired == true) }
        // Goes with its connection, as a killed program's does.
        faulty.value = nil
        try warehouse.run(movies: input.movies, events: input.events, sizes: Self.sizes)
        let differences = try warehouse.state().differences(from: input.expected)
        return differences + (try warehouse.faults()) + (try keptTwice(warehouse))
    }

    /// Sources with more than one checkpoint, and lines that are in quarantine more than once.
    private func keptTwice(_ warehouse: LawWarehouse) throws -> [String] {
        let database = try Database(path: warehouse.path)
        return try database.rows(
            """
            SELECT 'two checkpoints of ' || source FROM load_checkpoint GROUP BY source HAVING count(*) > 1
            UNION ALL SELECT 'rejected twice: ' || source || ':' || line FROM rejected_record
            GROUP BY source, line HAVING count(*) > 1
            """)
    }

    /// The first, the last, and some in between.
    private static func occurrences(_ count: Int) -> [Int] {
        Array(Set([1, 2, 3, count / 3, count / 2, count - 1, count])).filter { $0 > 0 && $0 <= count }.sorted()
    }

    @Test(arguments: FaultyWarehouse.Step.allCases, FaultyWarehouse.Manner.allCases)
    func aRunThatBreaksDownIsMadeGood(_ step: FaultyWarehouse.Step, _ manner: FaultyWarehouse.Manner) throws {
        let input = try Input(seed: 21)
        let count = try #require(input.steps[step])
        for occurrence in Self.occurrences(count) {
            let differences = try differences(input, at: step, occurrence: occurrence, manner: manner)
            #expect(
                differences.isEmpty,
                "\(manner) at \(step) \(occurrence) of \(count): \(differences.joined(separator: "\n"))")
        }
    }

    @Test(arguments: [31, 32] as [UInt64])
    func aRunThatBreaksDownAgainAndAgainIsMadeGood(_ seed: UInt64) throws {
        let input = try Input(seed: seed)
        var chance = Chance(seed: seed)
        let warehouse = try LawWarehouse()
        let steps = FaultyWarehouse.Step.allCases.filter {
            ![.refreshMarts, .reenrichFacts, .rowCounts, .cureSource, .cureArrived].contains($0)
        }
        var crashes = 0
        while crashes < 60 {
            let step = chance.pick(steps)
            // Far enough on that some of these runs commit something.
            let occurrence = Int.random(in: 1...max(1, (input.steps[step] ?? 1) / 3), using: &chance)
            do {
                try warehouse.run(movies: input.movies, events: input.events, sizes: Self.sizes) {
                    FaultyWarehouse($0, at: step, occurrence: occurrence)
                }
                break
            } catch is Fault { crashes += 1 }
        }
        #expect(crashes > 3)
        try warehouse.run(movies: input.movies, events: input.events, sizes: Self.sizes)
        let differences = try warehouse.state().differences(from: input.expected) + keptTwice(warehouse)
        #expect(differences.isEmpty, "after \(crashes) crashes: \(differences.joined(separator: "\n"))")
    }

    /// Each careless loader has to be caught by the very check that the real one passes.
    @Test(arguments: FaultyWarehouse.Defect.allCases)
    func aCarelessLoaderIsCaught(_ defect: FaultyWarehouse.Defect) throws {
        let input = try Input(seed: 21)
        let commits = try #require(input.steps[.beforeCommit])
        let step: FaultyWarehouse.Step? =
            switch defect {
            case .positionAfterRows, .positionBeforeRows, .rowsDoubled: .beforeCommit
            case .lastBatchDropped, .rejectedDropped: nil
            }
        // The last commit but one is the last that brings events.
        for occurrence in [commits - 2, commits - 1] {
            let found = try differences(input, at: step, occurrence: occurrence, defect: defect)
            #expect(!found.isEmpty, "\(defect) at commit \(occurrence) of \(commits) went unnoticed")
        }
    }
}

/// A value that a closure leaves for its caller.
final class Box<Value> {
    var value: Value?
}

import Domain
import Logging
import Testing

@testable import Pipeline

/// A nightly whose ledger is in memory.
@Suite struct NightlyRunTests {
    private final class Ledger: NightlyLedger {
        var stored: [NightlyRecord] = []
        var saves = 0
        /// The save that throws, as if the program was killed then.
        var dyingSave = Int.max
        var isInUse = 0
        /// Called when it is found in use.
        var wasInUse: () -> Void = {}
        /// The save from which on its server is away.
        var awayFrom = Int.max

        struct Away: ReportedError {
            var message: String { "the server cannot be reached" }
            var hint: String { "Start it." }
            var kind: FailureKind { .unreachable }
        }

        struct Killed: Error {}

        func lastNightly(of day: Int32) throws -> NightlyRecord? { stored.last { $0.day == day } }

        func lastDay(of task: String) throws -> Int32? { nil }

        func newestNightly() throws -> NightlyRecord? { stored.last }

        func lastSuccesses() throws -> [String: Int64] { [:] }

        func save(_ nightly: NightlyRecord, at now: Int64) throws -> Int64 {
            if isInUse > 0 {
                isInUse -= 1
                wasInUse()
                throw WarehouseError.inUse(location: "x")
            }
            if saves + 1 >= awayFrom { throw Away() }
            saves += 1
            if saves == dyingSave { throw Killed() }
            var nightly = nightly
            if nightly.id == 0 { nightly.id = Int64(stored.count + 1) }
            stored.removeAll { $0.id == nightly.id }
            stored.append(nightly)
            return nightly.id
        }
    }

    private static func run(
        _ ledger: Ledger?, day: Int32 = 100, stop: StopSignal = StopSignal(),
        options change: (inout NightlyRun.Options) -> Void = { _ in },
        perform: @escaping (NightlyTask) -> NightlyTaskResult = { _ in NightlyTaskResult(.done, rows: 1) }
    ) throws -> NightlyReport {
        var options = NightlyRun.Options(day: day)
        options.delay = .milliseconds(1)
        change(&options)
        var clock: Int64 = 0
        return try NightlyRun(options, openLedger: { ledger }, perform: perform, stop: stop) {
            clock += 1000
            return clock
        }.run()
    }

    /// Killed before any of its records is kept, a batch goes on and does each task at least once, in order, and none after
    /// it was recorded as done.
    @Test func killedAtAnyMomentItGoesOn() throws {
        for dying in 1...2 * NightlyTask.allCases.count + 1 {
            let ledger = Ledger()
            ledger.dyingSave = dying
            var done: [NightlyTask] = []
            let perform = { (task: NightlyTask) in
                let record = ledger.stored.last?.tasks.first { $0.task == task.rawValue }
                #expect(record?.outcome != .completed)
                done.append(task)
                return NightlyTaskResult(.done)
            }
            #expect(throws: Ledger.Killed.self) { try Self.run(ledger, perform: perform) }
            let report = try Self.run(ledger, perform: perform)
            #expect(report.nightly.isDone && ledger.stored.count <= 2)
            #expect(report.isResumed == (dying > 1 && dying <= 2 * NightlyTask.allCases.count))
            #expect(Set(done) == Set(NightlyTask.allCases))
        }
    }

    @Test func aBatchThatIsDoneIsFollowedByANewOne() throws {
        let ledger = Ledger()
        #expect(try Self.run(ledger).nightly.id == 1)
        let second = try Self.run(ledger)
        #expect(second.nightly.id == 2 && !second.isResumed)
        #expect(ledger.stored.count == 2)
    }

    @Test func tasksThatAreNamedAreDoneAgainInTheirBatch() throws {
        let ledger = Ledger()
        _ = try Self.run(ledger)
        var done: [NightlyTask] = []
        let report = try Self.run(
            ledger, options: { $0.selection.only = [.export] },
            perform: { task in
                done.append(task)
                return NightlyTaskResult(.done, rows: 9)
            })
        #expect(done == [.export] && report.nightly.id == 1 && ledger.stored.count == 1)
        #expect(ledger.stored[0].tasks.first { $0.task == "export" }?.tries == 2)
        #expect(ledger.stored[0].tasks.first { $0.task == "export" }?.rows == 9)
    }

    @Test func aFailedBatchGoesOnWithWhatFailed() throws {
        let ledger = Ledger()
        let first = try Self.run(
            ledger, options: { $0.tries = 2 },
            perform: { task in
                NightlyTaskResult(task == .export ? .failed("disk full", mayRetry: true) : .done)
            })
        #expect(first.nightly.tasks.first { $0.task == "export" }?.tries == 2)
        var done: [NightlyTask] = []
        let second = try Self.run(
            ledger,
            perform: { task in
                done.append(task)
                return NightlyTaskResult(.done)
            })
        #expect(done == [.export, .check, .prune])
        #expect(second.isResumed && second.nightly.id == 1 && second.nightly.isDone)
    }

    /// What follows a load that failed was done without its rows.
    @Test func whatWasDoneWithoutAFailedLoadIsDoneAgain() throws {
        let ledger = Ledger()
        let first = try Self.run(
            ledger, options: { $0.tries = 1 },
            perform: { NightlyTaskResult($0 == .events ? .failed("not there", mayRetry: true) : .done) })
        #expect(first.nightly.tasks.first { $0.task == "marts" }?.outcome == .completed)
        var done: [NightlyTask] = []
        _ = try Self.run(
            ledger,
            perform: { task in
                done.append(task)
                return NightlyTaskResult(.done)
            })
        #expect(done == [.events, .enrich, .marts, .compact, .export, .check, .prune])
    }

    @Test func aDateHasABatchOfItsOwn() throws {
        let ledger = Ledger()
        _ = try Self.run(ledger, day: 100)
        #expect(try Self.run(ledger, day: 99).nightly.id == 2)
    }

    @Test func aStopBetweenTasksEndsIt() throws {
        let (ledger, stop) = (Ledger(), StopSignal())
        let report = try Self.run(
            ledger, stop: stop,
            perform: { task in
                if task == .movies { stop.request(.terminate) }
                return NightlyTaskResult(.done)
            })
        #expect(report.stopReason == .terminate)
        #expect(report.nightly.tasks.map(\.outcome).prefix(3) == [.completed, .completed, .waiting])
    }

    @Test func aWarehouseInUseIsWaitedFor() throws {
        let ledger = Ledger()
        ledger.isInUse = 1
        #expect(try Self.run(ledger).nightly.isDone)
        ledger.isInUse = 1000
        #expect(throws: WarehouseError.self) { try Self.run(ledger, options: { $0.retryFor = .zero }) }
    }

    @Test func aStopEndsTheWaitForItsWarehouse() throws {
        let (ledger, stop) = (Ledger(), StopSignal())
        ledger.isInUse = 1000
        ledger.wasInUse = { stop.request(.interrupt) }
        let report = try Self.run(ledger, stop: stop)
        #expect(report.stopReason == .interrupt && report.failure == nil)
        #expect(report.nightly.tasks.allSatisfy { $0.outcome == .waiting })
        #expect(ledger.isInUse == 999)
    }

    /// Whenever its server goes away for good, a batch ends with what was done, and begins no further task; the next one goes
    /// on.
    @Test func aWarehouseThatStaysAwayEndsItWithAReport() throws {
        for away in 2...2 * NightlyTask.allCases.count + 1 {
            let ledger = Ledger()
            ledger.awayFrom = away
            var done: [NightlyTask] = []
            let perform = { (task: NightlyTask) in
                done.append(task)
                return NightlyTaskResult(ledger.saves + 1 >= away ? .failed("away", mayRetry: true) : .done)
            }
            let report = try Self.run(ledger, options: { $0.retryFor = .zero }, perform: perform)
            #expect(report.failure?.kind == .unreachable, "\(away)")
            #expect(done == Array(NightlyTask.allCases.prefix(away / 2)), "\(away)")
            for (place, task) in report.nightly.tasks.enumerated() {
                let isLost = away % 2 == 0 && place == away / 2 - 1
                let expected: NightlyOutcome = place >= done.count ? .waiting : isLost ? .failed : .completed
                #expect(task.outcome == expected, "\(away) \(task)")
            }
            ledger.awayFrom = Int.max
            #expect(try Self.run(ledger).nightly.isDone)
            #expect(ledger.stored.count == 1 || away > 2 * NightlyTask.allCases.count)
        }
    }

    @Test func withoutAWarehouseNothingIsRecordedAndAllIsDone() throws {
        #expect(try Self.run(nil).nightly.isDone)
    }
}

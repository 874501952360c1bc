import Domain
import Testing

@testable import Pipeline

/// Which task of a nightly comes next.
@Suite struct NightlyMachineTests {
    private static let all = Set(NightlyTask.allCases)

    private static func machine(
        _ record: [NightlyTaskRecord] = [], asked: Set<NightlyTask> = all, tries: Int = 3
    ) -> NightlyMachine {
        NightlyMachine(record, asked: asked, tries: tries, delay: .seconds(10))
    }

    /// Does what the machine says, until it has finished.
    ///
    /// - Parameter ending: how a task ends at its try of a number, from 1.
    private static func run(
        _ machine: inout NightlyMachine, _ ending: (NightlyTask, Int) -> NightlyMachine.Ending = { _, _ in .done }
    ) -> [String] {
        var (steps, tries): ([String], [NightlyTask: Int]) = ([], [:])
        while true {
            switch machine.next() {
            case .finish: return steps
            case .wait(let delay, let task): steps.append("wait \(delay / .seconds(1)) for \(task.rawValue)")
            case .start(let task):
                tries[task, default: 0] += 1
                steps.append(task.rawValue)
                machine.started(task, at: 5)
                machine.ended(task, ending(task, tries[task] ?? 0), at: 7, rows: 3)
            }
        }
    }

    private static func outcomes(_ machine: NightlyMachine) -> [String] { machine.tasks.map { $0.outcome.rawValue } }

    @Test func allTasksAreDoneInTheirOrder() {
        var machine = Self.machine()
        #expect(Self.run(&machine) == NightlyTask.allCases.map(\.rawValue))
        #expect(machine.tasks.allSatisfy { $0.outcome == .completed && $0.tries == 1 && $0.seconds == 0.002 })
    }

    @Test func aTaskThatFailsIsTriedAgainLaterAndLater() {
        var machine = Self.machine()
        let steps = Self.run(&machine) { task, count in
            task == .events && count < 3 ? .failed("no route", mayRetry: true) : .done
        }
        #expect(
            steps.prefix(7) == [
                "fetch", "movies", "events", "wait 10.0 for events", "events", "wait 20.0 for events", "events",
            ])
        #expect(machine.tasks[2].outcome == .completed && machine.tasks[2].tries == 3 && machine.tasks[2].error == nil)
    }

    @Test func theWaitHasALimit() {
        var machine = Self.machine(asked: [.fetch], tries: 20)
        let waits = Self.run(&machine) { _, _ in .failed("no", mayRetry: true) }.filter { $0.hasPrefix("wait") }
        #expect(waits.count == 19 && waits.last == "wait 600.0 for fetch")
    }

    /// Each task that fails for good, and those that are left out then.
    @Test(arguments: [
        (NightlyTask.fetch, [NightlyTask]()), (.movies, [.export, .prune]), (.events, [.compact, .export, .prune]),
        (.enrich, [.marts, .export, .check, .prune]), (.marts, [.export, .check, .prune]), (.compact, []),
        (.export, [.prune]), (.check, []), (.prune, []),
    ])
    func whatNeedsAFailedTaskIsLeftOutAndTheRestIsDone(_ failing: NightlyTask, _ blocked: [NightlyTask]) {
        var machine = Self.machine(tries: 1)
        let steps = Self.run(&machine) { task, _ in task == failing ? .failed("no", mayRetry: true) : .done }
        #expect(steps == NightlyTask.allCases.filter { !blocked.contains($0) }.map(\.rawValue))
        for task in machine.tasks {
            let name = NightlyTask(rawValue: task.task)
            let expected: NightlyOutcome =
                name == failing ? .failed : blocked.contains { $0 == name } ? .blocked : .completed
            #expect(task.outcome == expected, "\(task.task)")
        }
        #expect(machine.tasks.first { $0.outcome == .failed }?.error == "no")
    }

    @Test func wrongUsageIsNotTriedAgain() {
        var machine = Self.machine()
        let steps = Self.run(&machine) { task, _ in task == .export ? .failed("usage", mayRetry: false) : .done }
        #expect(steps.filter { $0 == "export" }.count == 1 && !steps.contains { $0.hasPrefix("wait") })
    }

    @Test func whatHasNothingToDoOrIsPartialBlocksNothing() {
        var machine = Self.machine()
        let steps = Self.run(&machine) { task, _ in
            task == .events ? .skipped("no data") : task == .movies ? .partial("3 of 9") : .done
        }
        #expect(steps == NightlyTask.allCases.map(\.rawValue))
        #expect(Self.outcomes(machine)[1...2] == ["partial", "skipped"])
    }

    @Test func aStopEndsItAndLeavesTheRestWaiting() {
        var machine = Self.machine()
        let steps = Self.run(&machine) { task, _ in task == .events ? .stopped : .done }
        #expect(steps == ["fetch", "movies", "events"])
        #expect(Self.outcomes(machine)[2...3] == ["stopped", "waiting"])
    }

    @Test func aStopBeforeASecondTryIsNoted() {
        var machine = Self.machine()
        #expect(machine.next() == .start(.fetch))
        machine.started(.fetch, at: 1)
        machine.ended(.fetch, .failed("no route", mayRetry: true), at: 2)
        machine.stop()
        #expect(machine.next() == .finish && machine.tasks[0].outcome == .stopped)
    }

    /// A batch that ended anywhere goes on with the first task that is not done.
    @Test(arguments: 0..<NightlyTask.allCases.count)
    func aKilledBatchGoesOn(_ place: Int) {
        var record = NightlyTask.allCases.map { NightlyTaskRecord($0.rawValue, .waiting) }
        for done in 0..<place { record[done].outcome = done % 2 == 0 ? .completed : .partial }
        record[place].outcome = .running
        let asked = NightlySelection().tasks(after: NightlyRecord(day: 0, tasks: record))
        var machine = Self.machine(record, asked: asked)
        #expect(Self.run(&machine) == NightlyTask.allCases[place...].map(\.rawValue))
        #expect(machine.tasks.allSatisfy { $0.outcome.isDone })
    }

    @Test func anEarlierFailureDoesNotBlockATaskThatIsAskedForByItself() {
        var record = NightlyTask.allCases.map { NightlyTaskRecord($0.rawValue, .completed) }
        record[1].outcome = .failed
        var machine = Self.machine(record, asked: [.export])
        #expect(Self.run(&machine) == ["export"])
        #expect(machine.tasks[1].outcome == .failed)
    }

    @Test(
        arguments: [
            (nil, nil, [], NightlyTask.allCases), ([.marts, .export], nil, [.export], [.marts]),
            (nil, .export, [.check], [.export, .prune]),
            (nil, nil, [.compact], NightlyTask.allCases.filter { $0 != .compact }),
        ] as [(Set<NightlyTask>?, NightlyTask?, Set<NightlyTask>, [NightlyTask])])
    func whatACommandLineAsksFor(
        _ only: Set<NightlyTask>?, _ from: NightlyTask?, _ skipped: Set<NightlyTask>, _ expected: [NightlyTask]
    ) {
        var selection = NightlySelection()
        (selection.only, selection.from, selection.skipped) = (only, from, skipped)
        #expect(selection.tasks(after: nil) == Set(expected))
    }
}

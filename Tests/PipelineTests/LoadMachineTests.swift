import Domain
import Testing

@testable import Pipeline

/// The steps of a load. Each case is a list of turns: the time, an input, and the expected steps.
@Suite struct LoadMachineTests {
    typealias Input = LoadMachine.Input
    typealias Step = LoadMachine.Step
    typealias Growth = LoadMachine.Growth

    /// One turn: an input at a time, and the expected steps.
    struct Turn: Sendable {
        var time: Double
        var input: Input
        var stop: StopSignal.Reason?
        var steps: [Step]
    }

    /// A list of turns with a name.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var plan: LoadPlan
        var turns: [Turn]
        /// Whether the run is finished after the last turn.
        var ends = false

        init(_ name: String, _ plan: LoadPlan, ends: Bool = false, _ turns: [Turn]) {
            testDescription = name
            self.plan = plan
            self.ends = ends
            self.turns = turns
        }
    }

    /// A turn without a stop.
    static func at(_ time: Double, _ input: Input, _ steps: [Step]) -> Turn {
        Turn(time: time, input: input, stop: nil, steps: steps)
    }

    static func at(_ time: Double, _ input: Input, stop: StopSignal.Reason, _ steps: [Step]) -> Turn {
        Turn(time: time, input: input, stop: stop, steps: steps)
    }

    /// A plan with groups of 10 lines and transactions of 30.
    static func plan(
        _ turns: [[SourcePort]] = [[.events]], _ change: (inout LoadPlan) -> Void = { _ in }
    ) -> LoadPlan {
        var plan = LoadPlan(turns: turns)
        plan.groupLines = 10
        plan.groupBatches = 4
        plan.groupWeight = 1000
        plan.transactionLines = 30
        plan.mergedBytes = 500
        plan.keptBytes = 700
        change(&plan)
        return plan
    }

    static let start: [Step] = [.begin, .save(.running), .commit]
    static let rows: [Step] = [.upsert, .cureRead]
    static let commit: [Step] = rows + [.save(.running), .commit]
    static let end: [Step] = [.countRows, .prepareForQuestions]
    /// The turns of a run of events alone before the first event.
    static let opening: [Turn] = [
        at(0, .started, start), at(0, .committed, [.countRows, .begin, .reenrichFacts]), at(0, .done, [.open(.events)]),
    ]
    /// The same for both ports at the same time.
    static let openingBoth: [Turn] = [
        at(0, .started, start), at(0, .committed, [.countRows, .open(.movies), .open(.events)]),
    ]

    static func events(_ lines: Int, weight: Int = 1) -> Input { .events(lines: lines, weight: weight) }

    static let ordinary: [Case] = [
        Case(
            "a group is settled beside the insert of the next", plan(),
            opening + [
                at(1, events(9), []), at(1, events(1), [.insertEvents, .settleEvents]),
                at(1, events(9), []), at(1, events(1), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth()), [.settleEvents]),
                at(1, events(1), []),
                at(1, .ended(.events), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth()), [.settleEvents, .awaitSettled]),
                at(1, .settled(Growth()), commit),
                at(2, .committed, [.close(.events), .begin, .refreshMarts]),
                at(2, .done, [.cureArrived]), at(2, .done, [.countRows, .prepareForQuestions]),
                at(2, .done, [.save(.completed), .commit]),
                at(2, .committed, []),
            ]),
        Case(
            "without sources it brings all up to date", plan([]), ends: true,
            [
                at(0, .started, start), at(0, .committed, [.countRows, .begin, .reenrichFacts]),
                at(0, .done, [.refreshMarts]), at(0, .done, [.cureArrived]),
                at(0, .done, [.countRows, .prepareForQuestions]), at(0, .done, [.save(.completed), .commit]),
                at(0, .committed, []),
            ]),
        Case(
            "without sources it brings the facts up to date alone", plan([]) { $0.refresh = .facts }, ends: true,
            [
                at(0, .started, start), at(0, .committed, [.countRows, .begin, .reenrichFacts]),
                at(0, .done, [.cureArrived]), at(0, .done, [.countRows, .save(.completed), .commit]),
                at(0, .committed, []),
            ]),
        Case(
            "a run of movies leaves facts, marts and indexes", plan([[.movies]]) { $0.refresh = .nothing }, ends: true,
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 5), [.begin, .addMovies]), at(1, .added(Growth()), []),
                at(1, .ended(.movies), commit), at(1, .committed, [.close(.movies), .begin, .cureArrived]),
                at(1, .done, [.countRows, .save(.completed), .commit]), at(1, .committed, []),
            ]),
        Case(
            "a group is full by batches, and by weight", plan(),
            opening + [
                at(1, events(0), []), at(1, events(0), []), at(1, events(0), []),
                at(1, events(0), [.insertEvents, .settleEvents]),
                at(1, events(1, weight: 1000), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth()), [.settleEvents]),
            ]),
        Case(
            "movies come first, and facts follow them before the events", plan([[.movies], [.events]]),
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 5), [.begin, .addMovies]), at(1, .added(Growth()), []),
                at(1, .movies(lines: 5), [.addMovies]), at(1, .added(Growth()), []),
                at(1, .ended(.movies), commit),
                at(1, .committed, [.close(.movies), .begin, .reenrichFacts]),
                at(1, .done, [.open(.events)]),
                at(2, events(3), []),
                at(2, .ended(.events), [.insertEvents, .settleEvents, .awaitSettled]),
                at(2, .settled(Growth()), commit),
                at(2, .committed, [.close(.events), .begin, .refreshMarts]),
            ]),
        Case(
            "nothing to read", plan([]),
            [
                at(0, .started, start), at(0, .committed, [.countRows, .begin, .reenrichFacts]),
                at(0, .done, [.refreshMarts]), at(0, .done, [.cureArrived]), at(0, .done, end),
                at(0, .done, [.save(.completed), .commit]), at(0, .committed, []),
            ]),
    ]

    static let commits: [Case] = [
        Case(
            "full by lines: what is held goes into the transaction", plan(),
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]),
                at(1, events(10), [.insertEvents, .awaitSettled]), at(1, .settled(Growth()), [.settleEvents]),
                at(1, events(10), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth()), [.settleEvents, .awaitSettled]), at(1, .settled(Growth()), commit),
                at(1, .committed, []),
                at(1, events(10), [.begin, .insertEvents, .settleEvents]),
            ]),
        Case(
            "full by merged bytes", plan(),
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]),
                at(1, events(10), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth(mergedBytes: 500)), [.settleEvents, .awaitSettled]),
                at(1, .settled(Growth(mergedBytes: 600)), commit), at(1, .committed, []),
            ]),
        Case(
            "kept bytes add up", plan(),
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]),
                at(1, events(1), []), at(1, .heldBack, [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth(keptBytes: 300)), [.settleEvents, .awaitSettled]),
                at(1, .settled(Growth(keptBytes: 399)), []),
                at(1, events(1), []), at(1, .heldBack, [.insertEvents, .settleEvents, .awaitSettled]),
                at(1, .settled(Growth(keptBytes: 1)), commit), at(1, .committed, []),
            ]),
        Case(
            "full by movies", plan([[.movies]]),
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 29), [.begin, .addMovies]), at(1, .added(Growth()), []),
                at(1, .movies(lines: 1), [.addMovies]), at(1, .added(Growth()), commit), at(1, .committed, []),
                at(1, .movies(lines: 1), [.begin, .addMovies]), at(1, .added(Growth(mergedBytes: 500)), commit),
            ]),
        Case(
            "movies and events fill one transaction together", plan([[.movies, .events]]),
            openingBoth + [
                at(1, events(10), [.begin, .insertEvents, .settleEvents]),
                at(1, .movies(lines: 1), [.addMovies]), at(1, .added(Growth(mergedBytes: 300)), []),
                at(1, events(10), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth(mergedBytes: 200)), [.settleEvents, .awaitSettled]),
                at(1, .settled(Growth(mergedBytes: 250)), commit),
            ]),
        Case(
            "a pause gives back what is held, and commits a second after the last commit", plan(),
            opening + [
                at(0.5, events(1), []), at(0.6, .pause, [.insertEvents, .settleEvents, .awaitSettled]),
                at(0.6, .settled(Growth()), []), at(0.9, .pause, []),
                at(1, .pause, commit), at(1.1, .committed, []),
                at(5, .pause, []),
                at(5.1, events(1), []), at(5.2, .pause, [.begin, .insertEvents, .settleEvents, .awaitSettled]),
                at(5.2, .settled(Growth()), commit),
            ]),
        Case(
            "a pause commits no batches without lines", plan(),
            opening + [
                at(5, events(0), []), at(5.1, .pause, [.insertEvents, .settleEvents, .awaitSettled]),
                at(5.1, .settled(Growth()), []), at(9, .pause, []),
            ]),
        Case(
            "due by time, from the first line that is not committed", plan { $0.commitInterval = 2 },
            opening + [
                at(10, events(0), []), at(11, events(1), []), at(12.9, events(1), []),
                at(13, events(1), [.insertEvents, .settleEvents, .awaitSettled]),
                at(13, .settled(Growth()), commit), at(13, .committed, []),
                at(20, events(1), []), at(21.9, events(1), []),
                at(22, events(1), [.begin, .insertEvents, .settleEvents, .awaitSettled]),
            ]),
        Case(
            "a batch that does not fit into the transaction waits for its commit", plan(),
            opening + [
                at(1, events(9), []), at(1, .full, [.insertEvents, .settleEvents, .awaitSettled]),
                at(1, .settled(Growth()), commit), at(1, .committed, []),
                at(1, events(30), [.begin, .insertEvents, .settleEvents, .awaitSettled]),
            ]),
        Case(
            "a run that would end too late stops reading", plan { $0.deadline = 10 }, ends: true,
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]), at(2, events(1), []),
                // Four seconds for a step, five for the transaction, and 0.78 for marts, indexes and statistics.
                at(6, events(1), [.insertEvents, .awaitSettled]),
                at(6.5, .settled(Growth()), [.settleEvents, .awaitSettled]), at(6.5, .settled(Growth()), commit),
                at(9, .committed, [.close(.events), .begin, .refreshMarts]), at(9.5, .done, [.cureArrived]),
                at(9.5, .done, end), at(9.5, .done, [.save(.stopped), .commit]), at(9.6, .committed, []),
            ]),
    ]

    static let sideBySide: [Case] = [
        Case(
            "in turns; facts follow their movies at the end", plan([[.movies, .events]]),
            openingBoth + [
                at(1, events(1), []), at(1, .movies(lines: 1), [.begin, .addMovies]), at(1, .added(Growth()), []),
                at(1, events(9), [.insertEvents, .settleEvents]),
                at(1, .movies(lines: 1), [.addMovies]), at(1, .added(Growth()), []),
                at(2, .ended(.events), [.awaitSettled]), at(2, .settled(Growth()), commit),
                at(2, .committed, [.close(.events)]),
                at(3, .movies(lines: 1), [.begin, .addMovies]), at(3, .added(Growth()), []),
                at(3, .ended(.movies), commit),
                at(3, .committed, [.close(.movies), .begin, .reenrichFacts]), at(3, .done, [.refreshMarts]),
            ]),
        Case(
            "a port that ends with nothing to commit is closed", plan([[.movies, .events]]),
            openingBoth + [
                at(1, .ended(.movies), [.close(.movies)]), at(1, events(10), [.begin, .insertEvents, .settleEvents]),
            ]),
    ]

    static let marts: [Case] = [
        Case(
            "marts are due after a commit, in a transaction of their own",
            plan([[.movies, .events]]) { $0.martInterval = 60 },
            openingBoth + [
                at(59, .movies(lines: 1), [.begin, .addMovies]), at(59, .added(Growth()), []),
                at(60, events(1), [.insertEvents, .settleEvents, .awaitSettled]),
                at(60, .settled(Growth()), commit),
                at(60, .committed, [.begin, .reenrichFacts]), at(61, .done, [.refreshMarts]),
                at(62, .done, [.cureArrived]), at(62, .done, [.commit]), at(63, .committed, []),
                // The interval begins at the end of the last refresh. A refresh needs new lines, and enriches facts
                // only after new movies.
                at(122, events(1), []), at(122.1, .pause, [.begin, .insertEvents, .settleEvents, .awaitSettled]),
                at(122.2, .settled(Growth()), commit), at(122.3, .committed, []),
                at(123, .pause, [.begin, .refreshMarts]), at(124, .done, [.cureArrived]),
                at(124, .done, [.commit]), at(124, .committed, []),
                at(500, .pause, []),
            ]),
        Case(
            "indexes and statistics follow the first marts, and then at their own interval",
            plan([[.movies, .events]]) { ($0.martInterval, $0.preparationInterval) = (60, 100) },
            openingBoth + [
                at(60, .pause, [.begin, .reenrichFacts]), at(60, .done, [.refreshMarts]),
                at(61, .done, [.cureArrived]), at(61, .done, [.prepareForQuestions]), at(63, .done, [.commit]),
                at(64, .committed, []),
                at(124, events(30), [.begin, .insertEvents, .settleEvents, .awaitSettled]),
                at(124, .settled(Growth()), commit), at(124, .committed, [.begin, .refreshMarts]),
                at(125, .done, [.cureArrived]), at(125, .done, [.commit]), at(125, .committed, []),
                at(190, events(30), [.begin, .insertEvents, .settleEvents, .awaitSettled]),
                at(190, .settled(Growth()), commit), at(190, .committed, [.begin, .refreshMarts]),
                at(191, .done, [.cureArrived]), at(191, .done, [.prepareForQuestions]), at(192, .done, [.commit]),
            ]),
        Case(
            "a dry run brings them up to date at its end",
            plan {
                $0.isDryRun = true; $0.martInterval = 1
            },
            [
                at(0, .started, [.countRows, .reenrichFacts]), at(0, .done, [.open(.events)]),
                at(9, events(30), [.insertEvents, .settleEvents, .awaitSettled]),
                at(9, .settled(Growth(keptBytes: 9000)), rows),
                at(9, events(1), []), at(9, .ended(.events), [.insertEvents, .settleEvents, .awaitSettled]),
                at(9, .settled(Growth()), rows + [.close(.events), .refreshMarts]), at(9, .done, [.cureArrived]),
                at(9, .done, [.countRows, .rollback]),
            ]),
    ]

    static let stops: [Case] = [
        Case(
            "a signal before anything came", plan(), ends: true,
            [
                at(0, .started, start),
                at(0, .committed, stop: .interrupt, [.begin, .save(.stopped), .commit]),
                at(0, .committed, []),
            ]),
        Case(
            "a signal while nothing waits for a commit", plan(), ends: true,
            opening.dropLast() + [
                at(0, .done, stop: .terminate, rows + [.save(.stopped), .commit]),
                at(0, .committed, [.close(.events)]),
            ]),
        Case(
            "a signal while events are held: they are left to the next run", plan(), ends: true,
            opening + [
                at(1, events(1), []),
                at(1, .pause, stop: .terminate, [.dropEvents] + rows + [.save(.stopped), .commit]),
                at(1, .committed, [.close(.events)]),
            ]),
        Case(
            "a signal while a group is settled, and another one is held", plan(), ends: true,
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]), at(1, events(1), []),
                at(1, .pause, stop: .interrupt, [.dropEvents, .awaitSettled]),
                at(1, .settled(Growth()), stop: .interrupt, rows + [.save(.stopped), .commit]),
                at(1, .committed, [.close(.events)]),
            ]),
        Case(
            "a signal while a group is inserted and the one before is waited for", plan(), ends: true,
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]), at(1, events(10), [.insertEvents, .awaitSettled]),
                at(1, .settled(Growth()), stop: .interrupt, [.settleEvents, .awaitSettled]),
                at(1, .settled(Growth()), rows + [.save(.stopped), .commit]),
                at(1, .committed, [.close(.events)]),
            ]),
        Case(
            "a signal while a commit is under way", plan(), ends: true,
            opening + [
                at(1, events(30), [.insertEvents, .settleEvents, .awaitSettled]), at(1, .settled(Growth()), commit),
                at(1, .committed, stop: .interrupt, [.begin, .save(.stopped), .commit]),
                at(1, .committed, [.close(.events)]),
            ]),
        Case(
            "a signal while movies are read: events are not opened", plan([[.movies], [.events]]), ends: true,
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 5), [.begin, .addMovies]),
                at(1, .added(Growth()), stop: .terminate, rows + [.save(.stopped), .commit]),
                at(1, .committed, [.close(.movies)]),
            ]),
        Case(
            "a signal while marts are refreshed at their interval: what is done is kept",
            plan([[.movies, .events]]) { $0.martInterval = 1 }, ends: true,
            openingBoth + [
                at(2, .pause, [.begin, .reenrichFacts]),
                at(3, .done, stop: .terminate, rows + [.save(.stopped), .commit]),
                at(3, .committed, [.close(.movies), .close(.events)]),
            ]),
        Case(
            "a signal at the end: no marts, no cures, no indexes", plan([]), ends: true,
            [
                at(0, .started, start), at(0, .committed, [.countRows, .begin, .reenrichFacts]),
                at(0, .done, stop: .interrupt, [.save(.stopped), .commit]), at(0, .committed, []),
            ]),
        Case(
            "a signal stops a dry run", plan { $0.isDryRun = true }, ends: true,
            [
                at(0, .started, [.countRows, .reenrichFacts]),
                at(0, .done, stop: .interrupt, rows + [.rollback, .close(.events)]),
            ]),
        Case(
            "when its time is up a run loads what is held and refreshes the marts", plan([[.movies], [.events]]),
            ends: true,
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 5), [.begin, .addMovies]), at(1, .added(Growth()), []),
                at(1, .pause, stop: .duration, commit),
                at(1, .committed, stop: .duration, [.close(.movies), .begin, .reenrichFacts]),
                at(1, .done, [.refreshMarts]), at(1, .done, [.cureArrived]), at(1, .done, end),
                at(1, .done, [.save(.stopped), .commit]), at(1, .committed, []),
            ]),
        Case(
            "a retry that is stopped cures nothing by arrival", plan([[.movies, .events]]) { $0.isRetry = true },
            ends: true,
            [
                at(0, .started, start), at(0, .committed, [.open(.movies), .open(.events)]),
                at(1, events(1), []), at(1, .heldBack, [.begin, .insertEvents, .settleEvents, .awaitSettled]),
                at(1, .settled(Growth()), []),
                at(1, .pause, stop: .duration, [.upsert, .save(.running), .commit]),
                at(1, .committed, [.close(.movies), .close(.events), .begin, .reenrichFacts]),
                at(1, .done, [.refreshMarts]), at(1, .done, [.prepareForQuestions]),
                at(1, .done, [.save(.stopped), .commit]), at(1, .committed, []),
            ]),
    ]

    @Test(arguments: ordinary + commits + sideBySide + marts + stops + losses + refusals)
    func follows(_ expected: Case) {
        var machine = LoadMachine(expected.plan)
        for (index, turn) in expected.turns.enumerated() {
            let steps = machine.receive(turn.input, at: turn.time, stop: turn.stop)
            #expect(steps == turn.steps, "\(index): \(turn.input) at \(turn.time)")
            if steps != turn.steps { return }
        }
        if expected.ends { #expect(machine.isFinished) }
    }

    /// The steps after an error at the last step of a list of turns.
    struct Failure: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var turns: [Turn]
        /// The step that fails; nil for the last step.
        var failed: Step?
        var steps: [Step]

        init(_ name: String, _ turns: [Turn], at failed: Step? = nil, _ steps: [Step]) {
            testDescription = name
            self.turns = turns
            self.failed = failed ?? turns.last?.steps.last
            self.steps = steps
        }
    }

    private static let markFailed: [Step] = [.begin, .save(.failed), .commit]
    private static let committing: [Turn] =
        opening + [
            at(1, events(30), [.insertEvents, .settleEvents, .awaitSettled]), at(1, .settled(Growth()), commit),
        ]

    static let failures: [Failure] = [
        Failure("before the run has begun", [], markFailed),
        Failure("while it says that it is under way", [at(0, .started, start)], [.rollback]),
        Failure("while a port is opened", openingBoth, markFailed),
        Failure("while events are held", opening + [at(1, events(1), [])], [.rollback] + markFailed),
        Failure(
            "while a group is settled", opening + [at(1, events(10), [.insertEvents, .settleEvents])],
            [.rollback] + markFailed),
        Failure(
            "while a group is waited for",
            opening + [at(1, events(10), [.insertEvents, .settleEvents]), at(1, .pause, [.awaitSettled])],
            [.rollback] + markFailed),
        Failure(
            "while movies are added", openingBoth + [at(1, .movies(lines: 1), [.begin, .addMovies])],
            [.rollback] + markFailed),
        Failure("while rows are written before a commit", committing, at: .upsert, [.rollback] + markFailed),
        Failure("while a commit is under way, whose reply is lost: nothing more is written", committing, [.rollback]),
        Failure("after a commit", committing + [at(1, .committed, [])], markFailed),
        Failure(
            "while the marts are refreshed",
            openingBoth + [at(1, .ended(.movies), [.close(.movies)])]
                + [at(1, .ended(.events), [.close(.events), .begin, .reenrichFacts])],
            [.rollback] + markFailed),
    ]

    @Test(arguments: failures)
    func fails(_ failure: Failure) {
        var machine = LoadMachine(
            Self.plan(
                failure.turns.contains { $0.steps.contains(.open(.movies)) } ? [[.movies, .events]] : [[.events]]))
        for turn in failure.turns { #expect(machine.receive(turn.input, at: turn.time) == turn.steps) }
        #expect(machine.fail(at: failure.failed) == failure.steps)
        #expect(machine.isFinished)
    }

    @Test func anErrorInADryRunForgetsAll() {
        var machine = LoadMachine(Self.plan { $0.isDryRun = true })
        _ = machine.receive(.started, at: 0)
        #expect(machine.fail(at: nil) == [.rollback])
    }

    @Test func portsTakeTurnsOnlyWhereOneMayNeverEnd() {
        struct Lines: SourceSet {
            var port: SourcePort
            var isEndless: Bool
            func describe() throws -> [SourceDescription] { [] }
            func open(_ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void) throws
                -> any LineSource
            { throw RunStopped() }
        }
        struct RunStopped: Error {}
        let movies = Lines(port: .movies, isEndless: false)
        let events = Lines(port: .events, isEndless: false)
        let endless = Lines(port: .events, isEndless: true)
        #expect(LoadPlan.turns(movies: movies, events: events) == [[.movies], [.events]])
        #expect(LoadPlan.turns(movies: movies, events: endless) == [[.movies, .events]])
        #expect(LoadPlan.turns(movies: nil, events: endless) == [[.events]])
        #expect(LoadPlan.turns(movies: nil, events: nil) == [])
    }
}

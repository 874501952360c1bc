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

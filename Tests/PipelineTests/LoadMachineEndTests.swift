import Domain
import Testing

@testable import Pipeline

/// How a load ends: with the marts, by a stop, or by an error.
extension LoadMachineTests {
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
}

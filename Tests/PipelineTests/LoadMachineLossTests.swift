import Domain
import Testing

@testable import Pipeline

extension LoadMachineTests {
    /// Lost transactions: what was not committed is read again.
    static let losses: [Case] = [
        Case(
            "before the run is saved", plan(),
            [at(0, .started, start), at(0, .lost, start), at(0, .committed, [.countRows, .begin, .reenrichFacts])]),
        Case(
            "while facts follow their movies before the events", plan(),
            opening.dropLast() + [
                at(1, .lost, [.close(.events), .begin, .reenrichFacts]), at(1, .done, [.open(.events)]),
            ]),
        Case(
            "while a group is settled and another one is held", plan(),
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]), at(1, events(9), []),
                at(2, .lost, [.close(.events), .begin, .reenrichFacts]), at(2, .done, [.open(.events)]),
                at(2, events(9), []), at(2, events(1), [.insertEvents, .settleEvents]),
            ]),
        Case(
            "at the commit of a port that has ended: it is opened again", plan(),
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]), at(1, .ended(.events), [.awaitSettled]),
                at(1, .settled(Growth()), commit), at(1, .lost, [.close(.events), .begin, .reenrichFacts]),
                at(1, .done, [.open(.events)]), at(1, .ended(.events), commit),
                at(1, .committed, [.close(.events), .begin, .refreshMarts]),
            ]),
        Case(
            "movies that are committed are not read again", plan([[.movies], [.events]]),
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 5), [.begin, .addMovies]), at(1, .added(Growth()), []),
                at(1, .ended(.movies), commit), at(1, .committed, [.close(.movies), .begin, .reenrichFacts]),
                at(1, .done, [.open(.events)]), at(1, events(1), []),
                at(1, .lost, [.close(.events), .begin, .reenrichFacts]), at(1, .done, [.open(.events)]),
            ]),
        Case(
            "both ports at the same time", plan([[.movies, .events]]),
            openingBoth + [
                at(1, .movies(lines: 5), [.begin, .addMovies]),
                at(1, .lost, [.close(.movies), .close(.events), .open(.movies), .open(.events)]),
            ]),
        Case(
            "at the end: the marts begin anew", plan([]),
            [
                at(0, .started, start), at(0, .committed, [.countRows, .begin, .reenrichFacts]),
                at(0, .done, [.refreshMarts]), at(0, .done, [.cureArrived]), at(0, .done, end),
                at(0, .done, [.save(.completed), .commit]), at(0, .lost, [.begin, .reenrichFacts]),
                at(0, .done, [.refreshMarts]), at(0, .done, [.cureArrived]), at(0, .done, end),
                at(0, .done, [.save(.completed), .commit]), at(0, .committed, []),
            ]),
        Case(
            "with a signal: nothing is read again", plan(), ends: true,
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]),
                at(1, .lost, stop: .terminate, [.close(.events), .begin, .save(.stopped), .commit]),
                at(1, .committed, []),
            ]),
        Case(
            "when the time is up: nothing is read again, the marts follow", plan([[.movies], [.events]]),
            [
                at(0, .started, start), at(0, .committed, [.countRows, .open(.movies)]),
                at(1, .movies(lines: 5), [.begin, .addMovies]), at(1, .added(Growth()), stop: .duration, commit),
                at(1, .lost, stop: .duration, [.close(.movies), .begin, .reenrichFacts]), at(1, .done, [.refreshMarts]),
            ]),
        Case(
            "no transaction is left open while a source is silent", plan { $0.mayPause = true },
            opening + [at(0.5, .pause, []), at(1, .pause, commit), at(1, .committed, []), at(9, .pause, [])]),
    ]

    /// Refused rows: the same, in smaller transactions at first.
    static let refusals: [Case] = [
        Case(
            "refused rows at the upsert: the lines are read again", plan(),
            opening + [
                at(1, events(10), [.insertEvents, .settleEvents]), at(1, .ended(.events), [.awaitSettled]),
                at(1, .settled(Growth()), commit), at(1, .refused, [.close(.events), .begin, .reenrichFacts]),
                at(1, .done, [.open(.events)]), at(1, events(9), []),
                at(1, .ended(.events), [.insertEvents, .settleEvents, .awaitSettled]),
                at(1, .settled(Growth()), commit),
                at(1, .committed, [.close(.events), .begin, .refreshMarts]),
            ]),
        Case(
            "the next transactions are small, and double with each commit", plan([[.events]], refusalPlan),
            opening + [
                at(1, .refused, [.close(.events), .begin, .reenrichFacts]), at(1, .done, [.open(.events)]),
                at(1, events(few - 1), []),
                at(1, events(1), [.insertEvents, .settleEvents, .awaitSettled]), at(1, .settled(Growth()), commit),
                at(1, .committed, []), at(1, events(few), []),
                at(1, events(few), [.begin, .insertEvents, .settleEvents, .awaitSettled]),
                at(1, .settled(Growth()), commit), at(1, .committed, []),
            ]),
        Case(
            "the third refusal of the same lines takes a quarter of them", plan([[.events]], refusalPlan),
            opening
                + (0..<3).flatMap { _ in
                    [at(1, .refused, [.close(.events), .begin, .reenrichFacts]), at(1, .done, [.open(.events)])]
                } + [
                    at(1, events(few / 4 - 1), []), at(1, events(1), [.insertEvents, .settleEvents, .awaitSettled]),
                ]),
        Case(
            "there are always a few lines in a transaction", plan([[.events]], refusalPlan),
            opening
                + (0..<9).flatMap { _ in
                    [at(1, .refused, [.close(.events), .begin, .reenrichFacts]), at(1, .done, [.open(.events)])]
                } + [
                    at(1, events(Int(LoadMachine.fewestLines) - 1), []),
                    at(1, events(1), [.insertEvents, .settleEvents, .awaitSettled]),
                ]),
    ]

    private static let few = Int(LoadMachine.linesAfterARefusal)

    private static func refusalPlan(_ plan: inout LoadPlan) {
        plan.groupLines = .max
        plan.transactionLines = .max
    }
}

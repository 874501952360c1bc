import Testing

@testable import Pipeline

/// When a run with a time limit stops reading.
@Suite struct EndForecastTests {
    typealias Event = EndForecast.Event

    /// What happens until the run is asked how long it needs to end.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var events: [(time: Double, event: Event)]
        var now: Double
        /// The seconds that the parts of the end need: a step, the transaction, what the run began with, the last steps.
        var step = 0.0
        var transaction = 0.0
        var opening = 0.0
        var reading: Double

        init(
            _ name: String, _ events: [(Double, Event)], at now: Double, step: Double = 0, transaction: Double = 0,
            opening: Double = 0, reading: Double
        ) {
            testDescription = name
            self.events = events.map { (time: $0.0, event: $0.1) }
            (self.now, self.step, self.transaction) = (now, step, transaction)
            (self.opening, self.reading) = (opening, reading)
        }
    }

    /// The first commit, and the answer to what the run does before it reads.
    static func opened(in seconds: Double = 0) -> [(Double, Event)] { [(0, .committed), (seconds, .other)] }

    static let cases: [Case] = [
        Case(
            "before the first commit, writing takes as long as reading", opened() + [(1, .other), (1, .lines)], at: 5,
            transaction: 4, reading: 5),
        Case(
            "the reading of a transaction ends when its commit is due",
            opened() + [(1, .other), (1, .lines), (3, .other), (3, .commitDue)], at: 9, transaction: 2, reading: 9),
        Case(
            "what commits take is measured",
            // (2 + 0.5) / (4.5 + 0.5) of a second.
            opened() + [(1, .other), (1, .lines), (5.5, .commitDue), (7.5, .committed), (7.5, .lines)], at: 8.5,
            transaction: 0.5, reading: 8.5),
        Case(
            "a short transaction that was slow to commit says little",
            // (0.4 + 0.5) / (0.1 + 0.5) of a second.
            opened() + [(1, .other), (1, .lines), (1.1, .commitDue), (1.5, .committed), (1.5, .lines)], at: 2.5,
            transaction: 1.5, reading: 2.5),
        Case(
            "a commit without lines says nothing",
            opened() + [(1, .commitDue), (9, .committed), (9, .lines)], at: 10, transaction: 1, reading: 10),
        Case(
            "what is done before the first line is done again", opened(in: 3) + [(4, .other), (4, .lines)], at: 4,
            opening: 3, reading: 1),
        Case(
            "a long step counts less and less",
            opened() + [(1, .lines), (1.5, .step), (1.5, .step), (1.5, .step)], at: 1.5, step: 1 * 0.9 * 0.9 * 0.9,
            transaction: 0.5, reading: 1.5),
        Case(
            "waiting is no step", opened() + [(50, .other), (50.1, .lines)], at: 50.1, step: 0.1, reading: 50.1),
        Case(
            "a lost transaction is forgotten", opened() + [(1, .other), (1, .lines), (9, .lost)], at: 9, reading: 9),
    ]

    @Test(arguments: cases)
    func addsUp(_ test: Case) {
        var forecast = EndForecast(deadline: 100)
        forecast.begin(at: 0)
        for (time, event) in test.events { forecast.note(event, at: time) }
        let expected = test.step + test.transaction + test.opening + EndForecast.lastSteps(after: test.reading)
        #expect(abs(forecast.remaining(at: test.now) - expected) < 1e-9)
    }

    @Test(arguments: [(0.0, 0.0), (0.3, 0.3), (0.5, 0.34), (1, 0.38), (10, 1.1), (3600, 288.3)])
    func lastStepsGrowSlowly(_ reading: Double, _ seconds: Double) {
        #expect(abs(EndForecast.lastSteps(after: reading) - seconds) < 1e-9)
    }

    /// The time is up when what remains reaches the limit, and not before anything was read.
    @Test func saysWhenToStop() {
        var forecast = EndForecast(deadline: 10)
        forecast.begin(at: 0)
        #expect(!forecast.isTimeToEnd(at: 11))
        for (time, event) in Self.opened() { forecast.note(event, at: time) }
        forecast.note(.other, at: 11)
        #expect(!forecast.isTimeToEnd(at: 11))
        forecast = EndForecast(deadline: 10)
        forecast.begin(at: 0)
        for (time, event) in Self.opened() + [(0, .lines)] { forecast.note(event, at: time) }
        // At t, t + t + 0.3 + 0.08 t.
        #expect(!forecast.isTimeToEnd(at: 4.6) && forecast.isTimeToEnd(at: 4.7))
    }
}

import Domain
import Testing

@testable import Pipeline

@Suite struct RetryScheduleTests {
    private struct Failure: ReportedError {
        var kind = FailureKind.unreachable
        var message: String { "db: no" }
        var hint: String { "Wait." }
    }

    private func delay(_ decision: RetrySchedule.Decision) -> Duration? {
        if case .again(let delay, _) = decision { return delay }
        return nil
    }

    /// After the n-th failure in a row, without time passing, with the greatest jitter.
    @Test(arguments: [
        (1, Duration.milliseconds(500)), (2, .seconds(1)), (3, .seconds(2)), (6, .seconds(16)), (7, .seconds(30)),
        (50, .seconds(30)),
    ])
    func delaysDouble(failures: Int, delay expected: Duration) {
        var schedule = RetrySchedule(total: .seconds(1000))
        for _ in 1..<failures { _ = schedule.failed(Failure(), mayRetry: true, at: .zero, jitter: 1) }
        #expect(delay(schedule.failed(Failure(), mayRetry: true, at: .zero, jitter: 1)) == expected)
    }

    @Test(arguments: [
        (0.0, Duration.milliseconds(250)), (0.5, .milliseconds(375)), (1, .milliseconds(500)), (7, .milliseconds(500)),
    ])
    func jitterIsHalf(jitter: Double, delay expected: Duration) {
        var schedule = RetrySchedule(total: .seconds(10))
        #expect(delay(schedule.failed(Failure(), mayRetry: true, at: .zero, jitter: jitter)) == expected)
    }

    /// A server that answers is tried again sooner.
    @Test(arguments: FailureKind.allCases) func theKindDecidesTheFirstDelay(kind: FailureKind) {
        var schedule = RetrySchedule(total: .seconds(10))
        let decision = schedule.failed(Failure(kind: kind), mayRetry: true, at: .seconds(99), jitter: 1)
        #expect(delay(decision) == (kind == .unreachable ? .milliseconds(500) : .milliseconds(50)))
    }

    @Test func whatIsNotRetriedIsGivenUpAtOnce() {
        var schedule = RetrySchedule(total: .seconds(10))
        #expect(schedule.failed(Failure(), mayRetry: false, at: .zero, jitter: 1) == .giveUp(notice: nil))
    }

    @Test func theTimeIsNeverPassed() {
        var schedule = RetrySchedule(total: .seconds(10))
        #expect(delay(schedule.failed(Failure(), mayRetry: true, at: .seconds(5), jitter: 1)) == .milliseconds(500))
        #expect(
            delay(schedule.failed(Failure(), mayRetry: true, at: .milliseconds(14_900), jitter: 1))
                == .milliseconds(100))
        #expect(
            schedule.failed(Failure(), mayRetry: true, at: .seconds(15), jitter: 1)
                == .giveUp(notice: "giving up after 10 s and 3 failures: the time for trying again is over"))
        var none = RetrySchedule(total: .zero)
        #expect(none.failed(Failure(), mayRetry: true, at: .zero, jitter: 1) == .giveUp(notice: nil))
    }

    @Test func aSuccessBeginsAnew() {
        var schedule = RetrySchedule(total: .seconds(10))
        #expect(schedule.succeeded(at: .zero) == nil)
        _ = schedule.failed(Failure(), mayRetry: true, at: .seconds(1), jitter: 1)
        _ = schedule.failed(Failure(), mayRetry: true, at: .seconds(9), jitter: 1)
        #expect(schedule.succeeded(at: .milliseconds(10_500)) == "going on after 9.5 s and 2 failures")
        #expect(schedule.succeeded(at: .seconds(20)) == nil)
        #expect(delay(schedule.failed(Failure(), mayRetry: true, at: .seconds(60), jitter: 1)) == .milliseconds(500))
    }

    @Test func noticesSayWhatAndForHowLong() {
        var schedule = RetrySchedule(total: .seconds(300))
        #expect(
            schedule.failed(Failure(), mayRetry: true, at: .zero, jitter: 1)
                == .again(after: .milliseconds(500), notice: "db: no; trying again in 0.5 s, for at most 300 s"))
        #expect(
            schedule.failed(Failure(), mayRetry: false, at: .seconds(2), jitter: 1)
                == .giveUp(notice: "giving up after 2 s and 2 failures: trying again does not help"))
    }
}

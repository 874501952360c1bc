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
        #expect(
            schedule.failed(Failure(), mayRetry: false, at: .zero, jitter: 1) == .giveUp(notice: nil, reason: .useless))
    }

    @Test func theTimeIsNeverPassed() {
        var schedule = RetrySchedule(total: .seconds(10))
        #expect(delay(schedule.failed(Failure(), mayRetry: true, at: .seconds(5), jitter: 1)) == .milliseconds(500))
        #expect(
            delay(schedule.failed(Failure(), mayRetry: true, at: .milliseconds(14_900), jitter: 1))
                == .milliseconds(100))
        #expect(
            schedule.failed(Failure(), mayRetry: true, at: .seconds(15), jitter: 1)
                == .giveUp(
                    notice: "giving up after 10 s and 3 failures: the time for trying again is over",
                    reason: .timeIsOver))
        var none = RetrySchedule(total: .zero)
        #expect(
            none.failed(Failure(), mayRetry: true, at: .zero, jitter: 1) == .giveUp(notice: nil, reason: .timeIsOver))
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

    /// Rows that were written for some seconds end an outage: the next one has a count, a time and pauses of its own.
    @Test func workEndsAnOutage() {
        var schedule = RetrySchedule(total: .seconds(60))
        #expect(schedule.worked(at: .zero) == nil)
        for second in [0, 10, 20] {
            _ = schedule.failed(Failure(), mayRetry: true, at: .seconds(second), jitter: 1)
            schedule.answered(at: .seconds(second + 1))
            // Not long enough.
            #expect(schedule.worked(at: .milliseconds(Int64(second) * 1000 + 3900)) == nil)
        }
        #expect(schedule.worked(at: .seconds(24)) == "going on after 21 s and 3 failures")
        #expect(schedule.worked(at: .seconds(30)) == nil)
        #expect(
            schedule.failed(Failure(), mayRetry: true, at: .seconds(50), jitter: 1)
                == .again(after: .milliseconds(500), notice: "db: no; trying again in 0.5 s, for at most 60 s"))
        schedule.answered(at: .seconds(55))
        #expect(schedule.succeeded(at: .seconds(56)) == "going on after 5 s and 1 failure")
    }

    /// A server that answers and writes nothing, such as one that refuses the same statement each time, ends no outage.
    @Test func anAnswerEndsNoOutage() {
        var schedule = RetrySchedule(total: .seconds(10))
        for second in [0, 5] {
            _ = schedule.failed(Failure(), mayRetry: true, at: .seconds(second), jitter: 1)
            schedule.answered(at: .seconds(second + 1))
        }
        #expect(
            schedule.failed(Failure(), mayRetry: true, at: .seconds(10), jitter: 1)
                == .giveUp(
                    notice: "giving up after 10 s and 3 failures: the time for trying again is over",
                    reason: .timeIsOver))
    }

    /// A server that is lost in the same transaction each time is given up, although each outage is short.
    @Test func outagesWithoutACommitAreCounted() {
        var schedule = RetrySchedule(total: .seconds(60))
        func outage(_ number: Int) -> RetrySchedule.Decision {
            let start = Duration.seconds(10 * number)
            let decision = schedule.failed(Failure(), mayRetry: true, at: start, jitter: 1)
            schedule.answered(at: start + .seconds(1))
            _ = schedule.worked(at: start + .seconds(5))
            return decision
        }
        for number in 1...RetrySchedule.mostOutages { #expect(delay(outage(number)) == .milliseconds(500)) }
        let notice =
            "giving up after 0 s and 1 failure: the work was interrupted 11 times without a commit between"
        #expect(outage(11) == .giveUp(notice: notice, reason: .tooManyOutages))
        _ = schedule.succeeded(at: .seconds(200))
        #expect(delay(outage(30)) == .milliseconds(500))
    }

    @Test func noticesSayWhatAndForHowLong() {
        var schedule = RetrySchedule(total: .seconds(300))
        #expect(
            schedule.failed(Failure(), mayRetry: true, at: .zero, jitter: 1)
                == .again(after: .milliseconds(500), notice: "db: no; trying again in 0.5 s, for at most 300 s"))
        #expect(
            schedule.failed(Failure(), mayRetry: false, at: .seconds(2), jitter: 1)
                == .giveUp(
                    notice: "giving up after 2 s and 2 failures: trying again does not help", reason: .useless))
    }
}

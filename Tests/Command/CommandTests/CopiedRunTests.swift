import Domain
import Pipeline
import Testing

@testable import reelhouse

/// What a copy says of the runs of its source.
@Suite struct CopiedRunTests {
    private static func stored(_ id: Int64, _ outcome: RunOutcome) -> RunRecord {
        RunRecord(id: id, startedAt: 0, endedAt: nil, outcome: outcome, counts: LineCounts())
    }

    private func state(
        _ run: (id: Int64, outcome: RunOutcome)?, before: RunRecord?, wasBeingWritten: Bool, isAlive: Bool? = nil
    ) -> CopiedRun.State {
        CopiedRun(
            run.map { CopyReport.LastRun(id: $0.id, startedAt: 0, outcome: $0.outcome) }, before: before,
            wasBeingWritten: wasBeingWritten, isAlive: { isAlive }
        ).state
    }

    @Test func theStateFollowsFromWhatWasThereBeforeAndAfter() {
        let stored = Self.stored
        #expect(state(nil, before: nil, wasBeingWritten: false) == .whole)
        #expect(state(nil, before: nil, wasBeingWritten: true) == .uncommitted)
        #expect(state((1, .completed), before: stored(1, .completed), wasBeingWritten: false) == .whole)
        #expect(state((1, .completed), before: stored(1, .completed), wasBeingWritten: true) == .uncommitted)
        #expect(state((1, .stopped), before: stored(1, .stopped), wasBeingWritten: true) == .uncommitted)
        // The run that was under way before has ended by the time of the copy.
        #expect(state((1, .completed), before: stored(1, .running), wasBeingWritten: true) == .whole)
        #expect(state((2, .completed), before: stored(1, .completed), wasBeingWritten: true) == .whole)
        for outcome in [RunOutcome.stopped, .failed, .interrupted] {
            #expect(state((1, outcome), before: stored(1, outcome), wasBeingWritten: false) == .ended(outcome))
            #expect(state((2, outcome), before: stored(1, .completed), wasBeingWritten: true) == .ended(outcome))
        }
        for (isAlive, expected) in [
            (true as Bool?, CopiedRun.State.underWay(isKnown: true)), (false, .killed),
            (nil, .underWay(isKnown: false)),
        ] {
            #expect(
                state((1, .running), before: stored(1, .running), wasBeingWritten: true, isAlive: isAlive) == expected)
        }
    }

    @Test func theWarningSaysWhichRunAndWhatToDo() throws {
        let run = CopyReport.LastRun(id: 3, startedAt: 1_795_132_800_000, outcome: .running)
        let warning = try #require(
            CopiedRun(run, before: nil, wasBeingWritten: true, isAlive: { true }).warning(of: "w.db"))
        #expect(
            warning
                == Report(
                    kind: .warning,
                    message:
                        "run 3 of w.db, which began at 2026-11-20T00:00:00.000Z, was under way; the copy holds what "
                        + "was committed until then",
                    hint: "Make another copy when the run has ended, or load the same inputs into this one."))
        let whole = CopyReport.LastRun(id: 3, startedAt: 0, outcome: .completed)
        #expect(CopiedRun(whole, before: nil, wasBeingWritten: false, isAlive: { nil }).warning(of: "w.db") == nil)
    }
}

import Testing

@testable import Domain

/// Which runs leave out a source that each run reads anew.
@Suite struct LeftOutSourceTests {
    /// The runs before, oldest first, and what the next one does with a source that one of them read.
    struct Case: CustomStringConvertible, Sendable {
        var outcomes: [RunOutcome]
        /// The run that read something of the source last, from 1.
        var readBy: Int64
        var isComplete = true
        var isReload = false
        /// Whether the last run is this one, which lost its warehouse.
        var isReopened = false
        var isLeftOut: Bool

        var description: String {
            "\(outcomes.map(\.rawValue)), read by \(readBy)\(isComplete ? "" : " in part")"
                + "\(isReload ? ", --reload" : "")\(isReopened ? ", opened again" : "")"
        }
    }

    static let cases = [
        // Each run reads it anew, and one that was asked to stop has ended.
        Case(outcomes: [.completed], readBy: 1, isLeftOut: false),
        Case(outcomes: [.stopped], readBy: 1, isLeftOut: false),
        // The next run makes up for one that was killed or failed, and so does the one after that until one ends.
        Case(outcomes: [.interrupted], readBy: 1, isLeftOut: true),
        Case(outcomes: [.failed], readBy: 1, isLeftOut: true),
        Case(outcomes: [.completed, .interrupted], readBy: 2, isLeftOut: true),
        Case(outcomes: [.interrupted, .failed, .interrupted], readBy: 1, isLeftOut: true),
        Case(outcomes: [.interrupted, .interrupted], readBy: 2, isLeftOut: true),
        Case(outcomes: [.interrupted, .completed], readBy: 1, isLeftOut: false),
        Case(outcomes: [.interrupted, .stopped, .interrupted], readBy: 1, isLeftOut: false),
        // The run that was killed had not begun to read it.
        Case(outcomes: [.completed, .interrupted], readBy: 1, isLeftOut: false),
        // A reading that was interrupted goes on.
        Case(outcomes: [.interrupted], readBy: 1, isComplete: false, isLeftOut: false),
        // It was asked for.
        Case(outcomes: [.interrupted], readBy: 1, isReload: true, isLeftOut: false),
        // What this run has read itself is not read again, whatever was asked for.
        Case(outcomes: [.completed, .running], readBy: 2, isReopened: true, isLeftOut: true),
        Case(outcomes: [.completed, .running], readBy: 2, isReload: true, isReopened: true, isLeftOut: true),
        Case(outcomes: [.completed, .running], readBy: 1, isReload: true, isReopened: true, isLeftOut: false),
        Case(outcomes: [.completed, .running], readBy: 1, isReopened: true, isLeftOut: false),
        Case(outcomes: [.completed, .running], readBy: 2, isComplete: false, isReopened: true, isLeftOut: false),
        Case(outcomes: [.interrupted, .running], readBy: 1, isReopened: true, isLeftOut: true),
    ]

    @Test(arguments: cases) func eachRunReadsItButOneThatMakesUpForAnother(_ example: Case) {
        let last = example.outcomes.lastIndex(where: \.isOrderly)
        var request = SourceRequest(clockDay: 0, isReload: example.isReload)
        request.lastOrderlyRun = last.map { Int64($0 + 1) } ?? 0
        request.run = example.isReopened ? Int64(example.outcomes.count) : nil
        let known = KnownSource(checkpoint(isComplete: example.isComplete), lastRun: example.readBy)
        #expect(request.leavesOut(known) == example.isLeftOut)
    }

    @Test func whereThereAreNoRunsAllIsRead() {
        var request = SourceRequest(clockDay: 0)
        #expect(!request.leavesOut(KnownSource(checkpoint(isComplete: true), lastRun: 1)))
        request.lastOrderlyRun = 0
        #expect(!request.leavesOut(KnownSource(checkpoint(isComplete: true))))
        #expect(!request.leavesOut(KnownSource(checkpoint(isComplete: true), isOutgrown: true, lastRun: 1)))
    }

    private func checkpoint(isComplete: Bool) -> Checkpoint {
        Checkpoint(
            SourceMark(identity: SourceIdentity(port: .movies, key: "a")), source: "a",
            position: SourcePosition(order: 7), isComplete: isComplete, counts: LineCounts())
    }
}

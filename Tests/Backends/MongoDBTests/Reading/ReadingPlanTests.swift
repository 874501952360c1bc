import Domain
import Testing

@testable import MongoDB

/// Where the reading of a collection begins.
@Suite struct ReadingPlanTests {
    /// A row whose reading run 3 began, and that run 4 wrote last.
    private static func source(isComplete: Bool) -> KnownSource {
        KnownSource(
            Checkpoint(
                SourceMark(identity: SourceIdentity(port: .movies, key: "mongodb:1"), mayGrow: true), source: "a.b",
                position: SourcePosition(order: 7, detail: "603"), isComplete: isComplete, counts: LineCounts(),
                firstRun: 3), lastRun: 4)
    }

    private static func request(isReload: Bool = false, run: Int64? = nil, after orderly: Int64 = 4) -> SourceRequest {
        var request = SourceRequest(clockDay: 0, isReload: isReload)
        (request.run, request.lastOrderlyRun) = (run, orderly)
        return request
    }

    @Test func aNewCollectionIsReadFromItsStart() {
        let plan = ReadingPlan(known: nil, Self.request(after: 0))
        #expect(plan.known == nil && plan.start == SourcePosition() && !plan.isReadAgain && !plan.isSkipped)
    }

    @Test func aReadingThatWasInterruptedGoesOn() {
        let source = Self.source(isComplete: false)
        let row = source.checkpoint
        let plan = ReadingPlan(known: source, Self.request(after: 2))
        #expect(plan.known == row && plan.start == row.position && !plan.isReadAgain && !plan.isSkipped)
    }

    @Test func aCollectionThatWasReadToItsEndIsReadAsANewOne() {
        let plan = ReadingPlan(known: Self.source(isComplete: true), Self.request(run: 5))
        #expect(plan.known == nil && plan.start == SourcePosition() && !plan.isReadAgain && !plan.isSkipped)
    }

    @Test(arguments: [true, false])
    func aReloadKeepsTheRowUntilItsEnd(isComplete: Bool) {
        let source = Self.source(isComplete: isComplete)
        let plan = ReadingPlan(known: source, Self.request(isReload: true, after: 2))
        #expect(plan.known == source.checkpoint && plan.start == SourcePosition())
        #expect(plan.isReadAgain && !plan.isSkipped)
    }

    @Test(arguments: [true, false])
    func whatThisRunHasReadIsNotReadAgain(isReload: Bool) {
        let plan = ReadingPlan(known: Self.source(isComplete: true), Self.request(isReload: isReload, run: 4))
        #expect(plan.isSkipped && plan.readByRun == nil)
    }

    @Test func whatARunHasReadThatThisOneMakesUpForIsNotReadAgain() {
        let source = Self.source(isComplete: true)
        let plan = ReadingPlan(known: source, Self.request(after: 3))
        #expect(plan.isSkipped && plan.readByRun == 4 && plan.start == source.checkpoint.position)
    }
}

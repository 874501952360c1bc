import Domain
import Testing

@testable import MongoDB

/// Where the reading of a collection begins.
@Suite struct ReadingPlanTests {
    private static func row(isComplete: Bool, firstRun: Int64 = 3) -> Checkpoint {
        Checkpoint(
            SourceMark(identity: SourceIdentity(port: .movies, key: "mongodb:1"), mayGrow: true), source: "a.b",
            position: SourcePosition(order: 7, detail: "603"), isComplete: isComplete, counts: LineCounts(),
            firstRun: firstRun)
    }

    private static func request(isReload: Bool = false, run: Int64? = nil) -> SourceRequest {
        var request = SourceRequest(clockDay: 0, isReload: isReload)
        request.run = run
        return request
    }

    @Test func aNewCollectionIsReadFromItsStart() {
        let plan = ReadingPlan(known: nil, Self.request(), isFinished: false)
        #expect(plan.known == nil && plan.start == SourcePosition() && !plan.isReadAgain && !plan.isSkipped)
    }

    @Test func aReadingThatWasInterruptedGoesOn() {
        let row = Self.row(isComplete: false)
        let plan = ReadingPlan(known: row, Self.request(), isFinished: false)
        #expect(plan.known == row && plan.start == row.position && !plan.isReadAgain && !plan.isSkipped)
    }

    @Test func aCollectionThatWasReadToItsEndIsReadAsANewOne() {
        let plan = ReadingPlan(known: Self.row(isComplete: true), Self.request(run: 4), isFinished: false)
        #expect(plan.known == nil && plan.start == SourcePosition() && !plan.isReadAgain && !plan.isSkipped)
    }

    @Test(arguments: [true, false])
    func aReloadKeepsTheRowUntilItsEnd(isComplete: Bool) {
        let row = Self.row(isComplete: isComplete)
        let plan = ReadingPlan(known: row, Self.request(isReload: true), isFinished: false)
        #expect(plan.known == row && plan.start == SourcePosition() && plan.isReadAgain && !plan.isSkipped)
    }

    @Test(arguments: [true, false])
    func whatThisRunHasReadIsNotReadAgain(isReload: Bool) {
        let row = Self.row(isComplete: true)
        #expect(ReadingPlan(known: row, Self.request(isReload: isReload, run: 3), isFinished: false).isSkipped)
        #expect(ReadingPlan(known: row, Self.request(isReload: isReload, run: 4), isFinished: true).isSkipped)
    }
}

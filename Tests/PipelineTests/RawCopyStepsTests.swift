import Testing

@testable import Pipeline

@Suite struct RawCopyStepsTests {
    @Test(
        arguments: [
            ([10, 20], false), ([50, 49], false), ([50, 50], true), ([500], true),
            ([Int](repeating: 0, count: 999), false), ([Int](repeating: 0, count: 1000), true), ([], false),
        ] as [([Int], Bool)])
    func aBatchIsFullByBytesOrByDocuments(_ sizes: [Int], _ isFull: Bool) {
        var steps = RawCopySteps(batchBytes: 100)
        for size in sizes { steps.read(bytes: size) }
        #expect(steps.isBatchFull == isFull)
        steps.compared()
        #expect(!steps.isBatchFull)
    }

    @Test func whatWasPutIsKeptAfterSoManyBytesOrSeconds() {
        var steps = RawCopySteps(flushBytes: 100, flushSeconds: 5)
        #expect(!steps.isFlushDue(at: 0) && !steps.isFlushDue(at: 1000), "nothing was put")
        steps.put(bytes: 0, at: 1000)
        #expect(!steps.isFlushDue(at: 1004.9) && steps.isFlushDue(at: 1005), "what is empty counts too")
        steps.flushed(at: 1006)
        steps.put(bytes: 60, at: 1007)
        #expect(!steps.isFlushDue(at: 1007))
        steps.put(bytes: 60, at: 1007)
        #expect(steps.isFlushDue(at: 1007))
        steps.flushed(at: 1008)
        #expect(!steps.isFlushDue(at: 2000), "nothing was put since")
    }
}

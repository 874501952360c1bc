import Domain
import Testing

@testable import SQLWarehouse

/// The search for refused rows, without a database.
@Suite struct RefusedRowSearchTests {
    private struct Fault: ReportedError {
        var message: String { "no" }
        var hint: String { "None." }
    }

    /// A refused row among n costs about two attempts a halving, and the others are written once.
    @Test(arguments: [(1, [0]), (1_000, []), (1_000, [0, 999]), (1_000_000, [123_456]), (8, Array(0..<8))])
    func theSearchFindsEachRefusedRow(count: Int, bad: [Int]) throws {
        var (attempts, written) = (0, 0)
        var search = RefusedRowSearch({ range in
            attempts += 1
            if bad.contains(where: range.contains) { return Refusal(words: "no", error: Fault()) }
            written += range.count
            return nil
        })
        try search.write(count)
        #expect(search.refused.map(\.row) == bad)
        #expect(written == count - bad.count)
        let halvings = Int.bitWidth - (count - 1).leadingZeroBitCount
        #expect(attempts <= 1 + 2 * halvings * bad.count)
    }

    /// Where the database can write the accepted rows itself, all rows are tried once and the rest is left to it.
    @Test func aDatabaseThatFindsTheRefusedRowsIsAskedOnce() throws {
        var attempts = 0
        let refusal = Refusal(words: "no", error: Fault())
        var search = RefusedRowSearch(
            { _ in
                attempts += 1
                return refusal
            }, writeAccepted: { first in [(3, first), (7, first)] })
        try search.write(10)
        #expect(search.refused.map(\.row) == [3, 7])
        #expect(attempts == 1)
    }
}

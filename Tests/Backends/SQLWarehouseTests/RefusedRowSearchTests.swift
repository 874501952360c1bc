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
        var search = RefusedRowSearch { range in
            attempts += 1
            if bad.contains(where: range.contains) { return Refusal(words: "no", error: Fault()) }
            written += range.count
            return nil
        }
        try search.write(0..<count)
        #expect(search.refused.map(\.row) == bad)
        #expect(written == count - bad.count)
        let halvings = Int.bitWidth - (count - 1).leadingZeroBitCount
        #expect(attempts <= 1 + 2 * halvings * bad.count)
    }
}

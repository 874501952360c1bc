import Domain
import Testing

@testable import MongoDB

/// Which lines are put when, and what a server's answer means for each.
@Suite struct EventInsertsTests {
    private static func line(_ number: UInt, bytes: Int = 20, value: [UInt8]? = [1]) -> EventInserts.Line {
        let document = (["a": .binary([UInt8](repeating: 0, count: bytes))] as BSONValue).bson
        return EventInserts.Line(number: number, document: document, value: value)
    }

    private static func refusal(_ place: Int, _ code: UInt32, keys: [String] = []) -> BulkOutcome.Refusal {
        BulkOutcome.Refusal(place: place, code: code, words: "refused", keys: keys)
    }

    @Test func linesWaitUntilTheyAreManyOrSomebodyWaits() {
        var batch = EventInserts(mostLines: 3, mostBytes: 1000)
        #expect(!batch.isDue(waiting: 0) && !batch.isDue(waiting: 50), "there are none")
        batch.add(Self.line(0))
        #expect(!batch.isDue(waiting: 0) && batch.isDue(waiting: 1))
        batch.add(Self.line(1, bytes: 2000))
        #expect(batch.isFull && batch.isDue(waiting: 0))
        batch.removeAll()
        for number in 0..<3 { batch.add(Self.line(UInt(number))) }
        #expect(batch.isFull)
    }

    /// Two lines, and the answer to the second one.
    struct Case: Sendable, CustomTestStringConvertible {
        var code: UInt32
        var keys: [String] = []
        var value: [UInt8]? = [1]
        /// Its outcome; nil where it waits again.
        var outcome: MessageOutcome?
        var testDescription: String { "\(code) \(keys) \(value == nil)" }
    }

    @Test(
        arguments: [
            // A line that is there already, also where the server does not say which index refused it.
            Case(code: 11000, keys: ["_id"], outcome: .confirmed), Case(code: 11000, outcome: .confirmed),
            Case(code: 11000, keys: ["event.x"], outcome: .refused(.notTaken("refused"))),
            // A document that breaks the collection's rules, first in its native form, then as bytes alone.
            Case(code: 121, outcome: nil), Case(code: 121, value: nil, outcome: .refused(.notTaken("refused"))),
        ])
    func eachLineHasItsOutcome(_ test: Case) throws {
        let plain = (["plain": 1] as BSONValue).bson
        var batch = EventInserts()
        batch.add(Self.line(4))
        batch.add(Self.line(5, value: test.value))
        let answer = BulkOutcome(refusals: [Self.refusal(1, test.code, keys: test.keys)])
        let outcomes = try batch.settle(answer) { _ in plain }
        #expect(outcomes.first?.number == 4 && outcomes.first?.outcome == .confirmed)
        #expect(outcomes.dropFirst().first?.outcome == test.outcome)
        #expect(batch.lines.map(\.number) == (test.outcome == nil ? [5] : []))
        #expect(batch.lines.first.map { $0.value == nil && $0.document === plain } ?? true)
    }

    @Test func whatIsNoFaultOfALineIsThrownAndAllLinesStay() throws {
        var batch = EventInserts()
        for number in 0..<3 { batch.add(Self.line(UInt(number))) }
        // Unauthorized.
        let answer = BulkOutcome(refusals: [Self.refusal(0, 11000), Self.refusal(2, 13)])
        let error = #expect(throws: MongoError.self) { try batch.settle(answer) { _ in nil } }
        #expect(error?.problem == .permission && batch.lines.count == 3)
    }
}

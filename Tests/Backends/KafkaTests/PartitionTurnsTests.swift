import Testing

@testable import Kafka

/// Which partition is read next, and for how long the others wait for one that is behind.
@Suite struct PartitionTurnsTests {
    /// What happens to partitions, and what is expected then.
    enum Event: Sendable {
        /// Records came, up to a timestamp.
        case came(Int32, to: Int64?)
        /// A broker says that nothing more is there.
        case end(Int32)
        /// Nothing was there at a time, and whether it is waited for.
        case empty(Int32, at: Double, isAwaited: Bool)
        /// The order in which they are looked at.
        case order([Int32])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var partitions: [Int32] = [0, 1, 2]
        var events: [Event]
        var testDescription: String { name }
    }

    static let order: [Case] = [
        Case(name: "nothing has come", events: [.order([0, 1, 2])]),
        Case(name: "none is fetched", partitions: [], events: [.order([])]),
        Case(name: "any numbers", partitions: [7, 3], events: [.order([7, 3]), .came(7, to: 1), .order([3, 7])]),
        Case(
            name: "those of which nothing has come are behind all others",
            events: [.came(0, to: 1), .order([1, 2, 0]), .came(1, to: 0), .order([2, 1, 0])]),
        Case(
            name: "the oldest timestamp is first",
            events: [.came(0, to: 30), .came(1, to: 10), .came(2, to: 20), .order([1, 2, 0])]),
        Case(
            name: "one gets on while it is behind",
            events: [
                .came(0, to: 30), .came(1, to: 10), .came(2, to: 20), .came(1, to: 15), .order([1, 2, 0]),
                .came(1, to: 25), .order([2, 1, 0]), .came(1, to: 40), .order([2, 0, 1]),
            ]),
        Case(
            name: "those of the same time take turns",
            events: [
                .came(0, to: 5), .came(1, to: 5), .came(2, to: 5), .order([0, 1, 2]), .came(0, to: 5),
                .order([1, 2, 0]), .came(1, to: 5), .order([2, 0, 1]),
            ]),
        Case(
            name: "those without timestamps take turns",
            events: [
                .came(0, to: nil), .order([1, 2, 0]), .came(1, to: nil), .order([2, 0, 1]), .came(2, to: nil),
                .order([0, 1, 2]),
            ]),
        Case(
            name: "one without timestamps is before those that have them",
            events: [.came(0, to: 5), .came(1, to: nil), .came(2, to: 4), .order([1, 2, 0])]),
        Case(
            name: "a record without a timestamp leaves the one that was known",
            events: [.came(0, to: 5), .came(1, to: 6), .came(2, to: 7), .came(0, to: nil), .order([0, 1, 2])]),
        Case(
            name: "a clock that was set back",
            events: [
                .came(0, to: 5), .came(1, to: 6), .came(2, to: 7), .came(2, to: 1), .order([2, 0, 1]),
            ]),
        Case(
            name: "another partition is no concern",
            events: [.came(9, to: 1), .end(9), .order([0, 1, 2]), .empty(9, at: 1, isAwaited: false)]),
        Case(name: "an end changes no place", events: [.end(0), .order([0, 1, 2])]),
    ]

    static let waiting: [Case] = [
        Case(
            name: "one that is empty is awaited for 0.1 s",
            events: [
                .empty(0, at: 50, isAwaited: true), .empty(0, at: 50.09, isAwaited: true),
                .empty(0, at: 50.11, isAwaited: false), .empty(0, at: 90, isAwaited: false), .order([0, 1, 2]),
            ]),
        Case(
            name: "each has its own time",
            events: [
                .empty(0, at: 1, isAwaited: true), .empty(0, at: 1.11, isAwaited: false),
                .empty(1, at: 1.11, isAwaited: true), .empty(1, at: 1.2, isAwaited: true),
                .empty(1, at: 1.22, isAwaited: false),
            ]),
        Case(
            name: "one at its end is not awaited",
            events: [.end(0), .empty(0, at: 1, isAwaited: false), .empty(1, at: 1, isAwaited: true)]),
        Case(
            name: "the end comes while it is awaited",
            events: [.empty(0, at: 1, isAwaited: true), .end(0), .empty(0, at: 1.01, isAwaited: false)]),
        Case(
            name: "after new records it is awaited anew",
            events: [
                .empty(0, at: 1, isAwaited: true), .empty(0, at: 1.2, isAwaited: false), .came(0, to: 5),
                .empty(0, at: 1.3, isAwaited: true), .empty(0, at: 1.41, isAwaited: false),
            ]),
        Case(
            name: "after new records the end counts no more",
            events: [
                .end(0), .empty(0, at: 1, isAwaited: false), .came(0, to: 5), .empty(0, at: 1.5, isAwaited: true),
                .end(0), .empty(0, at: 1.51, isAwaited: false),
            ]),
        Case(
            name: "records of others do not lengthen the time",
            events: [
                .empty(0, at: 1, isAwaited: true), .came(1, to: 5), .came(2, to: 6),
                .empty(0, at: 1.11, isAwaited: false),
            ]),
    ]

    @Test(arguments: order + waiting) func turnsAreTaken(_ example: Case) {
        var turns = PartitionTurns()
        turns.begin(example.partitions)
        for event in example.events {
            switch event {
            case .came(let number, let timestamp): turns.cameUp(to: timestamp, in: number)
            case .end(let number): turns.reachedEnd(of: number)
            case .empty(let number, let time, let isAwaited):
                #expect(turns.isAwaited(number, at: time) == isAwaited, "\(event)")
            case .order(let numbers):
                #expect(Array(turns.order) == numbers)
                #expect(numbers.filter { turns.isFirst($0) } == Array(numbers.prefix(1)))
            }
        }
    }

    @Test func anotherClientBeginsAnew() {
        var turns = PartitionTurns()
        turns.begin([0, 1])
        turns.cameUp(to: 5, in: 0)
        turns.reachedEnd(of: 1)
        turns.begin([0, 1, 2])
        #expect(Array(turns.order) == [0, 1, 2])
        let isAwaited = turns.isAwaited(1, at: 1)
        #expect(isAwaited)
    }
}

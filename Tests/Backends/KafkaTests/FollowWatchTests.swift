import Testing

@testable import Kafka

/// When a followed topic is looked at, which partitions do not get on, and for how long brokers are waited for.
@Suite struct FollowWatchTests {
    @Test func itLooksAtIntervalsAndSoonAfterAnError() {
        var watch = FollowWatch(patience: 60, at: 100)
        /// At which of some times a look is due.
        func due(_ times: Double...) -> [Double] { times.filter { watch.isLookDue(at: $0) } }
        // One look at a time.
        #expect(due(109, 110, 200) == [110])
        #expect(watch.saw([0: 5], positions: [0: 5], at: 111) == [])
        #expect(due(120, 121) == [121])
        _ = watch.saw([:], positions: [:], at: 121)
        watch.noteError(at: 122)
        #expect(due(122.5, 123) == [123])
        _ = watch.failed(isMissing: false, mayRetry: true, lastRecord: 0, at: 123)
        #expect(due(123.5, 124) == [124])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// What was seen first, and the positions of the partitions then.
        var ends: [Int32: Int64]
        var positions: [Int32: Int64]
        /// When everything that was fetched had been read, after the first look.
        var emptyAfter: Double?
        /// The positions at the second look.
        var later: [Int32: Int64]
        var stalled: [Int32] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "all is read", ends: [0: 5], positions: [0: 5], emptyAfter: 9, later: [0: 5]),
        Case(name: "it gets on", ends: [0: 50], positions: [0: 5], emptyAfter: 9, later: [0: 6]),
        Case(
            name: "it does not get on, another one does", ends: [0: 50, 1: 50, 2: 3], positions: [0: 5, 1: 5, 2: 3],
            emptyAfter: 9, later: [0: 5, 1: 30, 2: 3], stalled: [0]),
        Case(
            name: "records that were fetched wait to be read", ends: [0: 50], positions: [0: 5], emptyAfter: nil,
            later: [0: 5]),
        Case(name: "there was no time to fetch", ends: [0: 50], positions: [0: 5], emptyAfter: 1, later: [0: 5]),
        Case(name: "a new partition", ends: [0: 5], positions: [0: 5], emptyAfter: 9, later: [0: 5, 1: 0]),
    ]

    @Test(arguments: cases) func partitionsThatDoNotGetOnAreFound(_ example: Case) {
        var watch = FollowWatch(patience: 60, at: 0)
        watch.foundNothing(at: 10)
        #expect(watch.saw(example.ends, positions: example.positions, at: 10) == [])
        if let after = example.emptyAfter { watch.foundNothing(at: 10 + after) }
        let ends = example.ends.mapValues { $0 + 100 }
        #expect(watch.saw(ends, positions: example.later, at: 20) == example.stalled)
    }

    @Test func whatIsFetchedAnewHasNotStalled() {
        var watch = FollowWatch(patience: 60, at: 0)
        _ = watch.saw([0: 9], positions: [0: 1], at: 10)
        watch.begin()
        watch.foundNothing(at: 19)
        #expect(watch.saw([0: 9], positions: [0: 1], at: 20) == [])
        watch.foundNothing(at: 29)
        #expect(watch.saw([0: 9], positions: [0: 1], at: 30) == [0])
    }

    @Test func brokersAreWaitedForAndATopicForAShortTime() {
        /// Whether a watch gave up at each time of a failure; -1 stands for a look that succeeds.
        func course(_ times: [Double], record: Double = 0, isMissing: Bool = false) -> [Bool] {
            var watch = FollowWatch(patience: 60, at: 0)
            return times.map { time in
                if time < 0 { return watch.saw([:], positions: [:], at: 0) == [0] }
                return watch.failed(isMissing: isMissing, mayRetry: !isMissing, lastRecord: record, at: time)
            }
        }
        #expect(course([10, 69, 70]) == [false, false, true])
        // Records of other brokers come on, or a look succeeds.
        #expect(course([10, 70, 90], record: 30) == [false, false, true])
        #expect(course([10, -1, 75, 134, 135]) == [false, false, false, false, true])
        #expect(course([10, 24, 25], isMissing: true) == [false, false, true])
        // What waiting does not mend.
        var watch = FollowWatch(patience: 60, at: 0)
        let givesUp = watch.failed(isMissing: false, mayRetry: false, lastRecord: 0, at: 1)
        #expect(givesUp)
    }

    @Test func numbersOfPartitionsLast() {
        func key(_ number: Int32, _ generation: Int = 1) -> PartitionKey {
            PartitionKey(cluster: "c", topic: "t", number: number, generation: generation)
        }
        let numbers = PartitionNumbers(described: [key(0), key(1)])
        // A log that replaced another one before it was read has the place of its partition.
        #expect(numbers.number(of: key(1, 2)) == 1 && numbers.number(of: key(0)) == 0)
        #expect(numbers.number(of: key(2)) == 2 && numbers.number(of: key(0, 2)) == 3)
        numbers.hand(over: key(0, 2), to: key(0, 3))
        #expect(numbers.number(of: key(0, 3)) == 3 && numbers.number(of: key(0)) == 0)
        #expect(numbers.number(of: key(2)) == 2 && numbers.key(of: 3) == key(0, 3) && numbers.key(of: 9) == nil)
    }
}

import Testing

@testable import Generator

/// The random numbers are those of the published algorithms, and the ranks follow the law.
@Suite struct RandomTests {
    @Test func splitMixGivesThePublishedNumbers() {
        var random = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func xoshiroGivesThePublishedNumbers() {
        // The first numbers of the reference implementation from the state 1, 2, 3, 4.
        var random = Xoshiro256(state: (1, 2, 3, 4))
        let expected: [UInt64] = [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test(arguments: [1, 2, 3, 7, 1000, 1024, 1025])
    func ranksHaveTheirShares(_ count: Int) {
        for (exponent, power) in [(ZipfDistribution.Exponent.one, 4), (.threeQuarters, 3)] {
            let zipf = ZipfDistribution(count: count, exponent: exponent)
            var random = Xoshiro256(seed: 3)
            var counts = [Int](repeating: 0, count: count)
            let draws = 60_000
            for _ in 0..<draws { counts[zipf.sample(&random)] += 1 }
            // r^-(power / 4), by the fourth root.
            let weights = (1...count).map { rank in
                let root = 1 / Double(rank).squareRoot().squareRoot()
                return (0..<power).reduce(1.0) { product, _ in product * root }
            }
            let sum = weights.reduce(0, +)
            for rank in 0..<min(count, 40) {
                let expected = weights[rank] / sum * Double(draws)
                #expect(
                    abs(Double(counts[rank]) - expected) < 5 * expected.squareRoot() + 1,
                    "rank \(rank + 1) of \(count)"
                )
            }
            #expect(counts.reduce(0, +) == draws)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 6, 10, 97, 360, 1000])
    func shuffleHasEachNumberOnce(_ count: Int) {
        for seed in 0..<20 {
            let shuffle = NumberShuffle(count: count, seed: UInt64(seed))
            #expect((0..<count).map { shuffle[$0] }.sorted() == Array(0..<count))
        }
    }

    @Test func selectionGivesEachKindItsCount() {
        for seed in 0..<20 {
            var random = Xoshiro256(seed: UInt64(seed))
            var plan = SelectionPlan(places: 1000, kinds: [("a", 100), ("b", 0), ("c", 900)])
            let given = (0..<1000).map { _ in plan.next(&random) }
            #expect(given.count { $0 == "a" } == 100)
            #expect(given.count { $0 == "c" } == 900)
            var sparse = SelectionPlan(places: 1000, kinds: [("a", 10)])
            let places = (0..<1000).filter { _ in sparse.next(&random) != nil }
            #expect(places.count == 10)
            #expect(places[9] - places[0] > 200)
        }
    }

    @Test func heapGivesTheEarliest() {
        var heap = TimeHeap<Int64>()
        var random = SplitMix64(seed: 1)
        for _ in 0..<500 {
            let moment = Int64(random.below(1000))
            heap.insert(moment, at: moment)
        }
        var given: [Int64] = []
        while heap.count > 0 {
            #expect(heap.first == heap.earliest || given.isEmpty == false)
            given.append(heap.earliest)
            if heap.count % 3 == 0 {
                heap.postponeFirst(to: heap.earliest + 5)
                given.removeLast()
                given.append(heap.earliest)
            }
            _ = heap.removeFirst()
        }
        #expect(given == given.sorted())
        #expect(given.count == 500)
    }
}

/// Numbers and times come out as they should.
@Suite struct TextBufferTests {
    private func text(_ write: (inout TextBuffer) -> Void) -> String {
        var buffer = TextBuffer(capacity: 1)
        write(&buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345, -1, -10, .max, .min])
    func numbers(_ number: Int) { #expect(text { $0.append(number: number) } == "\(number)") }

    @Test(arguments: [(0, "0"), (7000, "7"), (7213, "7.213"), (7200, "7.2"), (7020, "7.02"), (5, "0.005")])
    func thousandths(_ number: Int, _ expected: String) { #expect(text { $0.append(thousandths: number) } == expected) }

    @Test(arguments: [(0, "00:00:00.000Z"), (86_399_999, "23:59:59.999Z"), (65_002_517, "18:03:22.517Z")])
    func times(_ milliseconds: Int, _ expected: String) {
        #expect(text { $0.append(timeOfDay: milliseconds) } == expected)
    }

    @Test func identifiers() {
        let expected = "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"
        #expect(text { $0.append(uuid: 0x0b54_f0c6_0d1c_4d3b, 0x9a57_1f6b_1a3c_9e11) } == expected)
    }

    @Test func growsWithoutLoss() {
        let long = String(repeating: "\u{e9}x", count: 5000)
        #expect(text { for _ in 0..<3 { $0.append(text: long) } } == long + long + long)
    }
}

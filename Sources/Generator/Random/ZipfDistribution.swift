/// Draws ranks by Zipf's law: rank r (from 1) has a probability proportional to 1 / r^s.
///
/// First a block [2^b, 2^(b+1)) of ranks is drawn by its exact weight, then a rank in it with equal probabilities. It
/// is kept with the probability (2^b / r)^s, which is at least 2^-s, or else drawn again. No table grows with the
/// number of ranks. Only operations are used that IEEE 754 rounds correctly, so that every machine draws the same
/// ranks.
struct ZipfDistribution: Sendable {
    /// The exponents that can be computed without logarithms and powers.
    enum Exponent: Sendable {
        case one
        case threeQuarters
    }

    private let count: Int
    private let exponent: Exponent
    /// For each block the upper end of its share of 2^53.
    private var ends: [UInt64] = []
    /// Where the search in `ends` begins, by the top 8 of the 53 bits.
    private var starts: [Int] = []

    /// - Parameter count: how many ranks there are, at least 1.
    init(count: Int, exponent: Exponent) {
        self.count = count
        self.exponent = exponent
        var sums: [Double] = []
        var sum = 0.0
        var low = 1
        while low <= count {
            for rank in low..<min(low * 2, count + 1) { sum += Self.weight(of: rank, relativeTo: 1, exponent) }
            sums.append(sum)
            low *= 2
        }
        ends = sums.map { UInt64($0 / sum * 9_007_199_254_740_992) }
        starts = (0..<256).map { top in ends.firstIndex { $0 > UInt64(top) << 45 } ?? ends.count - 1 }
    }

    /// Draws a rank, counted from 0.
    @inline(__always)
    func sample(_ random: inout some RandomStream) -> Int {
        let draw = random.next() >> 11
        var block = starts[Int(draw >> 45)]
        while block < ends.count - 1, draw >= ends[block] { block += 1 }
        let low = 1 << block
        let size = min(low, count + 1 - low)
        while true {
            let rank = low + random.below(size)
            if isKept(rank, low: low, random.next()) { return rank - 1 }
        }
    }

    @inline(__always)
    private func isKept(_ rank: Int, low: Int, _ draw: UInt64) -> Bool {
        switch exponent {
        case .one: return draw.multipliedFullWidth(by: UInt64(rank)).high < UInt64(low)
        case .threeQuarters:
            return Double(draw >> 11) / 9_007_199_254_740_992 < Self.weight(of: rank, relativeTo: low, exponent)
        }
    }

    private static func weight(of rank: Int, relativeTo low: Int, _ exponent: Exponent) -> Double {
        let ratio = Double(low) / Double(rank)
        switch exponent {
        case .one: return ratio
        case .threeQuarters:
            let root = ratio.squareRoot()
            return root * root.squareRoot()
        }
    }
}

/// A permutation of the numbers from 0 to below `count`, without a table: i ↦ (a·i + b) mod count, where a and count
/// have no common divisor.
struct NumberShuffle: Sendable {
    private let count: Int
    private let factor: Int
    private let offset: Int

    init(count: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        self.count = max(count, 1)
        self.offset = random.below(self.count)
        var factor = self.count / 3 + random.below(self.count / 3 + 1)
        while Self.greatestCommonDivisor(factor, self.count) != 1 { factor += 1 }
        self.factor = factor
    }

    @inline(__always)
    subscript(_ index: Int) -> Int { (index * factor + offset) % count }

    private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : greatestCommonDivisor(right, left % right)
    }
}

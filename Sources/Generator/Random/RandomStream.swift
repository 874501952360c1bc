/// Random numbers that are the same on every machine: only integer arithmetic.
protocol RandomStream {
    /// The next 64 bits.
    mutating func next() -> UInt64
}

extension RandomStream {
    /// A number from 0 to below `bound` (of 64 bits, so that the bias cannot be noticed).
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
    }

    /// A number of a range.
    @inline(__always)
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Whether an event of this many in a hundred happens.
    @inline(__always)
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// One of a list that is not empty.
    @inline(__always)
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// 0 half of the time, 1 a quarter of the time and so on, at most `most`.
    @inline(__always)
    mutating func halvings(_ most: Int) -> Int { min(next().trailingZeroBitCount, most) }
}

/// SplitMix64 (Steele, Lea and Flood 2014): quick to start, for one text or one movie.
struct SplitMix64: RandomStream {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return SplitMix64.mix(state)
    }

    /// A number that looks like no other's.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A stream of its own for each (seed, number).
    @inline(__always)
    static func stream(seed: UInt64, number: UInt64) -> SplitMix64 {
        SplitMix64(seed: mix(seed &+ 0x632b_e59b_d9b4_e019) ^ mix(number &+ 0x9e37_79b9_7f4a_7c15))
    }
}

/// xoshiro256** 1.0 (Blackman and Vigna 2018): for the long streams.
struct Xoshiro256: RandomStream {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var start = SplitMix64(seed: seed)
        state = (start.next(), start.next(), start.next(), start.next())
    }

    /// - Parameter state: not all 0.
    init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

    @inline(__always)
    mutating func next() -> UInt64 {
        let result = rotate(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotate(state.3, by: 45)
        return result
    }

    @inline(__always)
    private func rotate(_ value: UInt64, by bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}

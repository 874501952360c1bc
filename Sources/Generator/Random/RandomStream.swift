/// A sequence of random numbers that is the same on every machine, since it needs integer arithmetic only.
protocol RandomStream {
    /// The next 64 bits.
    mutating func next() -> UInt64
}

extension RandomStream {
    /// A number from 0 to below `bound`. The bias is negligible, since 64 bits are used.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
    }

    /// A number in a range.
    @inline(__always)
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True in `share` of a hundred cases.
    @inline(__always)
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// An element of a list, which must not be empty.
    @inline(__always)
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// 0 in half of all cases, 1 in a quarter and so on, at most `most`.
    @inline(__always)
    mutating func halvings(_ most: Int) -> Int { min(next().trailingZeroBitCount, most) }
}

/// SplitMix64 (Steele, Lea and Flood 2014). It starts quickly: used for a single text or movie.
struct SplitMix64: RandomStream {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return SplitMix64.mix(state)
    }

    /// Mixes the bits of a number, so that similar numbers give very different ones.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// An independent sequence for each pair of seed and number.
    @inline(__always)
    static func stream(seed: UInt64, number: UInt64) -> SplitMix64 {
        SplitMix64(seed: mix(seed &+ 0x632b_e59b_d9b4_e019) ^ mix(number &+ 0x9e37_79b9_7f4a_7c15))
    }
}

/// xoshiro256** 1.0 (Blackman and Vigna 2018), for long sequences.
struct Xoshiro256: RandomStream {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var start = SplitMix64(seed: seed)
        state = (start.next(), start.next(), start.next(), start.next())
    }

    /// - Parameter state: at least one word must not be 0.
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

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int(next() % UInt64(choices.count))]
    }

    mutating func oneIn(_ chances: UInt64) -> Bool { next() % chances == 0 }
}

/// Makes documents, writes them in any of their spellings, and damages them.
struct RandomJSON {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    static let numbers = [
        "0", "-0", "1", "-12", "100", "0.5", "5.30", "-0.0", "1e400", "12345678901234567890123", "1E-5", "2.50e+3",
        "1e99999999999999999999", "603.0",
    ]
    static let strings = ["", "a", "Ä€𝄞", "\"", "\\", "a\\\"b", "\n\t\u{1}\0", "/", "{}[],:", "a longer text, "]
    static let keys = [
        "a", "b", "os", "undo", "", "\u{FFFF}", "𝄞", "é", "x\"y", "event_type", "aaaaaaaaab", "aaaaaaaaac",
    ]

    /// An object with up to `depth` more levels in it; without doubled keys.
    mutating func object(depth: Int) -> ReferenceJSON {
        let keys = Self.keys.shuffled(using: &generator).prefix(Int(generator.next() % 6))
        return .object(keys.map { ReferenceMember(key: Array($0.utf8), value: value(depth: depth)) })
    }

    mutating func value(depth: Int) -> ReferenceJSON {
        switch generator.next() % (depth > 0 ? 8 : 5) {
        case 0: .null
        case 1: .boolean(generator.oneIn(2))
        case 2, 3: .number(generator.pick(Self.numbers))
        case 4: .string(Array(generator.pick(Self.strings).utf8))
        case 5: .array((0..<Int(generator.next() % 4)).map { _ in value(depth: depth - 1) })
        default: object(depth: depth - 1)
        }
    }

    /// One of a value's spellings: any white space, escapes and, where `freely`, order of keys and form of numbers.
    mutating func spell(_ value: ReferenceJSON, freely: Bool = false) -> [UInt8] {
        let text: [UInt8]
        switch value {
        case .null: text = Array("null".utf8)
        case .boolean(let flag): text = Array((flag ? "true" : "false").utf8)
        case .number(let token): text = Array((freely ? respell(token) : token).utf8)
        case .string(let content): text = quote(content)
        case .array(let elements): text = join("[", elements.map { spell($0, freely: freely) }, "]")
        case .object(let members):
            let order = freely ? members.shuffled(using: &generator) : members
            text = join(
                "{",
                order.map { space() + quote($0.key) + space() + [0x3A] + spell($0.value, freely: freely) },
                "}"
            )
        }
        return space() + text + space()
    }

    /// Deletes, adds, replaces, repeats or cuts bytes, a few times.
    mutating func damage(_ line: [UInt8]) -> [UInt8] {
        var line = line
        for _ in 0...(generator.oneIn(2) ? 0 : generator.next() % 3) {
            let index = Int(generator.next() % UInt64(line.count + 1))
            let end = min(index + 1 + Int(generator.next() % 3), line.count)
            switch generator.next() % 6 {
            case 0: line.removeSubrange(index..<end)
            case 1: line.insert(contentsOf: generator.pick(Self.pieces), at: index)
            case 2: line.replaceSubrange(index..<min(index + 1, line.count), with: generator.pick(Self.pieces))
            case 3: line.insert(contentsOf: line[index..<min(index + 9, line.count)], at: index)
            case 4: line.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
            default: if generator.oneIn(4) { line.removeSubrange(index...) }
            }
        }
        return line
    }

    private static let pieces: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "0", "1", "-", "+", ".", "e", "true", "null", "NaN", "\0",
            "\u{C}",
            "\u{1A}", "\u{1F}", "\u{7F}", "é", "\\u", "\\ud800", "\\udc00", "\\uD834\\uDD1E", "\\x", "/", "'",
            "\u{FEFF}",
            "\u{A0}", "\u{B}", "{}", "[]", "\\\"", "\\\\", "\n",
        ].map { Array($0.utf8) } + [[0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0xA9]]

    private mutating func space() -> [UInt8] {
        Array(generator.pick(["", "", "", "", " ", "\t", "\r\n", String(repeating: " ", count: 70)]).utf8)
    }

    private func join(_ opening: Unicode.Scalar, _ items: [[UInt8]], _ closing: Unicode.Scalar) -> [UInt8] {
        [UInt8(ascii: opening)] + items.joined(separator: [0x2C]) + [UInt8(ascii: closing)]
    }

    private mutating func quote(_ content: [UInt8]) -> [UInt8] {
        var text = "\""
        for scalar in String(decoding: content, as: UTF8.self).unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar.value < 0x20 || generator.oneIn(6) {
                for unit in String(scalar).utf16 {
                    let digits = String(0x10000 + Int(unit), radix: 16, uppercase: generator.oneIn(2)).dropFirst()
                    text += "\\u" + digits
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return Array((text + "\"").utf8)
    }

    /// The same number with other zeros, another exponent or its point elsewhere.
    private mutating func respell(_ token: String) -> String {
        let parts = token.lowercased().split(separator: "e")
        let exponent = parts.count > 1 ? String(parts[1]) : nil
        var mantissa = String(parts[0])
        if generator.oneIn(2) { mantissa += mantissa.contains(".") ? "00" : ".000" }
        if let exponent {
            let isNegative = exponent.first == "-"
            let digits = exponent.drop { $0 == "-" || $0 == "+" }
            return mantissa + generator.pick(["e", "E"]) + (isNegative ? "-" : generator.pick(["", "+"])) + "00"
                + digits
        }
        guard generator.oneIn(2) else { return mantissa }
        if !mantissa.contains("."), mantissa.last != "0" || mantissa.count > 2 { return mantissa + "0e-1" }
        return mantissa + generator.pick(["e0", "E+0", "e-000"])
    }
}

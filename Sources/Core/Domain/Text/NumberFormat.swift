/// Formats numbers for people.
public enum NumberFormat {
    /// `1,234,567`.
    public static func grouped(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + text
    }

    /// `12 lines`, `1 line`.
    public static func count(_ value: some BinaryInteger, _ one: String, _ many: String) -> String {
        "\(grouped(value)) \(value == 1 ? one : many)"
    }

    /// A fixed number of digits after the point, thousands grouped: `8.50`.
    public static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return String(value) }
        let scale = (0..<max(0, digits)).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard let whole = Int64(exactly: scaled), scale < 1e15 else { return String(value) }
        let (integer, fraction) = whole.quotientAndRemainder(dividingBy: Int64(scale))
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return sign + grouped(integer) }
        let behind = String(fraction)
        return sign + grouped(integer) + "." + String(repeating: "0", count: digits - behind.utf8.count) + behind
    }

    /// `532 B`, `1.5 KiB`, `12.3 MiB`.
    public static func bytes(_ value: Int64) -> String {
        guard value.magnitude >= 1024 else { return "\(value) B" }
        var size = Double(value)
        var unit = ""
        for next in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
            size /= 1024
            unit = next
            // 1024.0 of a unit is written as 1.0 of the next one.
            if size.magnitude < 1023.95 { break }
        }
        return fixed(size, digits: 1) + " " + unit
    }

    /// `0.8 s`, `12 s`, `1 min 12 s`, `2 h 5 min`, `3 d 4 h`.
    public static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        if seconds < 9.95 { return fixed(seconds, digits: 1) + " s" }
        let whole = Int64(clamping: seconds)
        func two(_ first: Int64, _ firstUnit: String, _ second: Int64, _ secondUnit: String) -> String {
            "\(grouped(first)) \(firstUnit)" + (second > 0 ? " \(second) \(secondUnit)" : "")
        }
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return two(whole / 60, "min", whole % 60, "s")
        case ..<86_400: return two(whole / 3600, "h", whole % 3600 / 60, "min")
        default: return two(whole / 86_400, "d", whole % 86_400 / 3600, "h")
        }
    }

    /// Elapsed time in the form of a clock: `0:34`, `1:02:03`.
    public static func clock(seconds: Double) -> String {
        let whole = max(0, Int64(clamping: seconds.rounded(.down)))
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        guard whole >= 3600 else { return "\(whole / 60):\(two(whole % 60))" }
        return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }

    /// `812,345/s`, `3.2/s`.
    public static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond >= 0 else { return "?/s" }
        return fixed(perSecond, digits: perSecond < 9.95 && perSecond > 0 ? 1 : 0) + "/s"
    }

    /// `42%`, `0.5%`, `<0.1%`. `100%` stands for exactly 1, and `0%` for exactly 0.
    public static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "?" }
        let percent = share * 100
        switch percent {
        case 0: return "0%"
        case 0..<0.1: return "<0.1%"
        case 0..<9.95: return fixed(percent, digits: 1) + "%"
        case 99.5..<100: return fixed(min(percent, 99.9), digits: 1) + "%"
        default: return fixed(percent, digits: 0) + "%"
        }
    }
}

extension Int64 {
    /// The nearest integer of 64 bits; 0 for NaN.
    public init(clamping value: Double) {
        self = Int64(exactly: value.rounded()) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
    }
}

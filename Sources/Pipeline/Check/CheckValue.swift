import Domain

/// The value of a parameter of checks: a number (`5`, `0.5`), a share (`60%`), a duration (`2d`, `1h30m`) or a date
/// (`1995-01-01`).
public enum CheckValue: Sendable, Equatable {
    /// A number, by its digits.
    case number(String)
    /// A share, from 0.
    case share(Double)
    /// A length of time in milliseconds.
    case duration(Int64)
    /// A moment in milliseconds since 1970; of a date its midnight in UTC.
    case time(Int64)

    /// Reads a value; nil for any other text.
    public init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = Self.decimal(text.dropLast()), percent >= 0 else { return nil }
            self = .share(percent / 100)
        } else if Self.decimal(text[...]) != nil {
            self = .number(text)
        } else if let day = Array(text.utf8).withUnsafeBytes({ CivilDate.parse($0) }) {
            self = .time(Int64(day) * CivilDate.millisecondsPerDay)
        } else {
            guard let milliseconds = Self.milliseconds(text) else { return nil }
            self = .duration(milliseconds)
        }
    }

    /// Whether another value may take the place of this one.
    public func isOfKind(of other: CheckValue) -> Bool {
        switch (self, other) {
        case (.number, .number), (.share, .share), (.duration, .duration), (.time, .time): true
        default: false
        }
    }

    /// What a text has to be to be read as a value of this kind.
    public var expectation: String {
        switch self {
        case .number: "a number, such as 5 or 0.5"
        case .share: "a share, such as 60%"
        case .duration: "a duration, such as 90s, 2h, 3d or 1d12h"
        case .time: "a date, such as 2026-11-24"
        }
    }

    /// The value in SQL.
    func sql(_ dialect: QueryDialect) -> String {
        switch self {
        case .number(let digits): "(\(digits))"
        case .share(let share): "\(share)"
        case .duration(let milliseconds): dialect.duration(milliseconds)
        case .time(let milliseconds): dialect.time(milliseconds)
        }
    }

    // MARK: Text

    /// A decimal number without an exponent.
    private static func decimal(_ text: Substring) -> Double? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text
        let isPlain = digits.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
        guard isPlain, digits.utf8.first.map({ $0 != 46 }) == true, digits.utf8.last != 46 else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whole numbers with units in falling order.
    private static func milliseconds(_ text: String) -> Int64? {
        var units: ArraySlice<(name: String, milliseconds: Int64)> = [
            ("d", CivilDate.millisecondsPerDay), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
        ]
        var rest = Substring(text)
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let number = Int64(digits), number <= 1_000_000,
                let place = units.firstIndex(where: { $0.name == letters })
            else { return nil }
            total += number * units[place].milliseconds
            units = units[(place + 1)...]
        }
        return text.isEmpty ? nil : total
    }
}

extension CheckValue: CustomStringConvertible {
    /// The value as it is typed.
    public var description: String {
        switch self {
        case .number(let digits): return digits
        case .share(let share): return "\(share * 100)".replacingSuffix(".0", with: "") + "%"
        case .time(let milliseconds):
            return milliseconds % CivilDate.millisecondsPerDay == 0
                ? CivilDate.text(ofDay: CivilDate.day(ofMilliseconds: milliseconds)) : Timestamp.text(milliseconds)
        case .duration(let milliseconds):
            let units: [(String, Int64)] = [
                ("d", CivilDate.millisecondsPerDay), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
            ]
            var (rest, text) = (milliseconds, "")
            for (name, length) in units where rest >= length {
                text += "\(rest / length)\(name)"
                rest %= length
            }
            return text.isEmpty ? "0s" : text
        }
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String, with text: String) -> String {
        hasSuffix(suffix) ? dropLast(suffix.count) + text : self
    }
}

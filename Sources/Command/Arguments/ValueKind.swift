/// The kind of value that an option or operand has. Values are checked while they are parsed. ``ParsedArguments`` has
/// an accessor for each kind.
public enum ValueKind: Sendable, Equatable {
    /// Any text.
    case text
    /// A file or a folder, completed by the shell.
    case path
    /// A folder, completed by the shell.
    case folder
    /// A path or a URL; the shell completes paths.
    case location
    /// An integer within bounds.
    case integer(ClosedRange<Int64>)
    /// A finite number within bounds.
    case number(ClosedRange<Double>)
    /// A real date, `YYYY-MM-DD`, of the years 0001 to 9999.
    case date
    /// A point in time: RFC 3339, a date (its midnight in UTC), or integer milliseconds since 1970.
    case time
    /// A point in time, or one of a few words.
    case timeOr([String])
    /// A length of time, with its units: `90s`, `15m`, `2h`, `1h30m`, `1.5d`, `250ms`.
    case duration
    /// A count (`100`) or a share (`0.5%`, `0.005`).
    case limit
    /// One of a few words.
    case choice([String])

    /// An integer from 0.
    public static let count = ValueKind.integer(0...Int64.max)

    /// The name of a value in help texts, unless the declaration has a better one.
    public var placeholder: String {
        switch self {
        case .text: "text"
        case .path: "path"
        case .folder: "folder"
        case .location: "path or URL"
        case .integer: "number"
        case .number: "number"
        case .date: "date"
        case .time: "time"
        case .timeOr(let words): (words + ["time"]).joined(separator: "|")
        case .duration: "duration"
        case .limit: "count or share"
        case .choice(let words): words.joined(separator: "|")
        }
    }

    /// The condition for a value, as the words after "must be".
    var expectation: String {
        switch self {
        case .text: "text"
        case .path, .folder: "a path that is not empty"
        case .location: "a path or a URL that is not empty"
        case .integer(let bounds):
            "an integer" + Self.describe(bounds.lowerBound, bounds.upperBound, .min, .max)
        case .number(let bounds):
            "a number"
                + Self.describe(
                    bounds.lowerBound,
                    bounds.upperBound,
                    -.greatestFiniteMagnitude,
                    .greatestFiniteMagnitude
                )
        case .date: "a date such as 2026-11-24"
        case .time: "a time such as 2026-11-24T09:00:00Z, a date, or milliseconds since 1970"
        case .timeOr(let words):
            words.joined(separator: ", ")
                + ", or a time such as 2026-11-24T09:00:00Z, a date, or milliseconds since 1970"
        case .duration: "a number with its unit, such as 0s, 90s, 15m, 2h or 1h30m"
        case .limit: "a count such as 100, or a share such as 0.5% or 0.005"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        }
    }

    /// Examples of values for help texts; nil if the name of the kind is clear enough.
    var examples: String? {
        switch self {
        case .date: "2026-11-24"
        case .time, .timeOr: "2026-11-24T09:00:00Z, 2026-11-24, or milliseconds since 1970"
        case .duration: "90s, 15m, 2h or 1h30m"
        case .limit: "100, 0.5% or 0.005"
        case .text, .path, .folder, .location, .integer, .number, .choice: nil
        }
    }

    private static func describe<Bound: Comparable>(
        _ lower: Bound,
        _ upper: Bound,
        _ least: Bound,
        _ greatest: Bound
    ) -> String {
        switch (lower > least, upper < greatest) {
        case (true, true): " from \(lower) to \(upper)"
        case (true, false): " from \(lower)"
        case (false, true): " up to \(upper)"
        case (false, false): ""
        }
    }

    /// Whether a text is a valid value of this kind.
    func accepts(_ value: String) -> Bool {
        switch self {
        case .text: true
        case .path, .folder, .location: !value.isEmpty
        case .integer(let bounds): ValueText.integer(value).map(bounds.contains) ?? false
        case .number(let bounds): ValueText.number(value).map(bounds.contains) ?? false
        case .date: ValueText.day(value) != nil
        case .time: ValueText.milliseconds(value) != nil
        case .timeOr(let words): words.contains(value) || ValueText.milliseconds(value) != nil
        case .duration: ValueText.duration(value) != nil
        case .limit: Limit(value) != nil
        case .choice(let words): words.contains(value)
        }
    }
}

/// A limit for a number of cases: a count, or a share of all cases.
public enum Limit: Sendable, Equatable {
    /// At most this many cases.
    case count(Int64)
    /// At most this share of all cases, from 0 to 1.
    case share(Double)

    /// Reads `100` as a count, `0.5%` and `0.005` as shares; nil for anything else.
    public init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = ValueText.number(String(text.dropLast())), (0...100).contains(percent) else {
                return nil
            }
            self = .share(percent / 100)
        } else if let count = ValueText.integer(text) {
            guard count >= 0 else { return nil }
            self = .count(count)
        } else {
            guard let share = ValueText.number(text), (0...1).contains(share) else { return nil }
            self = .share(share)
        }
    }

    /// Whether a number of cases out of a total is over the limit.
    public func isExceeded(by number: Int64, of total: Int64) -> Bool {
        switch self {
        case .count(let count): number > count
        case .share(let share): Double(number) > share * Double(total)
        }
    }
}

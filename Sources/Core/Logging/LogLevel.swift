/// How important a log line is, from least to most.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// Every step, to follow what the code does.
    case trace
    /// Details that help to find a fault.
    case debug
    /// Normal progress.
    case info
    /// Normal progress that deserves attention.
    case notice
    /// Something may be wrong; the work goes on.
    case warning
    /// Something failed.
    case error
    /// A failure that ends the program.
    case critical

    private var rank: Int {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }

    /// Compares by importance.
    public static func < (first: LogLevel, second: LogLevel) -> Bool { first.rank < second.rank }
}

/// The format of log lines.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-11-24T09:00:00.123Z INFO run=42 files: message key=value`.
    case text
    /// One JSON object a line: `time`, `level`, `run`, `label`, `message`, then the fields.
    case json
}

/// The value of a field of a log line.
public enum LogValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// A number; in JSON, null if it is not finite.
    case number(Double)
    /// True or false.
    case boolean(Bool)

    /// A whole number of any type; as text if it does not fit into 64 bits.
    public static func integer(_ value: some BinaryInteger) -> LogValue {
        Int64(exactly: value).map { .integer($0) } ?? .string(String(value))
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// A named value of a log line.
public struct LogField: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value.
    public var value: LogValue

    /// Creates a field.
    public init(_ name: String, _ value: LogValue) {
        self.name = name
        self.value = value
    }
}

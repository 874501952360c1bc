/// A metric with its series, as Prometheus knows them (https://prometheus.io/docs/instrumenting/exposition_formats/).
public struct Metric: Sendable, Equatable {
    /// What its values are.
    public enum Kind: String, Sendable {
        /// Goes up and down.
        case gauge
        /// Only grows, as long as the warehouse is the same.
        case counter
    }

    /// One series: the labels in their order, and the value.
    public struct Series: Sendable, Equatable {
        /// The labels.
        public var labels: [Label]
        /// The value.
        public var value: Double

        /// A series.
        public init(_ labels: [Label] = [], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// A label with its value.
    public struct Label: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// A label.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name, without the prefix that all have.
    public var name: String
    /// What its values are.
    public var kind: Kind
    /// What it says, in a sentence.
    public var help: String
    /// The series.
    public var series: [Series]

    /// A metric.
    public init(_ name: String, _ kind: Kind, _ help: String, _ series: [Series]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.series = series
    }

    /// A metric of one series without labels.
    public init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.init(name, kind, help, [Series([], value)])
    }

    /// A gauge.
    public init(_ name: String, _ help: String, _ series: [Series]) { self.init(name, .gauge, help, series) }

    /// A gauge of one series without labels.
    public init(_ name: String, _ help: String, _ value: Double) { self.init(name, .gauge, help, value) }

    /// What the names of all begin with.
    public static let prefix = "reelhouse_"

    /// Metrics in the text format of Prometheus, without timestamps.
    public static func text(_ metrics: [Metric]) -> String { metrics.map(\.text).joined() }

    private var text: String {
        let name = Self.prefix + name
        let lines = series.map { series in
            let labels = series.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quote: true))\"" }
            return name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
                + " \(Self.number(series.value))\n"
        }
        return "# HELP \(name) \(Self.escaped(help, quote: false))\n# TYPE \(name) \(kind.rawValue)\n" + lines.joined()
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quote: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    /// A whole number without a point.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }
}

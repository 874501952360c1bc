/// How a command ended, for its metrics.
public struct CommandMetrics: Sendable, Equatable {
    /// The name of the command: `run`.
    public var command: String
    /// Its exit status.
    public var status: Int32
    /// When it began, milliseconds since 1970.
    public var began: Int64
    /// When it ended, milliseconds since 1970.
    public var ended: Int64

    /// How a command ended.
    public init(command: String, status: Int32, began: Int64, ended: Int64) {
        self.command = command
        self.status = status
        self.began = began
        self.ended = ended
    }

    /// The metrics.
    public var metrics: [Metric] {
        let label = [Metric.Label("command", command)]
        return [
            Metric("command_exit_status", "The exit status of the command.", [.init(label, Double(status))]),
            Metric(
                "command_duration_seconds", "How long the command took.",
                [.init(label, Double(max(0, ended - began)) / 1000)]),
            Metric(
                "command_end_timestamp_seconds", "When the command ended, in unix time.",
                [.init(label, Double(ended) / 1000)]),
        ]
    }
}

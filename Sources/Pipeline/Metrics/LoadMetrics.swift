import Domain
import Synchronization

/// What the loads of a command came to, for its metrics: nothing else keeps it.
public final class LoadMetrics: Sendable {
    private struct State {
        var lines: [SourcePort: LineCounts] = [:]
        var backlogs: [SourceBacklog] = []
    }

    /// Whether metrics are asked for.
    public let isWanted: Bool
    private let state = Mutex(State())

    /// Nothing yet.
    public init(isWanted: Bool) { self.isWanted = isWanted }

    /// Adds what a load read.
    public func add(_ report: LoadReport) {
        state.withLock { state in
            for source in report.sources {
                var lines = state.lines[source.port] ?? LineCounts()
                lines += source.counts
                state.lines[source.port] = lines
            }
        }
    }

    /// Adds what waits after a load; of a partition the last word counts.
    public func add(_ backlogs: [SourceBacklog]) {
        state.withLock { state in
            for backlog in backlogs {
                state.backlogs.removeAll { $0.topic == backlog.topic && $0.partition == backlog.partition }
                state.backlogs.append(backlog)
            }
        }
    }

    /// The metrics: those of lines for each port, and those of what waits where that is known.
    public var all: [Metric] {
        let state = state.withLock { $0 }
        let lines = Metric(
            "command_lines", "The lines that the command has read, by port and outcome.",
            SourcePort.allCases.flatMap { port -> [Metric.Series] in
                let counts = state.lines[port] ?? LineCounts()
                return [
                    ("accepted", counts.accepted), ("duplicate", counts.duplicates), ("rejected", counts.rejected),
                ].map { .init([.init("port", port.rawValue), .init("outcome", $0)], Double($1)) }
            })
        if state.backlogs.isEmpty { return [lines] }
        return [
            lines,
            Metric(
                "source_waiting_messages", "The messages that waited in each partition when the load had ended.",
                state.backlogs.map { backlog in
                    let labels = [
                        Metric.Label("topic", backlog.topic), Metric.Label("partition", String(backlog.partition)),
                    ]
                    return .init(labels, Double(backlog.lines))
                }),
        ]
    }
}

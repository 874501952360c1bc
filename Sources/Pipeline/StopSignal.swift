import Synchronization

/// Asks a run to stop at its next commit; set by a signal handler or a deadline.
public final class StopSignal: Sendable {
    /// The reason for a stop.
    public enum Reason: Int, Sendable {
        /// Ctrl-C, SIGINT.
        case interrupt = 2
        /// SIGTERM.
        case terminate = 15
        /// `--max-duration`.
        case duration = 1000

        /// Whether a signal asked for the stop: then somebody waits for the program to end.
        public var isSignal: Bool { self != .duration }
    }

    private let reasonCode = Atomic(0)

    /// A signal that is not set.
    public init() {}

    /// Asks for a stop. Later calls change nothing: the first reason stays.
    public func request(_ reason: Reason) {
        _ = reasonCode.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed)
    }

    /// The reason for the stop; nil when no stop was asked for.
    public var reason: Reason? { Reason(rawValue: reasonCode.load(ordering: .relaxed)) }
}

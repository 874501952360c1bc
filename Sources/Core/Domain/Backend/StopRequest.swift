import Synchronization

/// The request to stop at the next commit, made by a signal. A backend that waits for a server asks it, so that it waits
/// for a shorter time when the server is silent.
public enum StopRequest {
    /// 0, or 1 more than whether Ctrl-C made the request.
    private static let state = Atomic(0)
    private static let readings = Atomic(0)

    /// Makes the request; a later one changes nothing.
    ///
    /// - Parameter isInterrupt: whether Ctrl-C makes it.
    public static func make(isInterrupt: Bool = false) {
        _ = state.compareExchange(expected: 0, desired: isInterrupt ? 2 : 1, ordering: .relaxed)
    }

    /// Whether the request was made.
    public static var isMade: Bool { state.load(ordering: .relaxed) != 0 }

    /// Whether Ctrl-C made the request.
    public static var isInterrupt: Bool { state.load(ordering: .relaxed) == 2 }

    /// Does something that only reads and that the request ends at once, since nothing of it has to be kept: a task of a
    /// batch, after which the program goes on.
    public static func endingReading<Answer>(_ body: () throws -> Answer) rethrows -> Answer {
        readings.add(1, ordering: .relaxed)
        defer { readings.subtract(1, ordering: .relaxed) }
        return try body()
    }

    /// Whether what is read now is to end.
    public static var endsReading: Bool { isMade && readings.load(ordering: .relaxed) > 0 }

    /// Called now and then by what reads much.
    ///
    /// - Throws: `StoppedReading` when what is read now is to end.
    public static func checkReading() throws(StoppedReading) { if endsReading { throw StoppedReading() } }
}

/// A task of a batch was asked to stop before it was done.
public struct StoppedReading: ReportedError, Equatable {
    /// An error of a task that was asked to stop.
    public init() {}

    /// Says that it was stopped.
    public var message: String { "stopped before it was done" }
    /// Says that it can be done again.
    public var hint: String { "Nothing was kept. Run the same command again." }
}

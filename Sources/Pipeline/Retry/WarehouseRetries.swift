import Domain
import Logging

/// Tries again what a warehouse failed to do: waits as `RetrySchedule` says, makes the warehouse usable again, and logs
/// each failure and the end of the failures.
///
///     let retries = WarehouseRetries(warehouse, for: .seconds(300), logger: logger)
///     let applied = try retries.attempt { try warehouse.migrate(at: now) }
public final class WarehouseRetries {
    /// How a recovery ended.
    enum Result: Equatable {
        /// The warehouse can be used again, and no transaction is open.
        case usable(Recovery)
        /// The program was asked to stop. The warehouse cannot be used.
        case stopped
    }

    private let warehouse: any Warehouse
    private var waiting: RetryWait

    /// Where the failures are logged.
    var logger: Logger {
        get { waiting.logger }
        set { waiting.logger = newValue }
    }

    /// - Parameters:
    ///   - total: how long is tried again after a failure, until something succeeds; zero never tries again.
    ///   - stop: ends the waiting.
    public init(_ warehouse: any Warehouse, for total: Duration, stop: StopSignal = StopSignal(), logger: Logger) {
        self.warehouse = warehouse
        waiting = RetryWait(for: total, stop, logger)
    }

    /// Opens a warehouse. Waits for a server that says that it is starting, and for no other, since a wrong location
    /// should be told at once.
    ///
    /// - Parameter waitsForWriter: whether it also waits while another run writes to the warehouse.
    /// - Throws: the error of the last try; `StoppedBeforeWork` when the program is asked to stop.
    public static func open<Opened>(
        for total: Duration, waitsForWriter: Bool = false, stop: StopSignal = StopSignal(), logger: Logger,
        _ open: () throws -> Opened
    ) throws -> Opened {
        let writerWait = WriterWait(isOn: waitsForWriter, stop: stop, logger: logger)
        var waiting = RetryWait(for: total, stop, logger)
        while true {
            do {
                let opened = try writerWait.attempt(open)
                waiting.succeeded()
                return opened
            } catch {
                try stopped(stop, because: error)
                let isWaiting = waiting.isFailing
                try waiting.wait(because: error) {
                    $0.isServerStarting || (isWaiting && $0.kind == .unreachable && $0.mayRetry)
                }
                try stopped(stop, because: error)
            }
        }
    }

    /// Throws `StoppedBeforeWork` where the program was asked to stop.
    private static func stopped(_ stop: StopSignal, because error: any Error) throws {
        guard let reason = stop.reason, error is any ReportedError else { return }
        if let stopped = error as? StoppedBeforeWork { throw stopped }
        throw StoppedBeforeWork(reason: reason, cause: error)
    }

    /// Does something that may be repeated as a whole, until it succeeds.
    ///
    /// - Throws: its error, when that is not to be tried again; `StoppedBeforeWork` when the program is asked to stop.
    public func attempt<Answer>(_ body: () throws -> Answer) throws -> Answer {
        while true {
            do {
                let answer = try body()
                succeeded()
                return answer
            } catch {
                try Self.stopped(waiting.stop, because: error)
                // The server may not have noticed yet that the former connection is lost, and still hold its lock.
                if case .stopped = try recover(from: error, withInUse: waiting.isFailing) {
                    try Self.stopped(waiting.stop, because: error)
                    throw error
                }
            }
        }
    }

    /// Waits and makes the warehouse usable again after an error; repeats that while it fails.
    ///
    /// - Parameter withInUse: whether an error of kind `.inUse` may be tried again.
    /// - Throws: the error, or a later one, when it is not to be tried again.
    func recover(from error: any Error, withInUse: Bool = false) throws -> Result {
        var failure = error
        while true {
            guard warehouse.canRecover else { throw failure }
            try waiting.wait(because: failure) { $0.mayRetry && (withInUse || $0.kind != .inUse) }
            let stop = waiting.stop
            if stop.reason != nil { return .stopped }
            do {
                let outcome = try warehouse.recover { stop.reason != nil }
                waiting.answered()
                return .usable(outcome)
            } catch {
                if stop.reason != nil { return .stopped }
                failure = error
            }
        }
    }

    /// Opens a source of which the server may be away for now, and waits for it; does nothing when the program is asked to
    /// stop meanwhile.
    ///
    /// - Throws: the error of the last try.
    func open(source open: () throws -> Void) throws {
        while waiting.stop.reason == nil {
            do {
                try open()
                return waiting.succeeded()
            } catch {
                try waiting.wait(because: error) { $0.kind == .unreachable && $0.mayRetry }
            }
        }
    }

    /// To be called after rows were written that are not committed yet.
    func worked() { waiting.worked() }

    /// To be called after each commit.
    func succeeded() { waiting.succeeded() }
}

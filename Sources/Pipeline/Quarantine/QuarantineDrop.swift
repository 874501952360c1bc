import Domain
import Logging

/// Deletes lines of the quarantine in one transaction. It holds the writer's lock as a run does, but it adds no row to
/// `load_run`. After a lost connection it tries again.
public struct QuarantineDrop {
    private let warehouse: any Warehouse
    private let retries: WarehouseRetries
    private let wallClock: () -> Int64

    /// A drop in a warehouse.
    ///
    /// - Parameters:
    ///   - retryFor: how long is tried again after a lost connection.
    ///   - wallClock: milliseconds since 1970.
    public init(
        warehouse: any Warehouse, retryFor: Duration = LoadOptions.defaultRetryFor, logger: Logger = .silent,
        wallClock: @escaping () -> Int64
    ) {
        self.warehouse = warehouse
        self.wallClock = wallClock
        retries = WarehouseRetries(warehouse, for: retryFor, logger: logger)
    }

    /// Drops the lines that match.
    ///
    /// - Returns: the number of dropped lines by rule and source, the largest number first.
    /// - Throws: the error of the warehouse; nothing is dropped then, unless it came from the commit.
    public func run(_ filter: RejectedFilter) throws -> [RejectedCount] {
        let now = wallClock()
        _ = try retries.attempt { try warehouse.beginRun(at: now, as: .bounded) }
        defer { warehouse.endRun() }
        while true {
            var dropped: [RejectedCount] = []
            do {
                try warehouse.begin()
                dropped = try warehouse.dropRejected(matching: filter, at: now)
                try warehouse.commit()
                retries.succeeded()
                return dropped
            } catch {
                // The first error is the one to report.
                try? warehouse.rollback()
                if try retries.recover(from: error) == .usable(.committed) { return dropped }
            }
        }
    }
}

import Domain

/// Deletes lines of the quarantine in one transaction. It holds the writer's lock as a run does, but it adds no row to
/// `load_run`.
public struct QuarantineDrop {
    private let warehouse: any Warehouse
    private let wallClock: () -> Int64

    /// A drop in a warehouse.
    ///
    /// - Parameter wallClock: milliseconds since 1970.
    public init(warehouse: any Warehouse, wallClock: @escaping () -> Int64) {
        self.warehouse = warehouse
        self.wallClock = wallClock
    }

    /// Drops the lines that match.
    ///
    /// - Returns: the number of dropped lines by rule and source, the largest number first.
    /// - Throws: the error of the warehouse; nothing is dropped then.
    public func run(_ filter: RejectedFilter) throws -> [RejectedCount] {
        let now = wallClock()
        _ = try warehouse.beginRun(at: now, as: .bounded)
        defer { warehouse.endRun() }
        try warehouse.begin()
        do {
            let dropped = try warehouse.dropRejected(matching: filter, at: now)
            try warehouse.commit()
            return dropped
        } catch {
            // The first error is the one to report.
            try? warehouse.rollback()
            throw error
        }
    }
}

import Domain

/// Deletes lines of the quarantine, in one transaction. It holds the writer's place meanwhile as a run does, but it is no
/// run: no row of `load_run` changes.
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
    /// - Returns: what was dropped, by rule and source, the most first.
    /// - Throws: what the warehouse throws; nothing is dropped then.
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
            // What failed is the error to tell of.
            try? warehouse.rollback()
            throw error
        }
    }
}

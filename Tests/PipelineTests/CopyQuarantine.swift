import Domain
import TestSupport

/// Puts lines into a quarantine as a run would.
enum CopyQuarantine {
    static func rejection(
        _ line: Int64, raw: [UInt8], message: String = "message", source: String = "a",
        identity: Rejection.Identity? = nil
    ) -> Rejection {
        Rejection(
            source: source, port: .events, line: line, byteOffset: line, rule: .eventTimeOutOfRange,
            message: message, raw: raw, snapshotDay: nil, identity: identity)
    }

    /// Adds lines in a run of their own.
    static func add(_ rejections: [Rejection], to warehouse: LawWarehouse) throws {
        let writer = try warehouse.fixture.writer()
        var run = try writer.beginRun(at: 5, as: .bounded)
        defer { writer.endRun() }
        try writer.begin()
        run.counts.read = Int64(rejections.count)
        run.counts.rejected = Int64(rejections.count)
        run.outcome = .completed
        try writer.save(LedgerChanges(run: run))
        try writer.quarantine(rejections, run: run.id)
        try writer.commit()
    }
}

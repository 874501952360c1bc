import Domain
import SQLite

/// A warehouse with the defect that lines leave the quarantine in a transaction before the one that brings the rest of
/// their rows. The tests of broken retries have to notice it.
final class QuarantineDefectWarehouse: Warehouse {
    private let warehouse: SQLiteWarehouse
    /// How often the defect took effect.
    private(set) var early = 0

    init(_ warehouse: SQLiteWarehouse) { self.warehouse = warehouse }

    func deleteRejected(_ ids: [Int64]) throws {
        try warehouse.deleteRejected(ids)
        if ids.isEmpty { return }
        early += 1
        try warehouse.commit()
        try warehouse.begin()
    }

    var location: String { warehouse.location }
    func migrate(at now: Int64) throws -> [String] { try warehouse.migrate(at: now) }
    func beginRun(at now: Int64, isDryRun: Bool) throws -> RunRecord {
        try warehouse.beginRun(at: now, isDryRun: isDryRun)
    }
    func checkpoint(of identity: SourceIdentity) throws -> Checkpoint? { try warehouse.checkpoint(of: identity) }
    func begin() throws { try warehouse.begin() }
    func commit() throws { try warehouse.commit() }
    func rollback() throws { try warehouse.rollback() }
    func enrichment(ofMovie id: Int64) throws -> MovieEnrichment? { try warehouse.enrichment(ofMovie: id) }
    func insertFacts(_ group: EventGroup) throws { try warehouse.insertFacts(group) }
    func merge(_ rows: MergeTable) throws { try warehouse.merge(rows) }
    func movieRank(of movieID: Int64) throws -> MovieRank? { try warehouse.movieRank(of: movieID) }
    func movieRank(of movieID: Int64, snapshotDay: Int32) throws -> MovieRank? {
        try warehouse.movieRank(of: movieID, snapshotDay: snapshotDay)
    }
    func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws {
        try warehouse.replaceMovies(documents, of: batch)
    }
    func quarantine(_ rejections: [Rejection], run: Int64) throws { try warehouse.quarantine(rejections, run: run) }
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try warehouse.rejected(matching: filter, after: id, limit: limit)
    }
    func replaceRejected(_ id: Int64, rule: CleaningRule, message: String, run: Int64) throws {
        try warehouse.replaceRejected(id, rule: rule, message: message, run: run)
    }
    func save(_ checkpoint: Checkpoint, replacing previous: SourceIdentity?, run: Int64) throws {
        try warehouse.save(checkpoint, replacing: previous, run: run)
    }
    func forEachKnownSource(of port: SourceIdentity.Port, _ body: (KnownSource) throws -> Void) throws {
        try warehouse.forEachKnownSource(of: port, body)
    }
    func save(_ run: RunRecord) throws { try warehouse.save(run) }
    func reenrichFacts() throws -> Int64 { try warehouse.reenrichFacts() }
    func refreshMarts() throws -> Int64 { try warehouse.refreshMarts() }
    func rowCounts() throws -> [(table: String, rows: Int64)] { try warehouse.rowCounts() }
    func endRun() { warehouse.endRun() }
}

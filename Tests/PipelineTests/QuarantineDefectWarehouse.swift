import Domain

/// A warehouse with a defect: it cures lines in a transaction before that of their rows. The tests of interrupted
/// retries must find it.
final class QuarantineDefectWarehouse: Warehouse {
    private let warehouse: any Warehouse
    /// How often the defect took effect.
    private(set) var early = 0

    init(_ warehouse: any Warehouse) { self.warehouse = warehouse }

    func cureRejected(_ ids: [Int64], run: Int64) throws {
        try warehouse.cureRejected(ids, run: run)
        if ids.isEmpty { return }
        early += 1
        try warehouse.commit()
        try warehouse.begin()
    }

    var location: String { warehouse.location }
    func migrate(at now: Int64) throws -> [String] { try warehouse.migrate(at: now) }
    func beginRun(at now: Int64, as kind: RunKind) throws -> RunRecord {
        try warehouse.beginRun(at: now, as: kind)
    }
    func begin() throws { try warehouse.begin() }
    func commit() throws { try warehouse.commit() }
    func rollback() throws { try warehouse.rollback() }
    func enrichments(ofMovies ids: [Int64]) throws -> [MovieEnrichment] { try warehouse.enrichments(ofMovies: ids) }
    func insertFacts(_ group: EventGroup) throws { try warehouse.insertFacts(group) }
    func merge(_ rows: MergeTable) throws { try warehouse.merge(rows) }
    func merge(_ days: SiteDays) throws { try warehouse.merge(days) }
    func ranks(of documents: [MovieDocument]) throws -> [StoredRanks] { try warehouse.ranks(of: documents) }
    func replaceMovies(_ documents: [MovieDocument], of batch: MovieBatch) throws {
        try warehouse.replaceMovies(documents, of: batch)
    }
    func quarantine(_ rejections: [Rejection], run: Int64) throws { try warehouse.quarantine(rejections, run: run) }
    func rejected(matching filter: RejectedFilter, after id: Int64, limit: Int) throws -> [RejectedRecord] {
        try warehouse.rejected(matching: filter, after: id, limit: limit)
    }
    func replaceRejected(_ replacements: [(id: Int64, rejection: Rejection)], run: Int64) throws {
        try warehouse.replaceRejected(replacements, run: run)
    }
    func countRejectedAgain(_ lines: [CleaningRule: Int64], run: Int64) throws {
        try warehouse.countRejectedAgain(lines, run: run)
    }
    func cureRejected(ofSource source: String, port: SourcePort, before firstRun: Int64, run: Int64) throws
        -> Int64
    { try warehouse.cureRejected(ofSource: source, port: port, before: firstRun, run: run) }
    func cureArrived(run: Int64, isLast: Bool) throws -> Int64 {
        try warehouse.cureArrived(run: run, isLast: isLast)
    }
    func dropRejected(matching filter: RejectedFilter, at now: Int64) throws -> [RejectedCount] {
        try warehouse.dropRejected(matching: filter, at: now)
    }
    func save(_ changes: LedgerChanges) throws { try warehouse.save(changes) }
    func forEachKnownSource(of port: SourcePort, _ body: (KnownSource) throws -> Void) throws {
        try warehouse.forEachKnownSource(of: port, body)
    }
    func lastOrderlyRun() throws -> Int64 { try warehouse.lastOrderlyRun() }
    func reenrichFacts() throws -> Int64 { try warehouse.reenrichFacts() }
    func refreshMarts() throws -> RefreshedDays { try warehouse.refreshMarts() }
    func rowCounts() throws -> [(table: String, rows: Int64)] { try warehouse.rowCounts() }
    func prepareForQuestions() throws -> [TableIndex] { try warehouse.prepareForQuestions() }
    func make(_ index: TableIndex) throws -> Bool { try warehouse.make(index) }
    func drop(_ index: TableIndex) throws -> Bool { try warehouse.drop(index) }
    func endRun() { warehouse.endRun() }
}

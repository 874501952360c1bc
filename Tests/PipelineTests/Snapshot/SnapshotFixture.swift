import Domain
import Files
import Fixtures
import Pipeline
import SQLWarehouse
import SQLite
import TestSupport

/// A folder of snapshots for one test.
final class SnapshotFixture {
    let folder: TemporaryFolder
    var path: String { folder.path("snapshots") }

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// Exports a warehouse.
    @discardableResult
    func export(
        _ warehouse: LawWarehouse, _ form: SnapshotForm = SnapshotForm(.csv),
        tables: [Table] = SnapshotTables.byDefault, since base: String? = nil, key: String? = nil, day: Int32 = 20_785,
        logLimit: Int64 = SnapshotRequest.defaultLogLimit, progress: @escaping (SnapshotProgress) -> Void = { _ in }
    ) throws -> SnapshotReport {
        let pseudonyms = try key.map { try Pseudonyms(key: $0) }
        var form = form
        form.pseudonymKey = pseudonyms?.keyName
        let request = SnapshotRequest(tables: tables, form: form, day: day, logLimit: logLimit)
        return try SnapshotExport(
            from: warehouse.fixture.copySource(), to: SnapshotFolder(path, day: day, protected: ProtectedPlaces()),
            request, since: base.map { try SnapshotFolderSource($0, isHeld: true) }, pseudonyms: pseudonyms,
            makers: .init(
                openCopyTarget: { try SQLCopyTarget.sqlite(path: $0) },
                makeParquet: { _ in preconditionFailure("no Parquet here") }),
            wallClock: { 1_795_860_000_000 }, progress: progress
        ).run()
    }

    /// What is wrong with a snapshot.
    func faults(_ path: String) throws -> [String] {
        try SnapshotVerification(SnapshotFolderSource(path), openWarehouse: { try SQLiteReader(path: $0) }).faults()
    }

    /// The lines of each table, by the name of its file, without the header of CSV.
    func lines(_ path: String) throws -> [String: [String]] {
        let source = try SnapshotFolderSource(path)
        var all: [String: [String]] = [:]
        for file in source.manifest.files {
            let records = try source.records(of: file)
            var lines: [String] = []
            while let record = try records.next() { lines.append(String(decoding: record, as: UTF8.self)) }
            all[file.name] = source.manifest.form.format == .csv ? Array(lines.dropFirst()) : lines
        }
        return all
    }

    /// Inserts the rows of a snapshot into an empty warehouse.
    func reload(_ path: String, into warehouse: LawWarehouse, outline: CopyOutline) throws {
        let source = try SnapshotFolderSource(path)
        let target = try warehouse.fixture.copyTarget()
        try target.begin(outline, at: 1)
        defer { target.end() }
        for table in CopyTables.all {
            guard let file = source.manifest.tables.first(where: { $0.name == table.name })?.file else { continue }
            let reader = SnapshotRowReader(table, source.manifest.form)
            let rows = RowSet(table)
            let records = try source.records(of: file)
            if source.manifest.form.format == .csv { _ = try records.next() }
            while let record = try records.next() {
                guard reader.read(record, into: rows) else { throw SnapshotError.damaged(path: path, how: file.name) }
            }
            if rows.count > 0 { try target.insert(rows) }
        }
        try target.finish()
        try target.commit()
    }
}

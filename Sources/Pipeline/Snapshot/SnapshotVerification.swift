import Domain

/// Checks a snapshot against its manifest: sizes and SHA-256 of all files; of CSV and NDJSON also each row (its columns,
/// its types, its only spelling, the order of the keys), the number of rows and the digests; of a SQLite file the digests.
public struct SnapshotVerification {
    private let source: any SnapshotSource
    private let openWarehouse: (_ path: String) throws -> any WarehouseReader
    private let progress: (SnapshotProgress) -> Void

    /// A verification.
    ///
    /// - Parameter openWarehouse: opens a warehouse in a file for reading.
    public init(
        _ source: any SnapshotSource, openWarehouse: @escaping (String) throws -> any WarehouseReader,
        progress: @escaping (SnapshotProgress) -> Void = { _ in }
    ) {
        self.source = source
        self.openWarehouse = openWarehouse
        self.progress = progress
    }

    /// What is wrong, in words; nothing when all is well.
    ///
    /// - Throws: errors that say nothing about the snapshot.
    public func faults() throws -> [String] {
        var faults = try source.strayNames().map { "\($0) is none of its files" }
        var bad: Set<String> = []
        for file in source.manifest.files {
            try StopRequest.checkReading()
            try collect(&faults) {
                try source.check(file)
            } orElse: {
                bad.insert(file.name)
            }
        }
        if let file = source.manifest.warehouseFile {
            if !bad.contains(file.name) {
                try collect(&faults) {
                    try checkWarehouse(file)
                } orElse: {
                }
            }
            return faults
        }
        var digests: [String: TableDigest] = [:]
        var names: Set<String> = []
        for table in source.manifest.tables {
            if !names.insert(table.name).inserted { faults.append("the manifest has \(table.name) twice") }
            if source.manifest.base == nil, let file = table.file, file.rows != table.rows {
                faults.append("the manifest says \(table.rows) rows of \(table.name), and \(file.rows) of its file")
            }
            guard let file = table.file else {
                faults.append("\(table.name) has no file")
                continue
            }
            if source.manifest.form.format == .parquet { continue }
            for (file, declared) in [(file, table.declaration), (table.removed, table.declarationOfRemoved)] {
                guard let file, !bad.contains(file.name) else { continue }
                try collect(&faults) {
                    let digest = try check(file, declared)
                    if file == table.file, let digest { digests[table.name] = digest }
                } orElse: {
                }
            }
        }
        if source.manifest.base == nil { faults += wrongDigests(digests) }
        return faults
    }

    private func collect(_ faults: inout [String], _ body: () throws -> Void, orElse: () -> Void) throws {
        do { try body() } catch SnapshotError.damaged(_, let how) {
            faults.append(how)
            orElse()
        }
    }

    private func damaged(_ how: String) -> SnapshotError { .damaged(path: source.location, how: how) }

    // MARK: Rows

    /// Checks the records of a file.
    ///
    /// - Returns: the digest of its rows; nil when their types are not known.
    private func check(_ file: SnapshotFile, _ table: Table?) throws -> TableDigest? {
        let records = try source.records(of: file)
        let form = source.manifest.form
        guard let table else {
            var rows: Int64 = form.format == .ndjson ? 0 : -1
            while try records.next() != nil { rows += 1 }
            if rows != file.rows { throw damaged("\(file.name) has \(rows) rows, and the manifest says \(file.rows)") }
            return nil
        }
        let check = RowCheck(table, form)
        if form.format != .ndjson {
            guard let header = try records.next(), check.isHeader(header) else {
                throw damaged("the first line of \(file.name) does not name the columns of the manifest")
            }
        }
        while let record = try records.next() {
            if let fault = check.fault(of: record) {
                throw damaged("row \(check.digest.rows + 1) of \(file.name) \(fault)")
            }
            if check.digest.rows % 65_536 == 0 {
                try StopRequest.checkReading()
                progress(
                    SnapshotProgress(label: "verifying \(file.name)", rows: check.digest.rows, totalRows: file.rows))
            }
        }
        guard check.digest.rows == file.rows else {
            throw damaged("\(file.name) has \(check.digest.rows) rows, and the manifest says \(file.rows)")
        }
        return check.digest
    }

    private func wrongDigests(_ digests: [String: TableDigest]) -> [String] {
        var faults: [String] = []
        for table in source.manifest.tables {
            guard let expected = table.digest, let digest = digests[table.name] else { continue }
            if digest.text != expected { faults.append("the rows of \(table.name) have another digest") }
        }
        if let expected = source.manifest.digest, let total = SnapshotExport.total(digests), total.text != expected {
            faults.append("the whole has another digest")
        }
        return faults
    }

    private func checkWarehouse(_ file: SnapshotFile) throws {
        let found: [(table: String, digest: TableDigest)]
        do {
            found = try openWarehouse("\(source.location)/\(file.name)").digest()
        } catch let error as any ReportedError {
            throw damaged("\(file.name) cannot be read: \(error.message)")
        }
        for table in source.manifest.tables {
            guard let expected = table.digest else { continue }
            if found.first(where: { $0.table == table.name })?.digest.text != expected {
                throw damaged("\(table.name) in \(file.name) has another digest")
            }
        }
    }
}

/// Checks the rows of one file, in order.
private final class RowCheck {
    private let reader: SnapshotRowReader
    private let writer: SnapshotRowWriter
    private let header: [UInt8]
    private let rows: RowSet
    private let key: SnapshotKey
    private let hasher = RowHasher()
    private let current = ByteBuffer(capacity: 256)
    private let last = ByteBuffer(capacity: 256)
    private(set) var digest = TableDigest()

    init(_ table: Table, _ form: SnapshotForm) {
        reader = SnapshotRowReader(table, form)
        writer = SnapshotRowWriter(table, form)
        writer.writeHeader()
        header = Array(writer.buffer.bytes)
        rows = RowSet(table)
        key = SnapshotKey(table)
    }

    func isHeader(_ record: UnsafeRawBufferPointer) -> Bool { record.elementsEqual(header) }

    /// What is wrong with a record; nil when nothing is.
    func fault(of record: UnsafeRawBufferPointer) -> String? {
        rows.removeAll()
        guard reader.read(record, into: rows) else { return "does not have the columns and types of the manifest" }
        writer.buffer.truncate(to: 0)
        writer.write(rows[0], of: rows)
        guard writer.buffer.bytes.count == record.count, writer.buffer.bytes.elementsEqual(record) else {
            return "is not spelled as an export spells it"
        }
        current.truncate(to: 0)
        key.append(rows[0], of: rows, to: current)
        if digest.rows > 0, KeyOrder.compare(last.bytes, current.bytes) >= 0 {
            return "does not come after the row before it"
        }
        last.truncate(to: 0)
        last.append(current.bytes)
        hasher.reset()
        hasher.add(rows[0], of: rows)
        digest.add(hasher)
        return nil
    }
}

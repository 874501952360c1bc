import Domain

/// Takes the rows of one table in the order of the warehouse, and writes those that belong into the snapshot in the order
/// of the snapshot's keys.
final class TableSink {
    private let shape: SnapshotShape
    private let form: SnapshotForm
    private let writer: SnapshotRowWriter
    private let file: any SnapshotFileTarget
    private let comparison: SnapshotComparison?
    private let sorter: (any RowSorter)?
    /// The key of a row, and its columns that rows come sorted by.
    private let key: SnapshotKey
    private let orderedKey: SnapshotKey
    private let keyBytes = ByteBuffer(capacity: 256)
    /// The ordered part of the key of the rows that are in the sorter.
    private let group = ByteBuffer(capacity: 256)
    private let shaped: RowSet
    private var rows: Int64 = 0

    private static let flushBytes = 256 << 10

    init(
        _ shape: SnapshotShape, _ form: SnapshotForm, _ target: any SnapshotTarget, _ base: (any SnapshotSource)?
    ) throws {
        self.shape = shape
        // Parquet is made of CSV.
        let form = form.format == .parquet ? SnapshotForm(.csv) : form
        self.form = form
        writer = SnapshotRowWriter(shape.table, form)
        writer.writeHeader()
        file = try target.begin(form.format.fileName(shape.table.name))
        key = SnapshotKey(shape.table)
        orderedKey = SnapshotKey(shape.table, first: shape.orderedColumns)
        shaped = RowSet(shape.table)
        sorter = shape.orderedColumns == nil ? nil : try target.makeSorter()
        comparison = try base.flatMap { base in
            try base.manifest.tables.first { $0.name == shape.table.name }?.file.map { older in
                try SnapshotComparison(base, older, shape.table, form, target)
            }
        }
    }

    /// Adds rows of the warehouse.
    func add(_ batch: RowSet) throws {
        for place in 0..<batch.count {
            if shape.isPlain {
                try add(batch[place], of: batch)
            } else {
                shaped.removeAll()
                shape.append(batch[place], of: batch, to: shaped)
                try add(shaped[0], of: shaped)
            }
        }
        if writer.buffer.count >= Self.flushBytes { try flush() }
    }

    private func add(_ row: PackedRow, of batch: RowSet) throws {
        guard sorter != nil || comparison != nil else {
            writer.write(row, of: batch)
            rows += 1
            return
        }
        if let sorter {
            keyBytes.truncate(to: 0)
            orderedKey.append(row, of: batch, to: keyBytes)
            if sorter.count > 0, KeyOrder.compare(keyBytes.bytes, group.bytes) != 0 { try drain(sorter) }
            if sorter.count == 0 {
                group.truncate(to: 0)
                group.append(keyBytes.bytes)
            }
        }
        keyBytes.truncate(to: 0)
        key.append(row, of: batch, to: keyBytes)
        let start = writer.buffer.count
        writer.write(row, of: batch)
        let line = writer.buffer.bytes(at: start, count: writer.buffer.count - start)
        if let sorter {
            try sorter.add(key: keyBytes.bytes, row: line)
            writer.buffer.truncate(to: start)
        } else if try comparison?.isNew(key: keyBytes.bytes, line: line) == false {
            writer.buffer.truncate(to: start)
        } else {
            rows += 1
        }
    }

    private func drain(_ sorter: any RowSorter) throws {
        try sorter.drain { key, line in
            if try comparison?.isNew(key: key, line: line) == false { return }
            writer.buffer.append(line)
            rows += 1
            if writer.buffer.count >= Self.flushBytes { try flush() }
        }
    }

    private func flush() throws {
        try StopRequest.checkReading()
        try file.write(writer.buffer.bytes)
        writer.buffer.truncate(to: 0)
    }

    /// Ends the files of the table.
    func finish() throws -> SnapshotTable {
        if let sorter { try drain(sorter) }
        try flush()
        var table = SnapshotTable(shape.table)
        table.file = try file.finish(rows: rows)
        table.removed = try comparison?.finish()
        return table
    }
}

/// Compares the rows of a table, in the order of their keys, with those of an earlier snapshot.
final class SnapshotComparison {
    private let records: any SnapshotRecords
    private let table: Table
    private let reader: SnapshotRowReader
    private let key: SnapshotKey
    private let name: String
    private let location: String
    private let form: SnapshotForm
    private let target: any SnapshotTarget
    /// The row of the earlier snapshot that was not compared yet, its key and its line.
    private let older: RowSet
    private let olderKey = ByteBuffer(capacity: 256)
    private var olderLine: UnsafeRawBufferPointer?
    /// The file of removed keys, which is there once one was.
    private var removed: (file: any SnapshotFileTarget, writer: SnapshotRowWriter, rows: Int64)?

    init(
        _ base: any SnapshotSource, _ file: SnapshotFile, _ table: Table, _ form: SnapshotForm,
        _ target: any SnapshotTarget
    ) throws {
        self.table = table
        self.form = form
        self.target = target
        name = file.name
        location = base.location
        records = try base.records(of: file)
        reader = SnapshotRowReader(table, form)
        key = SnapshotKey(table)
        older = RowSet(table)
        if form.format != .ndjson { _ = try records.next() }
        try advance()
    }

    /// Whether a row is new or has changed.
    func isNew(key: UnsafeRawBufferPointer, line: UnsafeRawBufferPointer) throws -> Bool {
        while let olderLine {
            let order = KeyOrder.compare(olderKey.bytes, key)
            if order > 0 { return true }
            if order == 0 {
                let isSame = olderLine.count == line.count && olderLine.elementsEqual(line)
                try advance()
                return !isSame
            }
            try remove()
        }
        return true
    }

    private func advance() throws {
        olderLine = try records.next()
        guard let olderLine else { return }
        older.removeAll()
        guard reader.read(olderLine, into: older) else {
            throw SnapshotError.damaged(path: location, how: "\(name) has a row that cannot be read")
        }
        olderKey.truncate(to: 0)
        key.append(older[0], of: older, to: olderKey)
    }

    private func remove() throws {
        if removed == nil {
            let writer = SnapshotRowWriter(table, form, keyOnly: true)
            writer.writeHeader()
            removed = (try target.begin(form.format.fileName("\(table.name).removed")), writer, 0)
        }
        removed?.rows += 1
        if let removed {
            removed.writer.write(older[0], of: older)
            if removed.writer.buffer.count >= 64 << 10 { try flush(removed) }
        }
        try StopRequest.checkReading()
        try advance()
    }

    private func flush(_ removed: (file: any SnapshotFileTarget, writer: SnapshotRowWriter, rows: Int64)) throws {
        try removed.file.write(removed.writer.buffer.bytes)
        removed.writer.buffer.truncate(to: 0)
    }

    /// What is left of the earlier snapshot was removed.
    func finish() throws -> SnapshotFile? {
        while olderLine != nil { try remove() }
        guard let removed else { return nil }
        try flush(removed)
        return try removed.file.finish(rows: removed.rows)
    }
}

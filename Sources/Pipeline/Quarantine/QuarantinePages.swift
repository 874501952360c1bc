import Domain

/// Reads the lines of a selection with their rows in the quarantine, page by page, so that memory is bounded.
final class QuarantinePages {
    /// A line to be tried.
    struct Entry {
        /// Its row in the quarantine.
        var record: RejectedRecord
        /// The corrected line; nil when the line is tried as it is stored.
        var mended: [UInt8]?
    }

    /// The number of corrected lines without an open record.
    private(set) var missing: Int64 = 0

    private let warehouse: any Warehouse
    private let selection: QuarantineSelection
    private let pageLines: Int
    private let pageBytes: Int
    private var lastID: Int64 = 0
    private var ahead: MendedLine?

    init(_ selection: QuarantineSelection, of warehouse: any Warehouse, pageLines: Int, pageBytes: Int = 8 << 20) {
        self.selection = selection
        self.warehouse = warehouse
        self.pageLines = pageLines
        self.pageBytes = pageBytes
    }

    /// The number of the last line of the last page; 0 before the first page, nil when the lines are corrected ones,
    /// which come in any order.
    var end: Int64? {
        guard case .stored = selection else { return nil }
        return lastID
    }

    /// Goes back, so that the next page begins after a line.
    ///
    /// - Parameter id: the number of that line; 0 for the start.
    /// - Throws: `ReadOnceError` when the lines are corrected ones, which are read only once.
    func goBack(to id: Int64, because error: any Error) throws {
        guard case .stored = selection else { throw ReadOnceError(lines: "the corrected lines", cause: error) }
        lastID = id
    }

    /// The next page; empty at the end. The lines of the page before must have been settled in the warehouse.
    func next() throws -> [Entry] {
        switch selection {
        case .stored(let filter):
            let records = try warehouse.rejected(matching: filter, after: lastID, limit: pageLines)
            lastID = records.last?.id ?? lastID
            return records.map { Entry(record: $0, mended: nil) }
        case .mended(let read): return try mended(read)
        }
    }

    private func mended(_ read: () throws -> MendedLine?) throws -> [Entry] {
        var page: [Entry] = []
        var ids: Set<Int64> = []
        var bytes = 0
        while page.count < pageLines, bytes < pageBytes, let line = try ahead ?? read() {
            ahead = nil
            if ids.contains(line.id) {
                // Corrected twice: the next page sees the result of the first correction.
                ahead = line
                break
            }
            let found = try warehouse.rejected(matching: RejectedFilter(id: line.id), after: 0, limit: 1)
            guard let record = found.first, line.isOf(record) else {
                missing += 1
                continue
            }
            ids.insert(line.id)
            bytes += line.raw.count + record.rejection.rawLength
            page.append(Entry(record: record, mended: line.raw == record.rejection.raw ? nil : line.raw))
        }
        return page
    }
}

extension [QuarantinePages.Entry] {
    /// The entries, all of one port, as a chunk. The number of a line is the entry's index.
    func chunk(clock: RunClock) -> LineChunk? {
        guard let first else { return nil }
        let source = Source(
            name: "quarantine", port: first.record.rejection.port, number: 0)
        let size = reduce(0) { $0 + $1.raw.count }
        let chunk = LineChunk(source: source, capacity: size, start: SourcePosition())
        for (index, entry) in enumerated() {
            let offset = entry.raw.withUnsafeBytes { chunk.buffer.append($0) }
            let span = ByteRange(offset: offset, length: entry.raw.count)
            chunk.lines.append(
                Line(
                    span: span, number: Int64(index), byteOffset: 0,
                    snapshotDay: entry.record.rejection.snapshotDay ?? clock.day))
        }
        return chunk
    }

    /// The entries divided where the port changes, since a chunk has lines of one port only.
    var runs: [[QuarantinePages.Entry]] {
        var runs: [[QuarantinePages.Entry]] = []
        for entry in self {
            if let last = runs.last?.last, last.record.rejection.port == entry.record.rejection.port {
                runs[runs.count - 1].append(entry)
            } else {
                runs.append([entry])
            }
        }
        return runs
    }
}

extension QuarantinePages.Entry {
    /// The line that is tried.
    var raw: [UInt8] { mended ?? record.rejection.raw }
}

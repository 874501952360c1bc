import Domain

/// The lines of a selection with what the warehouse knows of them, page by page in bounded memory.
final class QuarantinePages {
    /// A line that is to be tried.
    struct Entry {
        /// What is in quarantine.
        var record: RejectedRecord
        /// What the line is to be, where it was mended.
        var mended: [UInt8]?
    }

    /// Mended lines without an open record.
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

    /// The next lines, or none at the end. Those given before have to be dealt with in the warehouse by then.
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
                // Mended twice: what became of the first has to be seen before.
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
    /// The entries as a chunk of lines of one port, whose numbers are their places from 0.
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

    /// Divided where the port changes, which a chunk has but one of.
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

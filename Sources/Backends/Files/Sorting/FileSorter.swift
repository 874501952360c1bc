import Domain

/// Sorts rows in bounded memory: rows are collected up to a limit, sorted, and written to a run, a file without a name that
/// the system removes with the process. The runs are merged at the end. Where many of one size have come together they are
/// merged into a larger one before, so that a row is written once for each size, and few files are open.
final class FileSorter: RowSorter {
    /// The limits of a sorter.
    struct Limits {
        /// How many bytes of rows and keys are collected before they are sorted.
        var memory = 64 << 20
        /// How many runs are merged at once. Each needs most of a megabyte.
        var fanIn = 48
    }

    private struct Entry {
        /// The first eight bytes of the key, as a number of the same order.
        let prefix: UInt64
        let offset: Int
        let key: Int
        let row: Int
    }

    private let folder: String
    private let limits: Limits
    private var buffer = ByteBuffer(capacity: 1 << 12)
    private var entries: ContiguousArray<Entry> = []
    /// The runs by size: those of the first group were written from memory, those of the next are merged of these.
    private var runs: [[OpenFile]] = []
    private(set) var count = 0

    /// Sorts in files on the disk of a folder.
    init(in folder: String, limits: Limits = Limits()) {
        self.folder = folder
        self.limits = limits
    }

    func add(key: UnsafeRawBufferPointer, row: UnsafeRawBufferPointer) throws {
        let used = buffer.count + entries.count * MemoryLayout<Entry>.stride
        if used + key.count + row.count > limits.memory, !entries.isEmpty { try spill() }
        let offset = buffer.append(key)
        buffer.append(row)
        entries.append(Entry(prefix: Self.prefix(of: key), offset: offset, key: key.count, row: row.count))
        count += 1
    }

    func drain(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) throws {
        defer {
            (count, runs) = (0, [])
            clear()
        }
        try forEach(body)
    }

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) throws {
        if runs.isEmpty {
            sortEntries()
            for entry in entries { try body(key(entry), row(entry)) }
            return
        }
        if !entries.isEmpty { try spill() }
        // The memory is needed for the runs now.
        buffer = ByteBuffer(capacity: 1 << 12)
        entries = []
        var rest = runs.flatMap { $0 }
        while rest.count > limits.fanIn {
            let merged = try Self.merged(rest.prefix(limits.fanIn), in: folder)
            rest = rest.dropFirst(limits.fanIn) + [merged]
        }
        runs = [rest]
        try Self.merge(rest[...], body)
    }

    // MARK: - In memory

    /// The first bytes of a key as a number; a shorter key ends in zeros, and is compared whole where numbers are equal.
    private static func prefix(of key: UnsafeRawBufferPointer) -> UInt64 {
        if key.count >= 8 { return UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)) }
        return (0..<8).reduce(0) { $0 << 8 | ($1 < key.count ? UInt64(key[$1]) : 0) }
    }

    private func key(_ entry: Entry) -> UnsafeRawBufferPointer { buffer.bytes(at: entry.offset, count: entry.key) }
    private func row(_ entry: Entry) -> UnsafeRawBufferPointer {
        buffer.bytes(at: entry.offset + entry.key, count: entry.row)
    }

    private func sortEntries() {
        entries.sort { left, right in
            left.prefix == right.prefix ? KeyOrder.compare(key(left), key(right)) < 0 : left.prefix < right.prefix
        }
    }

    private func clear() {
        entries.removeAll(keepingCapacity: true)
        buffer.truncate(to: 0)
    }

    // MARK: - In files

    private func spill() throws {
        sortEntries()
        let run = try SortedRunWriter(in: folder)
        for entry in entries { try run.add(key(entry), row(entry)) }
        clear()
        try keep(try run.finish(), size: 0)
    }

    private func keep(_ run: OpenFile, size: Int) throws {
        if runs.count == size { runs.append([]) }
        runs[size].append(run)
        guard runs[size].count == limits.fanIn else { return }
        let merged = try Self.merged(runs[size][...], in: folder)
        runs[size] = []
        try keep(merged, size: size + 1)
    }

    private static func merged(_ runs: ArraySlice<OpenFile>, in folder: String) throws -> OpenFile {
        let run = try SortedRunWriter(in: folder)
        try merge(runs) { try run.add($0, $1) }
        return try run.finish()
    }

    /// Merges runs. Of each only the next key is in memory, and the row of the one that is given.
    private static func merge(
        _ runs: ArraySlice<OpenFile>, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var heads = try runs.map { try SortedRunReader($0) }.filter { !$0.isAtEnd }
        heads.sort { KeyOrder.compare($0.key, $1.key) < 0 }
        while let first = heads.first {
            let row = try first.row()
            try body(first.key, row)
            try first.next()
            if first.isAtEnd {
                heads.removeFirst()
            } else {
                sinkFirst(of: &heads)
            }
        }
    }

    /// Moves the first run to its place again. Most often it stays where it is or moves by a few.
    private static func sinkFirst(of heads: inout [SortedRunReader]) {
        let first = heads[0]
        var (low, high) = (1, heads.count)
        while low < high {
            let middle = (low + high) / 2
            if KeyOrder.compare(heads[middle].key, first.key) < 0 { low = middle + 1 } else { high = middle }
        }
        for place in 1..<low { heads.swapAt(place - 1, place) }
    }
}

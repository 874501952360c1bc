import Domain
import Glibc

/// Sorts rows by the bytes of their keys. What does not fit into its memory goes to files without names, sorted pieces
/// that are merged at the end.
final class LineSorter: SnapshotSorter {
    private struct Entry {
        let offset: Int
        let key: Int
        let row: Int
    }

    private let folder: String
    private let mostBytes: Int
    private let mostRuns: Int
    private var buffer = ByteBuffer(capacity: 1 << 12)
    private var entries: [Entry] = []
    private var runs: [OpenFile] = []
    private(set) var count = 0

    /// A sorter.
    ///
    /// - Parameters:
    ///   - folder: where the files without names are.
    ///   - mostBytes: how many bytes of rows are sorted in memory.
    ///   - mostRuns: how many files are merged at a time.
    init(folder: String, mostBytes: Int = 64 << 20, mostRuns: Int = 64) {
        self.folder = folder
        self.mostBytes = mostBytes
        self.mostRuns = mostRuns
    }

    func add(key: UnsafeRawBufferPointer, row: UnsafeRawBufferPointer) throws {
        let offset = buffer.append(key)
        buffer.append(row)
        entries.append(Entry(offset: offset, key: key.count, row: row.count))
        count += 1
        if buffer.count + entries.count * MemoryLayout<Entry>.stride >= mostBytes { try spill() }
    }

    func drain(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) throws {
        defer { (count, runs) = (0, []) }
        if runs.isEmpty {
            sortEntries()
            for entry in entries { try body(key(entry), row(entry)) }
            clear()
            return
        }
        if !entries.isEmpty { try spill() }
        try merge(runs, body)
    }

    private func key(_ entry: Entry) -> UnsafeRawBufferPointer { buffer.bytes(at: entry.offset, count: entry.key) }
    private func row(_ entry: Entry) -> UnsafeRawBufferPointer {
        buffer.bytes(at: entry.offset + entry.key, count: entry.row)
    }

    private func sortEntries() { entries.sort { SnapshotKey.compare(key($0), key($1)) < 0 } }

    private func clear() {
        entries.removeAll(keepingCapacity: true)
        buffer.truncate(to: 0)
    }

    // MARK: Files

    private func spill() throws {
        if runs.count == mostRuns {
            let merged = RunWriter(try OpenFile(anonymousIn: folder))
            try merge(runs) { try merged.add($0, $1) }
            runs = [try merged.finish()]
        }
        sortEntries()
        let run = RunWriter(try OpenFile(anonymousIn: folder))
        for entry in entries { try run.add(key(entry), row(entry)) }
        runs.append(try run.finish())
        clear()
    }

    private func merge(
        _ runs: [OpenFile], _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var readers = try runs.map { try RunReader($0) }
        readers.removeAll { $0.isAtEnd }
        while !readers.isEmpty {
            var least = 0
            for place in readers.indices.dropFirst()
            where SnapshotKey.compare(readers[place].key, readers[least].key) < 0 {
                least = place
            }
            try body(readers[least].key, readers[least].row)
            try readers[least].next()
            if readers[least].isAtEnd { readers.remove(at: least) }
        }
    }
}

/// Writes sorted rows to a file, each with the lengths of its two parts before it.
private final class RunWriter {
    private let file: OpenFile
    private let buffer = ByteBuffer(capacity: 1 << 18)

    init(_ file: OpenFile) { self.file = file }

    func add(_ key: UnsafeRawBufferPointer, _ row: UnsafeRawBufferPointer) throws {
        withUnsafeBytes(of: (UInt64(key.count), UInt64(row.count))) { _ = buffer.append($0) }
        buffer.append(key)
        buffer.append(row)
        if buffer.count >= 1 << 18 { try flush() }
    }

    private func flush() throws {
        try file.write(buffer.bytes)
        buffer.truncate(to: 0)
    }

    func finish() throws -> OpenFile {
        try flush()
        return file
    }
}

/// Reads what `RunWriter` wrote.
private final class RunReader {
    private let file: OpenFile
    private var buffer = ByteBuffer(capacity: 1 << 18)
    private var offset: Int64 = 0
    /// Where the row that is read now begins in the buffer.
    private var start = 0
    private var lengths: (key: Int, row: Int) = (0, 0)
    private(set) var isAtEnd = false

    private static let header = 16

    init(_ file: OpenFile) throws {
        self.file = file
        try load()
    }

    var key: UnsafeRawBufferPointer { buffer.bytes(at: start + Self.header, count: lengths.key) }
    var row: UnsafeRawBufferPointer { buffer.bytes(at: start + Self.header + lengths.key, count: lengths.row) }

    func next() throws {
        start += Self.header + lengths.key + lengths.row
        try load()
    }

    private func load() throws {
        guard try have(Self.header) else { return isAtEnd = true }
        let header = buffer.bytes(at: start, count: Self.header)
        lengths = (
            Int(header.loadUnaligned(as: UInt64.self)), Int(header.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
        guard try have(Self.header + lengths.key + lengths.row) else {
            throw FileError(.read, file.path, .damaged("a file of sorted rows ends early"))
        }
    }

    private func have(_ count: Int) throws -> Bool {
        if buffer.count - start >= count { return true }
        let rest = ByteBuffer(capacity: max(count, 1 << 18))
        rest.append(buffer.bytes(at: start, count: buffer.count - start))
        (buffer, start) = (rest, 0)
        while buffer.count < count {
            let before = buffer.count
            try buffer.fill(upTo: max(count - before, 1 << 17)) { space throws(FileError) in
                try file.read(into: space, at: offset)
            }
            if buffer.count == before { return false }
            offset += Int64(buffer.count - before)
        }
        return true
    }
}

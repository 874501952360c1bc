import Domain
import Glibc

/// Sorts lines by their keys in bounded memory: lines are collected up to a limit, sorted, and written to a run file in a
/// folder; the runs are merged at the end. Where there are more runs than are merged at once, some of them are merged into
/// one first. A run is compressed by zstd's fastest usual level.
final class LineSorter: CompactSort {
    /// The limits of a sorter.
    struct Limits {
        /// How many bytes of lines and keys are collected before they are sorted.
        var memory = 64 << 20
        /// How many runs are merged at once. Each needs about a megabyte.
        var fanIn = 48
    }

    private struct Entry {
        var key: CompactKey
        var span: ByteRange
    }

    private let folder: String
    private let limits: Limits
    private var buffer = ByteBuffer(capacity: 1 << 20)
    private var entries: ContiguousArray<Entry> = []
    private var runs: [String] = []
    private var made = 0

    /// Sorts in files of a folder, which is there.
    init(in folder: String, limits: Limits = Limits()) {
        self.folder = folder
        self.limits = limits
    }

    deinit { for run in runs { unlink(run) } }

    func add(_ key: CompactKey, _ line: UnsafeRawBufferPointer) throws {
        let used = buffer.count + entries.count * MemoryLayout<Entry>.stride
        if used + line.count > limits.memory, !entries.isEmpty { try endRun() }
        entries.append(Entry(key: key, span: ByteRange(offset: buffer.count, length: line.count)))
        buffer.append(line)
    }

    func forEach(_ body: (CompactKey, UnsafeRawBufferPointer) throws -> Void) throws {
        if runs.isEmpty {
            entries.sort { $0.key < $1.key }
            for entry in entries { try body(entry.key, bytes(entry)) }
            return release()
        }
        if !entries.isEmpty { try endRun() }
        release()
        while runs.count > limits.fanIn {
            let first = Array(runs.prefix(limits.fanIn))
            let run = try RunWriter(newRun())
            try LineSorter.merge(first) { try run.add($0, $1) }
            try run.finish()
            for path in first { unlink(path) }
            runs = runs.dropFirst(first.count) + [run.path]
        }
        try LineSorter.merge(runs, body)
    }

    private func bytes(_ entry: Entry) -> UnsafeRawBufferPointer {
        buffer.bytes(at: Int(entry.span.offset), count: Int(entry.span.length))
    }

    private func newRun() -> String {
        made += 1
        return "\(folder)/run-\(made)"
    }

    private func release() {
        entries = []
        buffer = ByteBuffer(capacity: 64)
    }

    private func endRun() throws {
        entries.sort { $0.key < $1.key }
        let path = newRun()
        runs.append(path)
        let run = try RunWriter(path)
        for entry in entries { try run.add(entry.key, bytes(entry)) }
        try run.finish()
        entries.removeAll(keepingCapacity: true)
        buffer.truncate(to: 0)
    }

    /// Merges sorted runs. Of each only the next key is held, and the line of the one that is given.
    private static func merge(
        _ paths: [String], _ body: (CompactKey, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var heads = try paths.map { try RunReader($0) }.filter { $0.key != nil }
        let isBefore = { (left: RunReader, right: RunReader) in
            guard let left = left.key, let right = right.key else { return right.key == nil }
            return left < right
        }
        heads.sort(by: isBefore)
        while let first = heads.first, let key = first.key {
            try body(key, try first.takeLine())
            if first.key == nil {
                heads.removeFirst()
                continue
            }
            // Sinks the run to its place again; most often it stays where it is or moves by a few.
            var (low, high) = (1, heads.count)
            while low < high {
                let middle = (low + high) / 2
                if isBefore(heads[middle], first) { low = middle + 1 } else { high = middle }
            }
            if low > 1 {
                heads.withUnsafeMutableBufferPointer { heads in
                    for index in 1..<low { heads.swapAt(index - 1, index) }
                }
            }
        }
    }
}

/// Writes a run: for each line its key, its length and its bytes.
private final class RunWriter {
    let path: String
    private let file: OpenFile
    private let encoder: ZstdEncoder
    private let block = ByteBuffer(capacity: 320 << 10)

    init(_ path: String) throws {
        self.path = path
        file = try OpenFile(creating: path, as: path)
        encoder = try ZstdEncoder(level: 1)
    }

    func add(_ key: CompactKey, _ line: UnsafeRawBufferPointer) throws {
        withUnsafeBytes(of: RunHead(key, length: line.count)) { _ = block.append($0) }
        block.append(line)
        if block.count >= 256 << 10 { try flush() }
    }

    func finish() throws {
        try flush()
        try encoder.endFrame(to: file)
        try file.close()
    }

    private func flush() throws {
        try encoder.write(block.bytes, to: file)
        block.truncate(to: 0)
    }
}

/// What stands before a line in a run.
private struct RunHead {
    var time: Int64
    var idHigh: UInt64
    var idLow: UInt64
    var hash: UInt64
    var moreHash: UInt64
    var line: Int64
    var run: UInt32
    var file: UInt32
    var length: UInt32
    var kind: UInt32

    init(_ key: CompactKey, length: Int) {
        time = key.time
        idHigh = key.idHigh
        idLow = key.idLow
        hash = key.hash
        moreHash = key.moreHash
        line = key.line
        run = key.run
        file = key.file
        self.length = UInt32(length)
        kind = UInt32(key.kind.rawValue)
    }

    /// The key; nil where the bytes are none.
    var key: CompactKey? {
        guard let kind = CompactKey.Kind(rawValue: UInt8(truncatingIfNeeded: kind)) else { return nil }
        var key = CompactKey()
        key.time = time
        key.idHigh = idHigh
        key.idLow = idLow
        key.hash = hash
        key.moreHash = moreHash
        key.line = line
        key.run = run
        key.file = file
        key.kind = kind
        return key
    }
}

/// Reads a run.
private final class RunReader {
    /// The key of the next line; nil at the end.
    private(set) var key: CompactKey?
    private var length = 0
    private let path: String
    private let stream: any ByteStream
    private let buffer = ByteBuffer(capacity: 128 << 10)
    private var start = 0
    /// A line that the buffer cannot hold together with the next head.
    private let line = ByteBuffer(capacity: 4096)

    init(_ path: String) throws {
        self.path = path
        stream = try Decompression.stream(SourceInput(OpenFile(reading: path), pieceSize: 64 << 10))
        try readHead()
    }

    /// The next line, valid until the next call. The key becomes that of the line after it.
    func takeLine() throws -> UnsafeRawBufferPointer {
        guard try have(length) else { throw FileError(.read, path, .damaged("it ends within a line")) }
        let place = start
        start += length
        // The line stays where it is while the head after it is read, unless the buffer has to be filled.
        guard buffer.count - start >= MemoryLayout<RunHead>.size else {
            line.truncate(to: 0)
            line.append(buffer.bytes(at: place, count: length))
            try readHead()
            return line.bytes
        }
        let found = buffer.bytes(at: place, count: length)
        try readHead()
        return found
    }

    private func readHead() throws {
        let size = MemoryLayout<RunHead>.size
        guard try have(size) else {
            guard buffer.count == start, stream.damage == nil else {
                throw FileError(.read, path, .damaged("it ends within a line"))
            }
            return key = nil
        }
        let head = buffer.bytes(at: start, count: size).loadUnaligned(as: RunHead.self)
        guard let key = head.key else { throw FileError(.read, path, .damaged("a line has no kind")) }
        self.key = key
        length = Int(head.length)
        start += size
    }

    private func have(_ count: Int) throws(FileError) -> Bool {
        while buffer.count - start < count {
            if start > 0 {
                let rest = buffer.count - start
                memmove(buffer.base, buffer.base + start, rest)
                buffer.truncate(to: rest)
                start = 0
            }
            let before = buffer.count
            try buffer.fill(upTo: max(count - before, 64 << 10)) { [stream] (target) throws(FileError) in
                try stream.read(into: target)
            }
            if buffer.count == before { return false }
        }
        return true
    }
}

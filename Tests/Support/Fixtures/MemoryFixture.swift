import Domain
import Foundation
import Synchronization

extension SourceKind {
    /// Logs in memory. A reading ends where the logs end at its start.
    public static let memory = memory("logs in memory", isEndless: false)
    /// Logs in memory. A reading goes on until the reader is closed.
    public static let endlessMemory = memory("endless logs in memory", isEndless: true)

    private static func memory(_ name: String, isEndless: Bool) -> SourceKind {
        var abilities: Set<SourceAbility> = [
            .severalSources, .datedLines, .growth, .lastingPositions, .rememberedEnd, .anyBytes,
        ]
        if !isEndless { abilities.insert(.end) }
        return SourceKind(name: name, abilities: abilities) { MemoryFixture(isEndless: isEndless) }
    }
}

/// Logs in memory that differ from files as much as a source may, so that no suite relies on what only files offer. The
/// number of a line is its offset in the log. The offsets begin anywhere and have gaps, also at the end. Lines have no
/// byte offsets. Each line has its own snapshot date. Chunks of several logs alternate. A log is recognized by its
/// name, not by its content.
private final class MemoryFixture: SourceFixture {
    private let isEndless: Bool

    init(isEndless: Bool) { self.isEndless = isEndless }

    func publish(_ sources: [[SourceLine]], port: SourcePort, named name: String) -> any PublishedSources {
        let logs = sources.enumerated().map { number, lines in
            let log = MemoryLog(name: "\(name)/\(port.rawValue)/\(number)", firstOffset: 40 + Int64(number) * 1000)
            log.append(lines)
            return log
        }
        return MemoryLogs(logs, port: port, isEndless: isEndless)
    }
}

private final class MemoryLogs: PublishedSources {
    private let logs: [MemoryLog]
    private let port: SourcePort
    private let isEndless: Bool

    init(_ logs: [MemoryLog], port: SourcePort, isEndless: Bool) {
        self.logs = logs
        self.port = port
        self.isEndless = isEndless
    }

    var names: [String] { logs.map(\.name) }
    var ends: Bool { !isEndless }
    func set(chunkBytes: Int) -> any SourceSet {
        MemorySet(port: port, logs: logs, chunkBytes: chunkBytes, isEndless: isEndless)
    }
    func append(_ lines: [SourceLine], to source: Int) { logs[source].append(lines) }
    func lineCounts() -> [Int64] { logs.map(\.count) }
}

/// Lines with ascending offsets.
private final class MemoryLog: Sendable {
    struct Entry { let offset: Int64, line: SourceLine }

    let name: String
    private let firstOffset: Int64
    private let entries = Mutex<[Entry]>([])

    init(name: String, firstOffset: Int64) {
        self.name = name
        self.firstOffset = firstOffset
    }

    /// Adds lines at the end of the log, with a gap before each seventh line.
    func append(_ lines: [SourceLine]) {
        entries.withLock { entries in
            var offset = MemoryLog.end(of: entries, from: firstOffset)
            for line in lines {
                if entries.count % 7 == 6 { offset += 2 }
                entries.append(Entry(offset: offset, line: line))
                offset += 1
            }
        }
    }

    var count: Int64 { Int64(entries.withLock { $0.count }) }

    /// The offset after the end of the log. The two offsets before it have no line.
    var end: Int64 { entries.withLock { MemoryLog.end(of: $0, from: firstOffset) } }

    private static func end(of entries: [Entry], from first: Int64) -> Int64 {
        entries.last.map { $0.offset + 3 } ?? first
    }

    /// The lines from an offset on, of about `bytes` bytes in all.
    func entries(from first: Int64, before end: Int64, bytes: Int) -> [Entry] {
        entries.withLock { entries in
            var (found, size): ([Entry], Int) = ([], 0)
            var low = entries.startIndex
            var high = entries.endIndex
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].offset < first { low = middle + 1 } else { high = middle }
            }
            for entry in entries[low...] where entry.offset < end {
                if size >= bytes { break }
                found.append(entry)
                size += entry.line.bytes.count + 1
            }
            return found
        }
    }
}

private struct MemorySet: SourceSet {
    let port: SourcePort
    let logs: [MemoryLog]
    let chunkBytes: Int
    let isEndless: Bool

    func describe() -> [SourceDescription] { logs.map { SourceDescription(name: $0.name, size: nil) } }

    func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        var checkpoints: [SourceIdentity: Checkpoint] = [:]
        try known { if !$0.isOutgrown { checkpoints[$0.mark.identity] = $0.checkpoint } }
        let partitions = logs.enumerated().map { number, log in
            let identity = SourceIdentity(port: port, key: "memory:" + log.name, snapshotDay: request.snapshotDay)
            let known = checkpoints[identity]
            let isReadAgain = known.map { request.readsAgain(firstRun: $0.firstRun) } ?? false
            return MemoryReader.Partition(
                log: log, identity: identity,
                source: Source(name: log.name, known: known, port: port, number: number, isReadAgain: isReadAgain),
                next: isReadAgain ? 0 : known?.position.order ?? 0, end: isEndless ? nil : log.end)
        }
        return MemoryReader(partitions, request: request, chunkBytes: chunkBytes)
    }
}

/// Reads a chunk of each log in turn.
private final class MemoryReader: LineSource {
    struct Partition {
        let log: MemoryLog
        let identity: SourceIdentity
        let source: Source
        /// The offset of the next line.
        var next: Int64
        /// The offset at which the reading ends; nil when it has no end.
        let end: Int64?
        var isDone = false
    }

    private var partitions: [Partition]
    private var turn = 0
    private let request: SourceRequest
    private let chunkBytes: Int
    private let isClosed = Mutex(false)

    init(_ partitions: [Partition], request: SourceRequest, chunkBytes: Int) {
        self.partitions = partitions
        self.request = request
        self.chunkBytes = chunkBytes
    }

    func next() -> LineChunk? {
        while !isClosed.withLock({ $0 }), !partitions.allSatisfy(\.isDone) {
            for _ in partitions {
                turn = (turn + 1) % partitions.count
                if let chunk = chunk(of: turn) { return chunk }
            }
            usleep(2000)
        }
        return nil
    }

    func close() { isClosed.withLock { $0 = true } }

    /// The next chunk of a log; nil when no line is there now.
    private func chunk(of index: Int) -> LineChunk? {
        let partition = partitions[index]
        if partition.isDone { return nil }
        let entries = partition.log.entries(from: partition.next, before: partition.end ?? .max, bytes: chunkBytes)
        var next = entries.last.map { $0.offset + 1 } ?? partition.next
        if let end = partition.end {
            let isLast = partition.log.entries(from: next, before: end, bytes: 1).isEmpty
            if isLast { next = max(next, end) }
            partitions[index].isDone = isLast
        } else if entries.isEmpty {
            return nil
        }
        partitions[index].next = next
        return chunk(of: partitions[index], entries)
    }

    private func chunk(of partition: Partition, _ entries: [MemoryLog.Entry]) -> LineChunk {
        let chunk = LineChunk(source: partition.source, capacity: chunkBytes, start: SourcePosition())
        for entry in entries {
            let start = entry.line.bytes.withUnsafeBytes { chunk.buffer.append($0) }
            chunk.lines.append(
                Line(
                    span: ByteRange(offset: start, length: entry.line.bytes.count), number: entry.offset, byteOffset: 0,
                    snapshotDay: request.snapshotDay ?? entry.line.snapshotDay ?? request.clockDay))
        }
        chunk.end = SourcePosition(order: partition.next, detail: "log:\(partition.log.name)")
        chunk.mark = SourceMark(identity: partition.identity, mayGrow: true)
        chunk.isLast = partition.isDone
        let isKnown = partition.source.known?.isComplete == true && !partition.source.isReadAgain
        if isKnown, partition.isDone, entries.isEmpty { chunk.notice = .skipped }
        return chunk
    }
}

import Dispatch
import Domain
import Synchronization

/// A port whose lines are in memory and may come without an end: a test appends some, a load reads them until it closes
/// the source.
final class EndlessLines: Sendable {
    /// A line, and the snapshot date of its movie document.
    struct Entry: Sendable {
        var bytes: [UInt8]
        var day: Int32 = 0
    }

    /// The calls that loads made.
    struct Record {
        /// The positions that `committed` was called with, in order.
        var committed: [Int64] = []
        /// How often its sources were closed, and how many of their threads have returned because of it.
        var closes = 0
        var ends = 0
    }

    let port: SourcePort
    private var key: String { "memory/\(port)" }
    private let lines = Mutex<[Entry]>([])
    private let log = Mutex(Record())
    private let news = DispatchSemaphore(value: 0)
    /// Called with each position that `committed` is called with.
    private let whenCommitted: @Sendable (Int64) -> Void
    /// From this line on reading fails.
    private let breaksAt: Int

    init(
        _ port: SourcePort, breaksAt: Int = .max, whenCommitted: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.port = port
        self.breaksAt = breaksAt
        self.whenCommitted = whenCommitted
    }

    var record: Record { log.withLock { $0 } }
    var set: any SourceSet { Lines(owner: self) }

    func append(_ entries: [Entry]) {
        lines.withLock { $0 += entries }
        news.signal()
    }

    func append(_ texts: [String]) { append(texts.map { Entry(bytes: Array($0.utf8)) }) }

    /// The error that is thrown where reading fails.
    struct Broken: Error {}

    private struct Lines: SourceSet {
        let owner: EndlessLines
        var port: SourcePort { owner.port }
        var isEndless: Bool { true }

        func describe() -> [SourceDescription] { [SourceDescription(name: "memory/\(port)", size: nil)] }

        func open(
            _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
        ) throws -> any LineSource {
            var row: Checkpoint?
            try known { if $0.mark.identity.key == owner.key { row = $0.checkpoint } }
            return Reader(owner, row)
        }
    }

    private final class Reader: LineSource {
        private let owner: EndlessLines
        private let source: Source
        private var place: Int
        private let isClosed = Atomic(false)

        init(_ owner: EndlessLines, _ known: Checkpoint?) {
            self.owner = owner
            place = Int(known?.position.order ?? 0)
            source = Source(name: "memory/\(owner.port)", known: known, port: owner.port, number: 0)
        }

        func next() throws -> LineChunk? {
            while true {
                if isClosed.load(ordering: .relaxed) {
                    owner.log.withLock { $0.ends += 1 }
                    return nil
                }
                let start = place
                let entries = owner.lines.withLock { Array($0.dropFirst(start).prefix(40)) }
                if start + entries.count > owner.breaksAt { throw EndlessLines.Broken() }
                if !entries.isEmpty { return chunk(entries) }
                owner.news.wait()
            }
        }

        private func chunk(_ entries: [Entry]) -> LineChunk {
            let size = entries.reduce(64) { $0 + $1.bytes.count }
            let chunk = LineChunk(source: source, capacity: size, start: SourcePosition(order: Int64(place)))
            for entry in entries {
                let offset = entry.bytes.withUnsafeBytes { chunk.buffer.append($0) }
                chunk.lines.append(
                    Line(
                        span: ByteRange(offset: offset, length: entry.bytes.count), number: Int64(place), byteOffset: 0,
                        snapshotDay: entry.day))
                place += 1
            }
            chunk.end = SourcePosition(order: Int64(place))
            chunk.mark = SourceMark(identity: SourceIdentity(port: owner.port, key: owner.key))
            return chunk
        }

        func committed(_ positions: [(source: Source, position: SourcePosition)]) {
            for (source, position) in positions where source.port == owner.port {
                owner.log.withLock { $0.committed.append(position.order) }
                owner.whenCommitted(position.order)
            }
        }

        func close() {
            owner.log.withLock { $0.closes += 1 }
            isClosed.store(true, ordering: .relaxed)
            owner.news.signal()
        }
    }
}

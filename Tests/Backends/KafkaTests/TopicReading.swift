import Domain
import KafkaTesting
import Servers
import Testing

@testable import Kafka

/// A reading of a topic to its end, and what the ledger would know of it then.
struct TopicReading {
    /// The contents of the lines of each partition, in order.
    private(set) var texts: [Int32: [String]] = [:]
    /// The contents of all lines, in the order in which they came.
    private(set) var inOrder: [String] = []
    /// Their offsets.
    private(set) var offsets: [Int32: [Int64]] = [:]
    /// Their snapshot dates.
    private(set) var days: [Int32] = []
    private(set) var notes: [LineNote] = []
    /// What chunks said of lost lines.
    private(set) var lost: [String] = []
    private(set) var remarks: [String] = []
    /// The ledger's rows afterwards.
    private(set) var known: [KnownSource] = []

    /// Reads a topic.
    ///
    /// - Parameters:
    ///   - known: the ledger's rows.
    ///   - chunks: after how many chunks the reading stops; all of them unless given.
    ///   - body: called after each chunk, with the number of chunks so far.
    init(
        _ topic: TestTopic, at address: String? = nil, _ parameters: String = "", port: SourcePort = .events,
        request: SourceRequest = SourceRequest(clockDay: 99), known: [KnownSource] = [], chunkBytes: Int = 1 << 20,
        options: SourceOptions = SourceOptions(), chunks limit: Int = .max,
        afterChunk body: (Int) throws -> Void = { _ in }
    ) throws {
        let location = try KafkaLocation(
            "kafka://\(address ?? topic.address)/\(topic.name)\(parameters)", environment: [:])
        let set = try KafkaSet([location], port: port, options: options, chunkBytes: chunkBytes)
        let source = try set.open(request) { try known.forEach($0) }
        var rows = Dictionary(known.map { ($0.mark.identity, $0) }) { $1 }
        var (last, count): (Set<Int>, Int) = ([], 0)
        while count < limit, let chunk = try source.next() {
            count += 1
            let partition = Int32(chunk.source.name.split(separator: "/").last ?? "") ?? -1
            #expect(!last.contains(chunk.source.number), "a chunk after the last one of \(chunk.source.name)")
            if chunk.isLast { last.insert(chunk.source.number) }
            for line in chunk.lines {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                let text = String(decoding: bytes.prefix(100), as: UTF8.self)
                texts[partition, default: []].append(text)
                inOrder.append(text)
                offsets[partition, default: []].append(line.number)
                days.append(line.snapshotDay)
            }
            notes += chunk.notes
            if case .lost(let text) = chunk.notice { lost.append("\(chunk.source.name): \(text)") }
            let mark = try #require(chunk.mark)
            rows[mark.identity] = KnownSource(
                Checkpoint(
                    mark, source: chunk.source.name, position: chunk.end, isComplete: chunk.isLast, counts: LineCounts()
                )
            )
            source.committed([(chunk.source, chunk.end)])
            try body(count)
        }
        if limit == .max { #expect(last.count == set.describe().count) }
        source.close()
        remarks = source.remarks.map { "\($0.name): \($0.reason)" }
        self.known = rows.values.sorted { $0.mark.identity.key < $1.mark.identity.key }
    }

    /// The next offset of each row, by its key without the cluster.
    var positions: [String: Int64] {
        Dictionary(
            known.map {
                (
                    $0.mark.identity.key.split(separator: "/").dropFirst(2).joined(separator: "/"),
                    $0.checkpoint.position.order
                )
            }
        ) { $1 }
    }
}

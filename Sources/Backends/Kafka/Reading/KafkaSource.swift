import Domain
import Glibc
import Synchronization

/// The partitions of one or more topics: read up to the ends that they had at the start, or followed. Topics take turns.
///
/// One thread is in `next`; another one calls `committed` and `close`.
final class KafkaSource: LineSource {
    private let readers: [TopicReader]
    private let numbers: PartitionNumbers
    /// The groups' offsets of each reader; used by the thread that commits.
    private let groups: [GroupOffsets]
    /// The cluster and the topic of each reader.
    private let topics: [TopicIdentity]
    /// Whether each reader has come to its end.
    private var areEnded: [Bool]
    /// The reader that is asked first the next time.
    private var turn = 0
    private let isClosed = Mutex(false)
    /// Whether the reading has ended with an error.
    private let hasFailed = Mutex(false)
    private let isStopRequested: @Sendable () -> Bool
    private let finalRemarks = Mutex<[SourceRemark]>([])

    /// A source.
    ///
    /// - Parameters:
    ///   - readers: one for each topic.
    ///   - numbers: those of the readers' sources.
    init(
        _ readers: [(topic: TopicIdentity, reader: TopicReader)], _ numbers: PartitionNumbers,
        isStopRequested: @escaping @Sendable () -> Bool = { StopRequest.isMade }
    ) {
        self.readers = readers.map(\.reader)
        topics = readers.map(\.topic)
        self.numbers = numbers
        self.isStopRequested = isStopRequested
        groups = readers.map { GroupOffsets($0.reader.committer.handle, topic: $0.topic.topic) }
        areEnded = readers.map { _ in false }
    }

    private var isOver: Bool { isClosed.withLock { $0 } }

    func next() throws -> LineChunk? {
        do {
            return try nextChunk()
        } catch {
            // The thread that was asked to stop closes this source when it has committed.
            for _ in 0..<500 where error.problem == .interrupted && !isOver { usleep(10_000) }
            if isOver { return nil }
            hasFailed.withLock { $0 = true }
            throw error
        }
    }

    /// For how many milliseconds records are waited for, over all topics.
    private static let wait = 100

    private func nextChunk() throws(KafkaError) -> LineChunk? {
        for reader in readers { reader.resume() }
        var wait: Int32 = 0
        while !isOver {
            var waiting = 0
            for step in readers.indices {
                let index = (turn + step) % readers.count
                if areEnded[index] { continue }
                switch try readers[index].poll(waiting: wait) {
                case .chunk(let chunk):
                    turn = index + 1
                    return chunk
                case .nothing: waiting += 1
                case .ended:
                    areEnded[index] = true
                    noteRemarks(of: readers[index])
                }
            }
            if waiting == 0 { return nil }
            wait = Int32(max(5, KafkaSource.wait / waiting))
        }
        return nil
    }

    private func noteRemarks(of reader: TopicReader) {
        let remarks = reader.remarks
        finalRemarks.withLock { $0 += remarks }
    }

    func committed(_ positions: [(source: Source, position: SourcePosition)]) {
        var offsets: [Int: [(Int32, Int64)]] = [:]
        for (source, position) in positions {
            guard let key = numbers.key(of: source.number),
                let index = topics.firstIndex(of: TopicIdentity(cluster: key.cluster, topic: key.topic))
            else { continue }
            offsets[index, default: []].append((key.number, position.order))
        }
        for (index, offsets) in offsets { groups[index].commit(offsets) }
    }

    func close() {
        isClosed.withLock { $0 = true }
        let wait = FinalCommit(hasFailed: hasFailed.withLock { $0 }, at: KafkaClient.now)
        for group in groups { group.finish(wait, isStopping: isStopRequested) }
        let refusals = zip(topics, groups).compactMap { topic, group in
            group.refusal.map { GroupOffsets.remark($0, topic: topic.topic) }
        }
        finalRemarks.withLock { remarks in
            // A reader may have been told of a refusal before.
            for refusal in refusals where !remarks.contains(where: { GroupOffsets.isSame($0, refusal) }) {
                remarks.append(refusal)
            }
        }
    }

    var remarks: [SourceRemark] { finalRemarks.withLock { $0 } }
}

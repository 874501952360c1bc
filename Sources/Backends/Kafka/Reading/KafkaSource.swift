import Domain
import Glibc
import Synchronization

/// The partitions of one or more topics, read up to the ends that they had at the start: one topic after the other.
///
/// One thread is in `next`; another one calls `committed` and `close`.
final class KafkaSource: LineSource {
    private let readers: [TopicReader]
    /// The groups' offsets of each reader; used by the thread that commits.
    private let groups: [GroupOffsets]
    /// Which partition of which reader each source is.
    private let places: [Int: (reader: Int, partition: Int32)]
    private var reading = 0
    private let isClosed = Mutex(false)
    private let isStopRequested: @Sendable () -> Bool
    private let finalRemarks = Mutex<[SourceRemark]>([])

    /// A source.
    ///
    /// - Parameter readers: one for each topic.
    init(_ readers: [TopicReader], isStopRequested: @escaping @Sendable () -> Bool = { StopRequest.isMade }) {
        self.readers = readers
        self.isStopRequested = isStopRequested
        groups = readers.map { GroupOffsets($0.handle, topic: $0.topic) }
        var places: [Int: (reader: Int, partition: Int32)] = [:]
        for (index, reader) in readers.enumerated() {
            for partition in reader.partitions { places[partition.source.number] = (index, partition.key.number) }
        }
        self.places = places
    }

    private var isOver: Bool { isClosed.withLock { $0 } }

    func next() throws -> LineChunk? {
        do {
            return try nextChunk()
        } catch {
            // The thread that was asked to stop closes this source when it has committed.
            for _ in 0..<500 where error.problem == .interrupted && !isOver { usleep(10_000) }
            if isOver { return nil }
            throw error
        }
    }

    private func nextChunk() throws(KafkaError) -> LineChunk? {
        while reading < readers.count {
            if let chunk = try readers[reading].next(isClosed: { isOver }) { return chunk }
            if isOver { return nil }
            noteRemarks(of: readers[reading])
            reading += 1
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
            guard let place = places[source.number] else { continue }
            offsets[place.reader, default: []].append((place.partition, position.order))
        }
        for (reader, offsets) in offsets { groups[reader].commit(offsets) }
    }

    func close() {
        isClosed.withLock { $0 = true }
        for group in groups { group.finish(isStopping: isStopRequested) }
        let refusals = zip(readers, groups).compactMap { reader, group in
            group.refusal.map { error in
                SourceRemark(
                    name: reader.topic,
                    reason:
                        "the group's offsets could not be committed (\(error.message)); only monitors of its lag need "
                        + "them, since the position is in the warehouse")
            }
        }
        finalRemarks.withLock { $0 += refusals }
    }

    var remarks: [SourceRemark] { finalRemarks.withLock { $0 } }
}

import Domain
import Glibc
import Synchronization

/// The open collections, one after another. One thread is in `next`; another one calls `committed` and `close`.
final class MongoSource: LineSource {
    /// A collection that is to be read.
    struct Part {
        var collection: MongoCollection
        var source: Source
        var plan: ReadingPlan
    }

    private let parts: [Part]
    private let request: SourceRequest
    private let chunkSize: ChunkSize
    private let didFinish: (CollectionKey) -> Void
    /// The collection that is read, by its place in `parts`.
    private var place = 0
    private var reading: CollectionReading?
    private let isClosed: Flag = Flag()
    /// The positions after the last documents of the collections that were read to their ends, by number.
    private let ends = Mutex<[Int: SourcePosition]>([:])
    private let finalRemarks = Mutex<[SourceRemark]>([])

    /// Whether the reading was ended; asked by the calls that wait for a server.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        func set() { value.store(true, ordering: .relaxed) }
        var isSet: Bool { value.load(ordering: .relaxed) }
    }

    /// - Parameter didFinish: called when the last position of a collection is committed.
    init(
        _ parts: [Part], _ request: SourceRequest, _ chunkSize: ChunkSize, didFinish: @escaping (CollectionKey) -> Void
    ) {
        self.parts = parts
        self.request = request
        self.chunkSize = chunkSize
        self.didFinish = didFinish
    }

    func next() throws -> LineChunk? {
        do throws(MongoError) {
            return try nextChunk()
        } catch {
            // The thread that was asked to stop closes this source when it has committed.
            for _ in 0..<500 where error.problem == .interrupted && !isClosed.isSet { usleep(10_000) }
            if isClosed.isSet { return nil }
            throw error
        }
    }

    private func nextChunk() throws(MongoError) -> LineChunk? {
        guard !isClosed.isSet, place < parts.count else { return nil }
        let part = parts[place]
        if part.plan.isSkipped {
            place += 1
            return skipped(part)
        }
        let reading = if let reading { reading } else { try open(part) }
        self.reading = reading
        let chunk = try reading.next()
        if reading.isEnded {
            ends.withLock { $0[part.source.number] = chunk.end }
            let remarks = reading.remarks
            finalRemarks.withLock { $0 += remarks }
            self.reading = nil
            place += 1
        }
        return chunk
    }

    private func open(_ part: Part) throws(MongoError) -> CollectionReading {
        let isClosed = isClosed
        let client = try MongoClient(
            part.collection.location, isStopRequested: { StopRequest.isMade || isClosed.isSet })
        return CollectionReading(
            part.collection, client, source: part.source, from: part.plan.start, request, chunkSize)
    }

    /// The chunk of a collection that is not read.
    private func skipped(_ part: Part) -> LineChunk {
        let chunk = LineChunk(source: part.source, capacity: 0, start: part.plan.start)
        chunk.isLast = true
        chunk.notice = .skipped
        return chunk
    }

    func committed(_ positions: [(source: Source, position: SourcePosition)]) {
        for (source, position) in positions where ends.withLock({ $0[source.number] == position }) {
            if parts.indices.contains(source.number) { didFinish(parts[source.number].collection.key) }
        }
    }

    func close() { isClosed.set() }

    var remarks: [SourceRemark] { finalRemarks.withLock { $0 } }
}

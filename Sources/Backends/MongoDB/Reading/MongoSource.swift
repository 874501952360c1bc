import Domain
import Glibc
import Synchronization

/// The open collections, one after another. One thread is in `next`; another one calls `close`.
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
    /// The collection that is read, by its place in `parts`.
    private var place = 0
    private var reading: CollectionReading?
    private let isClosed: Flag = Flag()
    private let finalRemarks = Mutex<[SourceRemark]>([])

    /// Whether the reading was ended; asked by the calls that wait for a server.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        func set() { value.store(true, ordering: .relaxed) }
        var isSet: Bool { value.load(ordering: .relaxed) }
    }

    init(_ parts: [Part], _ request: SourceRequest, _ chunkSize: ChunkSize) {
        self.parts = parts
        self.request = request
        self.chunkSize = chunkSize
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
        if let run = part.plan.readByRun {
            let reason =
                "not read again, since this run makes up for run \(run), which had read it to its end before it was "
                + "killed or failed; the next run reads it again"
            finalRemarks.withLock { $0.append(SourceRemark(name: part.source.name, reason: reason)) }
        }
        return chunk
    }

    func close() { isClosed.set() }

    var remarks: [SourceRemark] { finalRemarks.withLock { $0 } }
}

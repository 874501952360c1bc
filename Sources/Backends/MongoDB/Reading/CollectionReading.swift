import Domain
import Glibc

/// Reads one collection in the order of `_id`, from a position to its end. A cursor that the server has closed, or whose
/// connection is lost, is opened anew after the last document.
final class CollectionReading {
    private let collection: MongoCollection
    private let client: MongoClient
    private let source: Source
    private let identity: SourceIdentity
    private let lines: DocumentLines
    private let chunkSize: ChunkSize
    private var position: SourcePosition
    private var last: DocumentID?
    private var cursor: MongoCursor?
    private var failures = 0
    /// Whether the last chunk was given.
    private(set) var isEnded = false

    /// How many documents the server sends at a time.
    fileprivate static let batchSize: Int32 = 1000
    /// How many attempts without a document end the reading.
    private static let mostFailures = 5

    /// - Parameters:
    ///   - start: where it goes on; the beginning where its detail is no `_id`.
    init(
        _ collection: MongoCollection, _ client: MongoClient, source: Source, from start: SourcePosition,
        _ request: SourceRequest, _ chunkSize: ChunkSize
    ) {
        self.collection = collection
        self.client = client
        self.source = source
        self.chunkSize = chunkSize
        last = DocumentID(text: start.detail)
        position = last == nil ? SourcePosition() : start
        identity = SourceIdentity(port: source.port, key: collection.key.text, snapshotDay: request.snapshotDay)
        let files = GridBucket(client, name: MongoCollection.bucket)
        lines = DocumentLines(request) { id throws(MongoError) in try files.read(id) }
    }

    /// The next chunk.
    ///
    /// - Throws: `MongoError`, when several attempts have come to nothing.
    func next() throws(MongoError) -> LineChunk {
        let chunk = LineChunk(source: source, capacity: min(chunkSize.bytes, 1 << 20) + 4096, start: position)
        var (order, last) = (position.order, last)
        while chunk.lines.count < chunkSize.lines, chunk.buffer.count < chunkSize.bytes {
            guard let document = try nextDocument(after: last) else {
                isEnded = true
                break
            }
            order += 1
            // The document that is read stays where it is until the next one is asked for.
            last =
                try withExtendedLifetime(document) { () throws(MongoError) in
                    try lines.add(document.bytes, number: order, to: chunk)
                } ?? last
        }
        if order > position.order {
            position = SourcePosition(order: order, detail: last?.text ?? "")
            self.last = last
        }
        chunk.end = position
        chunk.mark = SourceMark(identity: identity, mayGrow: true)
        chunk.isLast = isEnded
        return chunk
    }

    private func nextDocument(after last: DocumentID?) throws(MongoError) -> BSONDocument? {
        while true {
            let cursor =
                self.cursor ?? client.cursor(collection.query(after: last), "reading the documents of \(source.name)")
            self.cursor = cursor
            do throws(MongoError) {
                let document = try cursor.next()
                failures = 0
                return document
            } catch {
                self.cursor = nil
                failures += 1
                guard error.mayRetry, failures < CollectionReading.mostFailures else { throw error }
                usleep(UInt32(failures) * 200_000)
            }
        }
    }

    /// What there is to tell at the end.
    var remarks: [SourceRemark] {
        var reasons: [String] = []
        if lines.nonFiniteCount > 0 {
            let numbers = NumberFormat.count(
                Int64(lines.nonFiniteCount), "number is NaN or infinite and was", "numbers are NaN or infinite and were"
            )
            let place = lines.firstNonFinite.map { "; the first in the document with the _id \($0.text)" } ?? ""
            reasons.append("\(numbers) read as null, since JSON has no such numbers\(place)")
        }
        if lines.undatedCount > 0 {
            let documents = NumberFormat.count(Int64(lines.undatedCount), "document has", "documents have")
            let place = lines.firstUndated.map { "; the first has the _id \($0.text)" } ?? ""
            reasons.append(
                "\(documents) a snapshot_date that is no date, so that the day of the run was taken\(place)")
        }
        return reasons.map { SourceRemark(name: source.name, reason: $0) }
    }
}

extension MongoCollection {
    /// The query for the documents after one; for all where that is nil.
    fileprivate func query(after last: DocumentID?) -> MongoQuery {
        var query = MongoQuery(location.collection, last?.filterForLater ?? [:])
        query.sort = ["_id": 1]
        query.batchSize = CollectionReading.batchSize
        query.readsConfirmed = true
        return query
    }
}

import Domain

/// A collection that is read.
struct MongoCollection: Sendable {
    /// Where it is.
    let location: MongoLocation
    /// What identifies it.
    let key: CollectionKey

    /// The bucket of GridFS in which the raw store puts documents that are too large for a collection.
    static let bucket = "raw"

    /// Its name: `tmdb_data.raw_movies`.
    var name: String { "\(location.database).\(location.collection)" }
}

/// The collections of movie documents that `--movies` names, each a source: `mongodb://host/tmdb_data.raw_movies`.
///
/// Documents are replaced in place, so that no position tells what is new in a collection that was read to its end: the
/// next run reads all of it again, as a new source under the same key; but not one that makes up for the run that read it
/// (see `SourceRequest.leavesOut(_:)`). A reading that was interrupted goes on after its last document.
public final class MongoSet: SourceSet {
    /// The port that the sources belong to.
    public let port: SourcePort
    private let collections: [MongoCollection]
    private let chunkSize: ChunkSize

    /// Looks the collections up.
    ///
    /// - Parameter chunkBytes: about how large a chunk becomes; nil for the usual size.
    /// - Throws: `MongoError`: `.unreachable` and the like, and when there is no such collection.
    public init(
        _ locations: [MongoLocation], port: SourcePort, options: SourceOptions = SourceOptions(),
        chunkBytes: Int? = nil
    ) throws(MongoError) {
        self.port = port
        chunkSize = ChunkSize(options, bytes: chunkBytes)
        var collections: [MongoCollection] = []
        for location in locations {
            let key = try CollectionKey(location, MongoClient(location))
            // The same collection may be named by several addresses.
            if !collections.contains(where: { $0.key == key }) {
                collections.append(MongoCollection(location: location, key: key))
            }
        }
        self.collections = collections
    }

    /// The collections, as `database.collection`.
    public func describe() -> [SourceDescription] { collections.map { SourceDescription(name: $0.name, size: nil) } }

    /// Opens the collections.
    public func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        var rows: [String: KnownSource] = [:]
        try known { source in
            let identity = source.mark.identity
            guard !source.isOutgrown, identity.snapshotDay == request.snapshotDay else { return }
            rows[identity.key] = source
        }
        let parts = collections.enumerated().map { number, collection in
            let plan = ReadingPlan(known: rows[collection.key.text], request)
            return MongoSource.Part(
                collection: collection,
                source: Source(
                    name: collection.name, known: plan.known, port: port, number: number,
                    isReadAgain: plan.isReadAgain),
                plan: plan)
        }
        return MongoSource(parts, request, chunkSize)
    }
}

/// How a collection is read, as the ledger has it. Decides without I/O.
struct ReadingPlan: Equatable {
    /// The row that the reading continues from, or that stays until its end.
    var known: Checkpoint?
    /// Where it begins.
    var start = SourcePosition()
    /// Whether it is read again because that was asked for (`--reload`).
    var isReadAgain = false
    /// Whether it is not read, since this run has read it to its end, or one that this run makes up for.
    var isSkipped = false
    /// The run that this one makes up for where it is skipped for that; nil otherwise.
    var readByRun: Int64?

    /// - Parameter known: the ledger's entry; nil where it has none.
    init(known source: KnownSource?, _ request: SourceRequest) {
        guard let source else { return }
        let row = source.checkpoint
        if request.leavesOut(source) {
            (known, start, isSkipped) = (row, row.position, true)
            if source.lastRun != request.run { readByRun = source.lastRun }
        } else if request.readsAgain(firstRun: row.firstRun) {
            (known, isReadAgain) = (row, true)
        } else if !row.isComplete {
            (known, start) = (row, row.position)
        }
        // A collection that was read to its end is read as a new source. The checkpoint of its first commit replaces the
        // row, so that this reading goes on where it was interrupted too.
    }
}

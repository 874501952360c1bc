import Domain

/// A decoded and cleaned batch of one port.
enum LoadBatch {
    case movies(MovieBatch)
    case events(EventBatch)

    var port: SourcePort {
        switch self {
        case .movies: .movies
        case .events: .events
        }
    }

    /// How many lines it has.
    var read: Int {
        switch self {
        case .movies(let batch): batch.read
        case .events(let batch): batch.read
        }
    }

    /// The lines that broke a rule.
    var rejections: [Rejection] {
        switch self {
        case .movies(let batch): batch.rejections
        case .events(let batch): batch.rejections
        }
    }
}

/// The input of a load: it returns batches, and is told their results. One implementation reads sources
/// (`SourceBatches`), another one the quarantine (`QuarantineBatches`).
protocol LoadInput: AnyObject {
    /// Lists the sources. Called once, before anything else.
    func prepare() throws
    /// Opens a port.
    func open(_ port: SourcePort) throws
    /// The next batch or other news of a port; waits for it a short time only.
    func next() throws -> LoadArrival
    /// Stores the rejected lines of a chunk, in the transaction of the chunk's rows. Called once for each chunk, also
    /// when it has none.
    ///
    /// - Returns: the size in bytes of the lines that the transaction stores as they came.
    func settle(_ rejections: [Rejection], of chunk: LineChunk, run: RunRecord) throws -> Int
    /// Reports the counts of a chunk whose lines are in the transaction now; `total` has the counts of the run so far.
    func didCount(_ chunk: LineChunk, _ counts: LineCounts, total: LineCounts)
    /// Releases the oldest batch of a port, so that more may be read.
    func release(_ port: SourcePort)
    /// Reports a commit, with the positions up to which all lines of the sources that were read are durable now.
    func committed(_ positions: [(source: Source, position: SourcePosition)])
    /// Forgets the lines since the last commit, since their transaction was lost. The open ports are closed and opened
    /// again after this call, to read these lines again.
    ///
    /// - Parameter run: the run's row as of the last commit.
    /// - Throws: `ReadOnceError` when the lines cannot be read again.
    func rollback(to run: RunRecord, because error: any Error) throws
    /// Ends the reading of a port. Does nothing when the port is not open.
    func close(_ port: SourcePort)
}

/// What a load input returns.
enum LoadArrival {
    case batch(LoadBatch)
    /// No port has a batch now.
    case pause
    /// A port reads no more lines until batches are released.
    case heldBack
    /// A port has no more lines.
    case ended(SourcePort)
}

import Domain

/// A batch of one port, decoded and clean.
enum LoadBatch {
    case movies(MovieBatch)
    case events(EventBatch)

    var port: SourcePort {
        switch self {
        case .movies: .movies
        case .events: .events
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

/// Where the batches of a load come from, and who is told what became of them: open sources, or the quarantine.
protocol LoadInput: AnyObject {
    /// Finds out what there is to be read. Called once, before anything else.
    func prepare() throws
    /// Opens a port.
    func open(_ port: SourcePort) throws
    /// What there is now; waits a moment for it.
    func next() throws -> LoadArrival
    /// Decides what happens to the rejected lines of a chunk, in the transaction that its rows are in. Called once a chunk,
    /// also when it has none.
    ///
    /// - Returns: how many bytes of lines the transaction keeps as they came.
    func settle(_ rejections: [Rejection], of chunk: LineChunk, run: RunRecord) throws -> Int
    /// Says what became of a chunk's lines, which are in the transaction now; `total` is what the run has read so far.
    func didCount(_ chunk: LineChunk, _ counts: LineCounts, total: LineCounts)
    /// Gives back the batch of a port that came first.
    func release(_ port: SourcePort)
    /// Says up to where all lines are durable.
    func committed(_ positions: [(source: Source, position: SourcePosition)])
    /// Ends the reading of a port. One that is not open is ignored.
    func close(_ port: SourcePort)
}

/// What came from an input.
enum LoadArrival {
    case batch(LoadBatch)
    /// Nothing for now.
    case pause
    /// A port reads no more until batches are given back.
    case heldBack
    /// A port has no more lines.
    case ended(SourcePort)
}

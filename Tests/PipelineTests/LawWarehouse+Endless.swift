import Domain
import Fixtures
import Pipeline
import Synchronization

extension LawWarehouse {
    /// Loads sources that never end, until all lines that they have now are durable.
    @discardableResult
    func runEndlessly(
        movies: any PublishedSources, events: any PublishedSources, sizes: Sizes = Sizes(),
        through wrap: (any Warehouse) -> any Warehouse = { $0 }
    ) throws -> LoadReport {
        let stop = StopSignal()
        let lines = try movies.lineCounts().reduce(0, +) + events.lineCounts().reduce(0, +)
        // There is no ledger before the first run.
        let known = (try? integer("SELECT coalesce(sum(read), 0) FROM load_checkpoint")) ?? 0
        let counter = CommitCounter(lines: lines - known, stop)
        var options = LoadOptions(clock: LawClock.clock)
        options.groupRows = sizes.groupRows
        options.transactionLines = sizes.transactionLines
        options.decoders = sizes.decoders
        options.commitSeconds = 0.02
        let loader = Loader(
            warehouse: wrap(try fixture.writer()), rawStore: nil, options: options, stop: stop,
            wallClock: { LawClock.clock.now })
        return try loader.run(
            movies: CountedSet(inner: movies.set(chunkBytes: sizes.chunkBytes), counter: counter),
            events: CountedSet(inner: events.set(chunkBytes: sizes.chunkBytes), counter: counter))
    }

    /// Does what a stop has put off, such as refreshing the marts: a run over one empty source, which ends.
    func finish() throws {
        let empty = try Sources.all[0].make().publish([[]], port: .events, named: "empty")
        try run(events: empty)
    }
}

/// Counts the lines that are told to be durable, and sets a stop signal when all are.
private final class CommitCounter: Sendable {
    private struct Place: Hashable { let port: SourcePort, number: Int }
    private struct State {
        /// The lines that are not durable yet.
        var left: Int64
        /// Of each source, the ends of the chunks that were read and their numbers of lines.
        var chunks: [Place: [(end: SourcePosition, lines: Int64)]] = [:]
    }

    private let state: Mutex<State>
    private let stop: StopSignal

    init(lines: Int64, _ stop: StopSignal) {
        state = Mutex(State(left: lines))
        self.stop = stop
        if lines == 0 { stop.request(.terminate) }
    }

    func read(_ chunk: LineChunk) {
        let place = Place(port: chunk.source.port, number: chunk.source.number)
        let entry = (end: chunk.end, lines: Int64(chunk.lines.count))
        state.withLock { $0.chunks[place, default: []].append(entry) }
    }

    func committed(_ positions: [(source: Source, position: SourcePosition)]) {
        let left = state.withLock { state in
            for (source, position) in positions {
                let place = Place(port: source.port, number: source.number)
                let durable = state.chunks[place, default: []].prefix { $0.end <= position }
                state.left -= durable.reduce(0) { $0 + $1.lines }
                state.chunks[place]?.removeFirst(durable.count)
            }
            return state.left
        }
        if left == 0 { stop.request(.terminate) }
    }
}

private struct CountedSet: SourceSet {
    let inner: any SourceSet
    let counter: CommitCounter
    var port: SourcePort { inner.port }
    var isEndless: Bool { inner.isEndless }

    func describe() throws -> [SourceDescription] { try inner.describe() }

    func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        CountedSource(inner: try inner.open(request, known: known), port: port, counter: counter)
    }
}

private final class CountedSource: LineSource {
    private let inner: any LineSource
    private let port: SourcePort
    private let counter: CommitCounter

    init(inner: any LineSource, port: SourcePort, counter: CommitCounter) {
        self.inner = inner
        self.port = port
        self.counter = counter
    }

    func next() throws -> LineChunk? {
        let chunk = try inner.next()
        if let chunk { counter.read(chunk) }
        return chunk
    }

    func committed(_ positions: [(source: Source, position: SourcePosition)]) {
        // Whether a port is told of the positions of the other one, too, is left open.
        counter.committed(positions.filter { $0.source.port == port })
        inner.committed(positions)
    }

    func close() { inner.close() }
}

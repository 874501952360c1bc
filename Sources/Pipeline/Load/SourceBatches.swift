import Domain
import Logging

/// Reads and decodes the sources of a load's ports on threads of their own, and returns their batches. The batches of
/// ports that are open at the same time alternate.
final class SourceBatches: LoadInput {
    /// The source and the threads of an open port.
    private struct Reader {
        let source: any LineSource
        let stage: OrderedStage<LineChunk, LoadBatch>
    }

    private let sets: [SourcePort: any SourceSet]
    private let options: LoadOptions
    private let warehouse: any Warehouse
    private let stages: StageTimes
    private let logger: Logger
    private let progress: (LoadProgress) -> Void
    private let didCommit: () -> Void
    private let share: StageShare
    private var readers: [SourcePort: Reader] = [:]
    /// The open ports, in the order in which `next` asks them.
    private var order: [SourcePort] = []
    private let wakeUp = WakeUp()
    /// The lines that the run has read so far.
    private var total = LineCounts()
    /// The number of the run; nil until a port is opened again after a lost transaction.
    private var run: Int64?

    /// The reports of the sources of each port.
    private(set) var reports: [SourcePort: SourceReports] = [:]
    /// What there is to know of the sources of a port that was read, beside its reports.
    private(set) var remarks: [SourcePort: [SourceRemark]] = [:]

    /// An input without open ports.
    ///
    /// - Parameters:
    ///   - sets: the sources of the ports, at most one set for each port.
    ///   - didCommit: called after each commit of lines.
    init(
        _ sets: [any SourceSet], plan: LoadPlan, options: LoadOptions, warehouse: any Warehouse, stages: StageTimes,
        logger: Logger, progress: @escaping (LoadProgress) -> Void, didCommit: @escaping () -> Void = {}
    ) {
        self.didCommit = didCommit
        self.sets = Dictionary(sets.map { ($0.port, $0) }) { first, _ in first }
        self.options = options
        self.warehouse = warehouse
        self.stages = stages
        self.logger = logger
        self.progress = progress
        share = StageShare(of: options, ports: plan.turns.map(\.count).max() ?? 1)
    }

    deinit { for port in SourcePort.allCases { close(port) } }

    func prepare() throws {
        for (port, set) in sets {
            reports[port] = try SourceReports(set.describe(), port: port, isEndless: set.isEndless)
        }
    }

    func open(_ port: SourcePort) throws {
        guard let set = sets[port] else { return }
        progress(LoadProgress(phase: LoadProgress.Phase(port), counts: total))
        var request = SourceRequest(
            snapshotDay: options.snapshotDay, clockDay: options.clock.day, isReload: options.isReload)
        request.run = run
        request.lastOrderlyRun = try warehouse.lastOrderlyRun()
        let source = try stages.measure(.plan) {
            try set.open(request) { try warehouse.forEachKnownSource(of: port, $0) }
        }
        let stage = OrderedStage<LineChunk, LoadBatch>(
            width: options.decoders, limit: share.chunks, budget: share.bytes, progress: wakeUp)
        readers[port] = Reader(source: source, stage: stage)
        order.append(port)
        start(stage, reading: source, port: port)
    }

    /// Starts the threads that read and decode a port. They also count the rejected lines that clearly belong to the
    /// other port.
    private func start(_ stage: OrderedStage<LineChunk, LoadBatch>, reading source: any LineSource, port: SourcePort) {
        let (clock, clockNow, stages) = (options.clock, options.clockNow, stages)
        stage.start(
            reading: Handoff(value: { try stages.measure(.read, source.next) }), weigh: FlightBudget.weight(of:)
        ) {
            let decode: (LineChunk) throws -> LoadBatch
            switch port {
            case .movies:
                let decoder = try MovieDecoder()
                decode = { .movies(try decoder.decode($0)) }
            case .events:
                let decoder = try EventDecoder(clock: clock)
                decode = { chunk in
                    if let clockNow { decoder.clock = clockNow() }
                    return .events(try decoder.decode(chunk))
                }
            }
            let guess = try PortGuess()
            return { chunk in
                try stages.measure(.decode) {
                    let batch = try decode(chunk)
                    let rejections = batch.rejections
                    if !rejections.isEmpty {
                        chunk.otherPortLines = guess.count(ofOtherPortIn: chunk, rejections: rejections)
                    }
                    return batch
                }
            }
        }
    }

    /// The next batch or other news of a port; waits up to 100 ms for it. A port that has returned a batch is asked
    /// last the next time, so that it cannot keep the other port waiting.
    func next() throws -> LoadArrival {
        while true {
            for port in order {
                guard let reader = readers[port] else { continue }
                switch try reader.stage.poll() {
                case .output(let batch):
                    if order.count > 1 { order = order.filter { $0 != port } + [port] }
                    return .batch(batch)
                case .heldBack: return .heldBack
                case .end:
                    order.removeAll { $0 == port }
                    return .ended(port)
                case .nothingYet: continue
                }
            }
            // A source may be silent for long; what it sent before has to be committed in the meantime.
            if !wakeUp.wait(milliseconds: 100) { return .pause }
        }
    }

    func settle(_ rejections: [Rejection], of chunk: LineChunk, run: RunRecord) throws -> Int {
        if rejections.isEmpty { return 0 }
        try warehouse.quarantine(rejections, run: run.id)
        return rejections.reduce(0) { $0 + $1.rawLength + LoadRun.keptOverhead }
    }

    func didCount(_ chunk: LineChunk, _ counts: LineCounts, total: LineCounts) {
        let port = chunk.source.port
        self.total = total
        reports[port]?.add(chunk, counts, logger: logger)
        if let now = reports[port]?.progress(total) { progress(now) }
    }

    func release(_ port: SourcePort) { readers[port]?.stage.release() }

    func rollback(to run: RunRecord, because error: any Error) throws {
        for port in SourcePort.allCases {
            reports[port]?.rollback()
            if readers[port] != nil, sets[port]?.isReadOnce == true {
                throw ReadOnceError(lines: "the lines of --\(port.rawValue)", cause: error)
            }
        }
        total = run.counts
        self.run = run.id
    }

    func committed(_ positions: [(source: Source, position: SourcePosition)]) {
        for port in SourcePort.allCases { reports[port]?.didCommit() }
        if positions.isEmpty { return }
        didCommit()
        for (port, reader) in readers {
            let own = positions.filter { $0.source.port == port }
            if !own.isEmpty { reader.source.committed(own) }
        }
    }

    func close(_ port: SourcePort) {
        guard let reader = readers.removeValue(forKey: port) else { return }
        order.removeAll { $0 == port }
        // This makes a thread return that waits in the source, before the stage waits for its threads.
        reader.source.close()
        reader.stage.cancel()
        // A port that is opened again after a lost transaction has the same to say.
        remarks[port] = reader.source.remarks
    }
}

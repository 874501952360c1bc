import Domain

/// Reads lines of the quarantine, page by page, as the input of a load. It waits with the next page until the current
/// chunk is settled. So if a line was corrected twice, the second correction is checked against a quarantine that has
/// the result of the first.
final class QuarantineBatches: LoadInput {
    private let pages: QuarantinePages
    private let warehouse: any Warehouse
    private let clock: RunClock
    private let progress: (LoadProgress) -> Void
    private var movieDecoder: MovieDecoder?
    private var eventDecoder: EventDecoder?
    /// The rest of the current page, divided into sequences of lines of one port.
    private var rest: ArraySlice<[QuarantinePages.Entry]> = []
    /// The lines of the current chunk. The number of a line in the chunk is its index here.
    private var entries: [QuarantinePages.Entry] = []
    private var hasGivenBatch = false
    private var total = LineCounts()
    private var endedPorts: [SourcePort] = []

    /// The number of lines that were not tried because the quarantine has only their first part, by rule.
    private(set) var leftAside: [CleaningRule: Int64] = [:]
    /// The first corrected lines that still break a rule.
    private(set) var faults: [QuarantineReport.Fault] = []
    /// The number of corrected lines without an open record.
    var missing: Int64 { pages.missing }

    /// An input of the lines of some pages.
    ///
    /// - Parameter progress: called after each page.
    init(
        _ pages: QuarantinePages, of warehouse: any Warehouse, clock: RunClock,
        progress: @escaping (LoadProgress) -> Void
    ) {
        self.pages = pages
        self.warehouse = warehouse
        self.clock = clock
        self.progress = progress
    }

    func prepare() throws {}
    func open(_ port: SourcePort) throws {}
    func release(_ port: SourcePort) {}
    func committed(_ positions: [(source: Source, position: SourcePosition)]) {}
    func close(_ port: SourcePort) {}

    func next() throws -> LoadArrival {
        if hasGivenBatch {
            hasGivenBatch = false
            return .heldBack
        }
        if rest.isEmpty {
            let page = try pages.next()
            if page.isEmpty { return end() }
            for entry in page where !entry.record.rejection.isWhole {
                leftAside[entry.record.rejection.rule, default: 0] += 1
            }
            rest = page.filter(\.record.rejection.isWhole).runs[...]
        }
        entries = rest.popFirst() ?? []
        guard let chunk = entries.chunk(clock: clock) else {
            progress(LoadProgress(phase: .events, counts: total))
            return .pause
        }
        hasGivenBatch = true
        return .batch(try decode(chunk))
    }

    /// Both ports end with the last page.
    private func end() -> LoadArrival {
        let port: SourcePort = endedPorts.isEmpty ? .movies : .events
        endedPorts.append(port)
        return .ended(port)
    }

    private func decode(_ chunk: LineChunk) throws -> LoadBatch {
        switch chunk.source.port {
        case .movies:
            let decoder = try movieDecoder ?? MovieDecoder()
            movieDecoder = decoder
            return .movies(try decoder.decode(chunk))
        case .events:
            let decoder = try eventDecoder ?? EventDecoder(clock: clock)
            eventDecoder = decoder
            return .events(try decoder.decode(chunk))
        }
    }

    func didCount(_ chunk: LineChunk, _ counts: LineCounts, total: LineCounts) {
        self.total = total
        if rest.isEmpty { progress(LoadProgress(phase: LoadProgress.Phase(chunk.source.port), counts: total)) }
    }

    func settle(_ rejections: [Rejection], of chunk: LineChunk, run: RunRecord) throws -> Int {
        let rejected = Dictionary(rejections.map { (Int($0.line), $0) }) { first, _ in first }
        var cured: [Int64] = []
        var replacements: [(id: Int64, rejection: Rejection)] = []
        var again: [CleaningRule: Int64] = [:]
        for (index, entry) in entries.enumerated() {
            guard let rejection = rejected[index] else {
                cured.append(entry.record.id)
                continue
            }
            if isReplaced(entry, by: rejection) {
                replacements.append((entry.record.id, rejection))
            } else {
                again[rejection.rule, default: 0] += 1
            }
        }
        try warehouse.replaceRejected(replacements, run: run.id)
        try warehouse.cureRejected(cured, run: run.id)
        try warehouse.countRejectedAgain(again, run: run.id)
        return 0
    }

    /// Whether the row of a line that is still rejected is updated: its rule or message has changed. The row of a
    /// corrected line stays as it is: the correction is not stored, and is reported as a fault.
    private func isReplaced(_ entry: QuarantinePages.Entry, by rejection: Rejection) -> Bool {
        let known = entry.record.rejection
        guard entry.mended != nil else { return known.rule != rejection.rule || known.message != rejection.message }
        if faults.count < QuarantineReport.mostFaults {
            faults.append(
                QuarantineReport.Fault(id: entry.record.id, rule: rejection.rule, message: rejection.message))
        }
        return false
    }
}

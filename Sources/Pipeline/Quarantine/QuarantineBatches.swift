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
    /// The lines of the current page that are not tried, and come after the last settled line.
    private var aside: ArraySlice<RejectedRecord> = []
    private var place = Place()
    private var committed = Place()

    /// How far the lines are settled, and what was found on the way. A lost transaction takes it back.
    private struct Place {
        /// The number of the last settled line.
        var lastID: Int64 = 0
        var leftAside: [CleaningRule: Int64] = [:]
        var faults: [QuarantineReport.Fault] = []
    }

    /// The number of lines that were not tried because the quarantine has only their first part, by rule.
    var leftAside: [CleaningRule: Int64] { place.leftAside }
    /// The first corrected lines that still break a rule.
    var faults: [QuarantineReport.Fault] { place.faults }
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
    func close(_ port: SourcePort) {}
    func committed(_ positions: [(source: Source, position: SourcePosition)]) {
        committed = place
    }

    func rollback(to run: RunRecord, because error: any Error) throws {
        try pages.goBack(to: committed.lastID, because: error)
        place = committed
        (rest, entries, aside, endedPorts, hasGivenBatch) = ([], [], [], [], false)
        total = run.counts
    }

    /// Notes that all lines up to one are settled.
    private func pass(to id: Int64) {
        if pages.end != nil { place.lastID = id }
        while let record = aside.first, record.id <= id {
            place.leftAside[record.rejection.rule, default: 0] += 1
            aside.removeFirst()
        }
    }

    func next() throws -> LoadArrival {
        if hasGivenBatch {
            hasGivenBatch = false
            return .heldBack
        }
        if rest.isEmpty {
            pass(to: pages.end ?? .max)
            let page = try pages.next()
            if page.isEmpty { return end() }
            aside = page.map(\.record).filter { !$0.rejection.isWhole }[...]
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
        if pages.end != nil, let last = entries.last { pass(to: last.record.id) }
        return 0
    }

    /// Whether the row of a line that is still rejected is updated: its rule or message has changed. The row of a
    /// corrected line stays as it is: the correction is not stored, and is reported as a fault.
    private func isReplaced(_ entry: QuarantinePages.Entry, by rejection: Rejection) -> Bool {
        let known = entry.record.rejection
        guard entry.mended != nil else { return known.rule != rejection.rule || known.message != rejection.message }
        if place.faults.count < QuarantineReport.mostFaults {
            place.faults.append(
                QuarantineReport.Fault(id: entry.record.id, rule: rejection.rule, message: rejection.message))
        }
        return false
    }
}

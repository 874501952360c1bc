import Domain

/// Counts what was published, for the progress and the report. It does no I/O.
struct PublishResults {
    private var sources: [PublishReport.SourceResult]
    private var numbers: SourceNumbers
    private let sizes: [Int64?]
    private var bytes: [Int64]
    private let sentEarlier: Int64
    /// How many lines earlier calls had left out, by the names of their sources.
    private let refusedEarlier: [String: Int64]
    private var confirmedCount: Int64 = 0
    private var confirmedBytes: Int64 = 0
    private var withoutKey: Int64 = 0
    private var unsent: [UnsentLine] = []
    private var unsentCount: Int64 = 0
    private var allBytes: Int64 = 0
    private let totalBytes: Int64

    /// - Parameter earlier: what earlier calls have stored.
    init(_ descriptions: [SourceDescription], earlier: SentPositions) {
        sources = descriptions.map { PublishReport.SourceResult(name: $0.name, state: .partial) }
        numbers = SourceNumbers(described: descriptions.count)
        sizes = descriptions.map(\.size)
        bytes = descriptions.map { _ in 0 }
        totalBytes = descriptions.reduce(0) { $0 + ($1.size ?? 0) }
        sentEarlier = earlier.linesAhead
        refusedEarlier = Dictionary(
            earlier.sources.lazy.filter { $0.refused > 0 }.map { ($0.name, $0.refused) }, uniquingKeysWith: max)
    }

    /// Lines of one source that were confirmed.
    struct ConfirmedLines {
        /// How many, and how many bytes they have.
        var count: Int64 = 0
        var bytes: Int64 = 0
        /// How many of them have no key.
        var withoutKey: Int64 = 0
    }

    /// The progress.
    var progress: PublishProgress {
        PublishProgress(confirmed: confirmedCount, bytes: allBytes, totalBytes: totalBytes)
    }

    private mutating func index(of source: Source) -> Int {
        let index = numbers.index(of: source.number)
        if index == sources.count {
            sources.append(PublishReport.SourceResult(name: source.name, state: .partial))
            bytes.append(0)
        }
        return index
    }

    /// A chunk was read.
    mutating func began(_ chunk: LineChunk) {
        let index = index(of: chunk.source)
        switch chunk.notice {
        case .skipped:
            sources[index].state = .skipped
            sources[index].refusedEarlier = refusedEarlier[chunk.source.name] ?? 0
        case .unreadable(let why):
            sources[index].state = .unreadable
            sources[index].remark = why
        case .lost(let why): sources[index].remark = why
        case .unfinishedLine: sources[index].isUnfinished = true
        case .remark, .waiting, nil: break
        }
    }

    /// Lines of a source were confirmed.
    mutating func confirmed(_ lines: ConfirmedLines, of source: Source) {
        confirmedCount += lines.count
        confirmedBytes += lines.bytes
        withoutKey += lines.withoutKey
        sources[index(of: source)].confirmed += lines.count
    }

    /// A line was left out.
    mutating func unsent(_ line: UnsentLine) {
        unsentCount += 1
        if unsent.count < PublishReport.mostUnsentLines { unsent.append(line) }
    }

    /// All lines of a chunk are settled.
    mutating func finished(_ chunk: LineChunk) {
        let index = index(of: chunk.source)
        let size = index < sizes.count ? sizes[index] : nil
        let read = chunk.notice == .skipped ? size ?? 0 : chunk.sourceBytesRead
        allBytes += read - bytes[index]
        bytes[index] = read
        if chunk.isLast, sources[index].state == .partial { sources[index].state = .complete }
    }

    /// The report.
    func report(of topic: TopicIdentity) -> PublishReport {
        var report = PublishReport(topic: topic)
        report.sources = sources
        report.confirmed = confirmedCount
        report.confirmedBytes = confirmedBytes
        report.withoutKey = withoutKey
        report.sentEarlier = min(sentEarlier, confirmedCount)
        report.unsent = unsent
        report.unsentCount = unsentCount
        return report
    }
}

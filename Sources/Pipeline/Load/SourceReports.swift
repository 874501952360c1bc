import Domain
import Logging

/// The reports and the progress of the sources of one port. A lost transaction takes back what its chunks added.
struct SourceReports {
    /// One report for each source: first the described ones in their order, then the others in the order in which their
    /// first chunks came.
    private(set) var sources: [SourceReport]
    /// Sources that could not be read, or not to their ends.
    private(set) var unreadable: [SourceRemark] = []
    /// What is lost of sources.
    private(set) var lost: [SourceRemark] = []
    /// What else sources tell.
    private(set) var remarks: [SourceRemark] = []
    /// The most remarks that are kept; a followed source may tell more in its life, and they are logged.
    private static let mostRemarks = 1000
    private let port: SourcePort
    private var numbers: SourceNumbers
    /// The sizes of the sources, as far as they are known.
    private var sizes: [Int64?]
    /// The bytes that were read of each source, and their sum.
    private var bytes: [Int64]
    private var allBytes: Int64 = 0
    /// What the reports were at the last commit, of those that changed since.
    private var committed: [Int: (report: SourceReport, bytes: Int64)] = [:]
    /// How many entries `unreadable`, `lost` and `remarks` had then.
    private var committedUnreadable = 0
    private var committedLost = 0
    private var committedRemarks = 0
    /// Whether what is lost is told at once, since the run has no end.
    private let isEndless: Bool
    private let totalBytes: Int64
    private let guess: PortGuess

    /// Reports of the described sources, of which nothing has been read.
    ///
    /// - Throws: `OutOfMemory`.
    init(_ descriptions: [SourceDescription], port: SourcePort, isEndless: Bool = false) throws {
        self.port = port
        self.isEndless = isEndless
        guess = try PortGuess()
        sources = descriptions.map { SourceReport(name: $0.name, port: port, state: .partial) }
        numbers = SourceNumbers(described: descriptions.count)
        sizes = descriptions.map(\.size)
        bytes = descriptions.map { _ in 0 }
        totalBytes = sizes.reduce(0) { $0 + ($1 ?? 0) }
    }

    /// Adds the counts of a chunk. Its source may be one that was not described.
    mutating func add(_ chunk: LineChunk, _ counts: LineCounts, logger: Logger) {
        let index = numbers.index(of: chunk.source.number)
        if index == sources.count {
            sources.append(SourceReport(name: chunk.source.name, port: port, state: .partial))
            sizes.append(nil)
            bytes.append(0)
        }
        if committed[index] == nil { committed[index] = (sources[index], bytes[index]) }
        // A source that was read, and is found loaded when it is opened again after a lost transaction.
        let isReadBefore = sources[index].state != .partial && chunk.lines.isEmpty && chunk.notice != nil
        if isReadBefore { return }
        let read = chunk.notice == .skipped ? sizes[index] ?? 0 : chunk.sourceBytesRead
        allBytes += read - bytes[index]
        bytes[index] = read
        sources[index].add(chunk, counts, guess)
        if case .unreadable(let why) = chunk.notice {
            unreadable.append(SourceRemark(name: chunk.source.name, reason: why))
        }
        if case .lost(let what) = chunk.notice {
            lost.append(SourceRemark(name: chunk.source.name, reason: what))
            logger.log(isEndless ? .warning : .notice, "\(chunk.source.name): \(what)")
        }
        if case .remark(let text) = chunk.notice {
            if remarks.count < Self.mostRemarks { remarks.append(SourceRemark(name: chunk.source.name, reason: text)) }
            logger.log(isEndless ? .warning : .notice, "\(chunk.source.name): \(text)")
        }
        if case .waiting(let text) = chunk.notice { logger.warning("\(chunk.source.name): \(text)") }
        if chunk.isLast {
            logger.info(sources[index].state.message, ["source": .string(chunk.source.name)])
        }
    }

    /// Marks everything as committed.
    mutating func didCommit() {
        committed.removeAll(keepingCapacity: true)
        committedUnreadable = unreadable.count
        committedLost = lost.count
        committedRemarks = remarks.count
    }

    /// Takes back everything since the last commit.
    mutating func rollback() {
        for (index, old) in committed {
            sources[index] = old.report
            allBytes += old.bytes - bytes[index]
            bytes[index] = old.bytes
        }
        committed = [:]
        unreadable.removeLast(unreadable.count - committedUnreadable)
        lost.removeLast(lost.count - committedLost)
        remarks.removeLast(remarks.count - committedRemarks)
    }

    /// The progress of the port. `total` is the number of lines that the run has read so far.
    func progress(_ total: LineCounts) -> LoadProgress {
        LoadProgress(phase: LoadProgress.Phase(port), bytes: allBytes, totalBytes: totalBytes, counts: total)
    }

    /// Sets `isAllRejected` of each source.
    ///
    /// - Parameter countsBefore: the counts that earlier runs have stored for a source, by its number.
    mutating func finish(countsBefore: (Int) -> LineCounts?) {
        for index in sources.indices {
            var counts = countsBefore(numbers.number(at: index)) ?? LineCounts()
            counts += sources[index].counts
            sources[index].isAllRejected = sources[index].counts.read > 0 && counts.rejected == counts.read
        }
    }
}

extension LoadProgress.Phase {
    /// The phase in which a port is loaded.
    init(_ port: SourcePort) {
        switch port {
        case .movies: self = .movies
        case .events: self = .events
        }
    }
}

extension SourceReport {
    /// Adds the counts of a chunk.
    fileprivate mutating func add(_ chunk: LineChunk, _ counts: LineCounts, _ guess: PortGuess) {
        self.counts += counts
        otherPortLines += chunk.otherPortLines
        isDamaged = isDamaged || chunk.isDamaged
        isUnsupported = isUnsupported || chunk.isUnsupported
        if looksLike == nil, self.counts.rejected == self.counts.read {
            otherPort = guess.otherPort(of: chunk, rejected: counts.rejected, of: counts.read)
        }
        switch chunk.notice {
        case .skipped: state = .skipped
        case .unreadable: state = .unreadable
        case .unfinishedLine: isUnfinished = true
        case .lost, .remark, .waiting, nil: break
        }
        if chunk.isLast, state == .partial { state = .complete }
    }
}

extension SourceReport.State {
    /// The log message for the end of a source.
    fileprivate var message: String {
        switch self {
        case .skipped: "Source was loaded before"
        case .unreadable: "Source cannot be read"
        case .complete, .partial: "Source read"
        }
    }
}

import Domain
import Logging

/// What becomes of the sources of one port, as a report and as progress.
struct SourceReports {
    /// One for each source, in the order in which they were named.
    private(set) var sources: [SourceReport]
    /// Sources that turned out to be unreadable.
    private(set) var unreadable: [SourceRemark] = []
    private let port: SourcePort
    private let sizes: [Int64?]
    /// Bytes that are read of each source, and of all of them.
    private var bytes: [Int64]
    private var allBytes: Int64 = 0
    private let totalBytes: Int64
    private let guess: PortGuess

    /// Reports of sources of which nothing is read.
    ///
    /// - Throws: `JSONError.noMemory`.
    init(_ descriptions: [SourceDescription], port: SourcePort) throws {
        self.port = port
        guess = try PortGuess()
        sources = descriptions.map { SourceReport(name: $0.name, port: port, state: .partial) }
        sizes = descriptions.map(\.size)
        bytes = descriptions.map { _ in 0 }
        totalBytes = sizes.reduce(0) { $0 + ($1 ?? 0) }
    }

    /// Adds what became of a chunk's lines.
    mutating func add(_ chunk: LineChunk, _ counts: LineCounts, logger: Logger) {
        let number = chunk.source.number
        let read = chunk.notice == .skipped ? sizes[number] ?? 0 : chunk.sourceBytesRead
        allBytes += read - bytes[number]
        bytes[number] = read
        sources[number].add(chunk, counts, guess)
        if case .unreadable(let why) = chunk.notice {
            unreadable.append(SourceRemark(name: chunk.source.name, reason: why))
        }
        if chunk.isLast {
            logger.info(sources[number].state.message, ["source": .string(chunk.source.name)])
        }
    }

    /// How far the port is, where the run has counted so many lines.
    func progress(_ total: LineCounts) -> LoadProgress {
        LoadProgress(phase: LoadProgress.Phase(port), bytes: allBytes, totalBytes: totalBytes, counts: total)
    }

    /// Notes which sources have had all their lines rejected, over all runs.
    ///
    /// - Parameter countsBefore: what earlier runs read of a source, by its number.
    mutating func finish(countsBefore: (Int) -> LineCounts?) {
        for number in sources.indices {
            var counts = countsBefore(number) ?? LineCounts()
            counts += sources[number].counts
            sources[number].isAllRejected = sources[number].counts.read > 0 && counts.rejected == counts.read
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
    /// Adds what became of a chunk's lines.
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
        case nil: break
        }
        if chunk.isLast, state == .partial { state = .complete }
    }
}

extension SourceReport.State {
    /// What the log says of a source that is done with.
    fileprivate var message: String {
        switch self {
        case .skipped: "Source was loaded before"
        case .unreadable: "Source cannot be read"
        case .complete, .partial: "Source read"
        }
    }
}

import Domain
import Logging

/// The reports and the progress of the sources of one port.
struct SourceReports {
    /// One report for each source, in the order in which they were named.
    private(set) var sources: [SourceReport]
    /// Sources that could not be read, or not to their ends.
    private(set) var unreadable: [SourceRemark] = []
    private let port: SourcePort
    private let sizes: [Int64?]
    /// The bytes that were read of each source, and their sum.
    private var bytes: [Int64]
    private var allBytes: Int64 = 0
    private let totalBytes: Int64
    private let guess: PortGuess

    /// Reports of sources of which nothing has been read.
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

    /// Adds the counts of a chunk.
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

    /// The progress of the port. `total` is the number of lines that the run has read so far.
    func progress(_ total: LineCounts) -> LoadProgress {
        LoadProgress(phase: LoadProgress.Phase(port), bytes: allBytes, totalBytes: totalBytes, counts: total)
    }

    /// Sets `isAllRejected` of each source.
    ///
    /// - Parameter countsBefore: the counts that earlier runs have stored for a source, by its number.
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
        case nil: break
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

import Domain
import Logging

/// No line of a backup is a movie document.
struct NoMovieDocuments: ReportedError {
    /// How many lines there are.
    var lines: Int64

    var message: String {
        "none of the \(NumberFormat.count(lines, "message", "messages")) has the id of a movie: these are no movie documents"
    }

    var hint: String { "Name a topic that `reelhouse publish movies` or `run --backup` has filled." }
}

/// Brings movie documents back from a backup: reads sources from their beginning, and writes each document to the files
/// of its snapshot date.
///
///     let restorer = Restorer(from: topic, to: folder, clockDay: today, clock: { seconds }, logger: logger)
///     let report = try restorer.run()
///     print(report.documents, report.files.count)
public final class Restorer {
    private let set: any SourceSet
    private let target: any RestoreTarget
    private let clockDay: Int32
    private let clock: () -> Double
    private let logger: Logger
    private let progress: (_ documents: Int64) -> Void
    private let line = RestoredLine()
    private var report = RestoreReport()
    /// How many of the documents have the id of a movie.
    private var documentsWithID: Int64 = 0

    /// How many chunks and bytes are read ahead.
    private static let ahead = (chunks: 64, bytes: 24 << 20)

    /// - Parameters:
    ///   - clockDay: the snapshot date of documents that have no other, as days since 1970-01-01.
    ///   - clock: seconds since a fixed moment.
    ///   - logger: gets what the sources wait for.
    ///   - progress: called often with the number of documents, on the thread that calls `run`.
    public init(
        from set: any SourceSet, to target: any RestoreTarget, clockDay: Int32, clock: @escaping () -> Double,
        logger: Logger, progress: @escaping (_ documents: Int64) -> Void = { _ in }
    ) {
        self.set = set
        self.target = target
        self.clockDay = clockDay
        self.clock = clock
        self.logger = logger
        self.progress = progress
    }

    /// Restores. Called once.
    ///
    /// - Throws: `NoMovieDocuments`, the errors of the sources and the target; then nothing is restored.
    public func run() throws -> RestoreReport {
        let start = clock()
        defer { target.discard() }
        let source = try set.open(SourceRequest(clockDay: clockDay)) { _ in }
        do {
            defer { source.close() }
            try read(source)
        }
        if report.documents > 0, documentsWithID == 0 { throw NoMovieDocuments(lines: report.documents) }
        report.remarks = source.remarks
        report.files = try target.finish()
        report.seconds = clock() - start
        return report
    }

    private func read(_ source: any LineSource) throws {
        let stage = OrderedStage<LineChunk, PublishedLines>(
            width: 1, limit: Self.ahead.chunks, budget: Self.ahead.bytes)
        defer { stage.cancel() }
        stage.start(reading: Handoff(value: source.next), weigh: { $0.buffer.capacity }) {
            let keys = try MessageKeys(.movies)
            return { try PublishedLines($0, keys) }
        }
        while true {
            switch try stage.next() {
            case .output(let read):
                documentsWithID += Int64(read.ids.count { $0 > 0 })
                try add(read.chunk)
                stage.release()
                progress(report.documents)
            case .nothingYet, .heldBack: progress(report.documents)
            case .end: return
            }
        }
    }

    private func add(_ chunk: LineChunk) throws {
        switch chunk.notice {
        case .lost(let why), .unreadable(let why):
            report.lost.append(SourceRemark(name: chunk.source.name, reason: why))
        case .waiting(let words): logger.warning("\(chunk.source.name): \(words)")
        case .skipped, .unfinishedLine, .remark, nil: break
        }
        for line in chunk.lines {
            if line.note >= 0 {
                leaveOut(line, of: chunk, .tooLong)
                continue
            }
            let document = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            guard Self.hasFourDigits(yearOf: line.snapshotDay) else {
                leaveOut(line, of: chunk, .noDate)
                continue
            }
            guard let text = self.line.of(document) else {
                leaveOut(line, of: chunk, .notOneLine)
                continue
            }
            try target.add(text, of: line.snapshotDay)
            report.documents += 1
            report.bytes += Int64(document.count)
        }
    }

    /// Whether a day is of the years 0001 to 9999, so that a file's name can say it.
    private static func hasFourDigits(yearOf day: Int32) -> Bool {
        (1...9999).contains(CivilDate.date(ofDay: day).year)
    }

    private func leaveOut(_ line: Line, of chunk: LineChunk, _ reason: LeftOutDocument.Reason) {
        var bytes = Int64(line.span.length)
        if line.note >= 0, case .tooLong(let length, _) = chunk.notes[Int(line.note)] { bytes = length }
        report.leftOutCount += 1
        if report.leftOut.count == RestoreReport.mostLeftOut { return }
        report.leftOut.append(
            LeftOutDocument(source: chunk.source.name, line: line.number, bytes: bytes, reason: reason))
    }
}

import Domain
import Logging

/// Copies what a raw store has into another one, byte for byte: movie documents by their rank, comment bodies and posters.
///
/// What the target has already is not copied again, so that the copy can be run again after a kill, and what was put is
/// made durable every few seconds. What is damaged in the source is noted, and the rest is copied.
///
///     let copy = RawCopy(from: source, to: target, clock: { seconds })
///     let report = try copy.run()
///     print(report.movies.copied, report.damagedCount)
public final class RawCopy {
    private let source: any RawStore
    private let target: any RawStore
    private let stop: StopSignal
    private let logger: Logger
    private let clock: () -> Double
    private let progress: (RawCopyProgress) -> Void
    private var steps: RawCopySteps
    private var waiting: [RawMovie] = []
    private var report = RawCopyReport()

    /// A copy from one raw store into another, which has to be a different one.
    ///
    /// - Parameters:
    ///   - stop: ends the copy soon; what was copied until then stays.
    ///   - clock: seconds since a fixed moment.
    ///   - progress: called often, on the thread that calls `run`.
    public convenience init(
        from source: any RawStore, to target: any RawStore, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, clock: @escaping () -> Double,
        progress: @escaping (RawCopyProgress) -> Void = { _ in }
    ) {
        self.init(
            from: source, to: target, stop: stop, logger: logger, clock: clock, progress: progress,
            steps: RawCopySteps())
    }

    init(
        from source: any RawStore, to target: any RawStore, stop: StopSignal, logger: Logger = .silent,
        clock: @escaping () -> Double, progress: @escaping (RawCopyProgress) -> Void, steps: RawCopySteps
    ) {
        self.source = source
        self.target = target
        self.stop = stop
        self.logger = logger
        self.clock = clock
        self.progress = progress
        self.steps = steps
    }

    /// Copies.
    ///
    /// - Throws: the errors of the two stores, but for damage in the source. What was made durable before stays.
    public func run() throws -> RawCopyReport {
        let start = clock()
        report = RawCopyReport()
        logger.info("Copy of a raw store begins")
        do {
            try copyMovies()
            try copyContents(.comments)
            try copyContents(.posters)
        } catch is RawCopyStopped {
            report.stopReason = stop.reason
        }
        try target.flush()
        steps.flushed(at: clock())
        report.seconds = clock() - start
        logger.info(
            "Copy of a raw store ends",
            [
                "copied": .integer(report.copied), "damaged": .integer(report.damagedCount),
                "seconds": .number(report.seconds),
            ])
        return report
    }

    // MARK: Movies

    private func copyMovies() throws {
        try source.forEachMovie { movie in
            waiting.append(movie)
            steps.read(bytes: movie.document.count)
            if steps.isBatchFull { try putWaiting() }
        } onDamage: { damage in
            note(RawCopyReport.Damage(damage))
        }
        try putWaiting()
    }

    /// Puts those of the waiting documents that are greater than what the target has.
    private func putWaiting() throws {
        defer {
            waiting.removeAll()
            steps.compared()
        }
        if !waiting.isEmpty {
            let ranks = try target.ranks(ofMovies: waiting.map(\.movieID))
            let greater = waiting.filter { movie in ranks[movie.movieID].map { $0 < movie.rank } ?? true }
            if !greater.isEmpty { try target.put(movies: greater) }
            let bytes = greater.reduce(0) { $0 + $1.document.count }
            report.movies.copied += Int64(greater.count)
            report.movies.alreadyThere += Int64(waiting.count - greater.count)
            if !greater.isEmpty { didPut(bytes: bytes) }
        }
        try goOn(.movies, report.movies)
    }

    // MARK: Comments and posters

    private func copyContents(_ content: RawContent) throws {
        let count = content == .comments ? \RawCopyReport.comments : \.posters
        let phase = content == .comments ? RawCopyProgress.Phase.comments : .posters
        try source.forEachReference(to: content) { reference in
            if try target.has(reference) {
                report[keyPath: count].alreadyThere += 1
            } else if let bytes = try copy(reference) {
                report[keyPath: count].copied += 1
                didPut(bytes: bytes)
            }
            try goOn(phase, report[keyPath: count])
        }
        try goOn(phase, report[keyPath: count])
    }

    /// Copies a body or an image.
    ///
    /// - Returns: its size in bytes; nil when it is damaged, or is not there any more.
    private func copy(_ reference: RawReference) throws -> Int? {
        let found: [UInt8]?
        do {
            found = reference.kind == .comment ? try source.comment(reference) : try source.poster(reference)
        } catch let error as any ReportedError where error.isDamage {
            note(RawCopyReport.Damage(error))
            return nil
        }
        guard let bytes = found else { return nil }
        if reference.kind == .comment {
            try target.put(comments: [RawComment(body: bytes)])
        } else if let poster = RawPoster(image: bytes), poster.reference == reference {
            try target.put(posters: [poster])
        } else {
            note(
                RawCopyReport.Damage(
                    message: "the image \(reference) of the source is of another format than its name says",
                    hint: "Another program has stored it: put it again by its own command."))
            return nil
        }
        return bytes.count
    }

    // MARK: Steps

    private func didPut(bytes: Int) {
        report.bytes += Int64(bytes)
        steps.put(bytes: bytes, at: clock())
    }

    private func note(_ damage: RawCopyReport.Damage) {
        report.add(damage)
        logger.info("Damage in the source", ["error": .string(damage.message)])
    }

    private func goOn(_ phase: RawCopyProgress.Phase, _ count: RawCopyReport.Count) throws {
        progress(RawCopyProgress(phase: phase, count: count.found))
        if steps.isFlushDue(at: clock()) {
            try target.flush()
            steps.flushed(at: clock())
        }
        if stop.reason != nil { throw RawCopyStopped() }
    }
}

/// The program was asked to stop.
private struct RawCopyStopped: Error {}

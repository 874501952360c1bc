import Domain
import Logging

/// Copies what a raw store has into another one, byte for byte: movie documents by their rank, comment bodies and posters.
///
/// What the target has already is not copied again, so that the copy can be run again after a kill, and what was put is
/// made durable every few seconds. What is damaged in the source, and what other programs have there, is noted, and the rest
/// is copied. A store that is lost in
/// the middle is tried again for a time, and the copy goes on where it was.
///
///     let copy = RawCopy(from: source, to: target, retryFor: .seconds(300), clock: { seconds })
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
    private var sourceRetries: RawCopyRetries
    private var targetRetries: RawCopyRetries
    /// The documents that are not compared with those of the target yet.
    private var waiting: [RawMovie] = []
    private var report = RawCopyReport()

    /// A copy from one raw store into another, which has to be a different one.
    ///
    /// - Parameters:
    ///   - retryFor: how long is tried again after a store that has answered before is lost, each time.
    ///   - stop: ends the copy soon; what was copied until then stays.
    ///   - clock: seconds since a fixed moment.
    ///   - progress: called often, on the thread that calls `run`.
    public convenience init(
        from source: any RawStore, to target: any RawStore, retryFor: Duration, stop: StopSignal = StopSignal(),
        logger: Logger = .silent, clock: @escaping () -> Double,
        progress: @escaping (RawCopyProgress) -> Void = { _ in }
    ) {
        self.init(
            from: source, to: target, retryFor: retryFor, stop: stop, logger: logger, clock: clock,
            progress: progress, steps: RawCopySteps())
    }

    init(
        from source: any RawStore, to target: any RawStore, retryFor: Duration, stop: StopSignal,
        logger: Logger = .silent, clock: @escaping () -> Double, progress: @escaping (RawCopyProgress) -> Void,
        steps: RawCopySteps
    ) {
        self.source = source
        self.target = target
        self.stop = stop
        self.logger = logger
        self.clock = clock
        self.progress = progress
        self.steps = steps
        sourceRetries = RawCopyRetries(for: retryFor, stop: stop, logger: logger)
        targetRetries = sourceRetries
    }

    /// Copies.
    ///
    /// - Throws: the errors of the two stores, but for damage in the source. What was made durable before stays.
    public func run() throws -> RawCopyReport {
        let start = clock()
        report = RawCopyReport()
        logger.info("Copy of a raw store begins")
        do {
            do {
                try copyMovies()
                try copyContents(.comments)
                try copyContents(.posters)
                try noteOthers()
            } catch is RawCopyStopped {
                report.stopReason = stop.reason
                // Not tried again, since the program is to end.
                try target.flush()
            }
        } catch let failure as RawCopyFailure {
            throw failure.cause
        }
        report.seconds = clock() - start
        logger.info(
            "Copy of a raw store ends",
            [
                "copied": .integer(report.copied), "damaged": .integer(report.damagedCount),
                "left_out": .integer(report.leftOutCount),
                "seconds": .number(report.seconds),
            ])
        return report
    }

    /// Reads from the source until that succeeds. After a failure all is listed again.
    private func listing(_ body: () throws -> Void) throws {
        while true {
            do {
                try body()
                return
            } catch {
                try sourceRetries.failed(error)
            }
        }
    }

    // MARK: Movies

    private func copyMovies() throws {
        // The last document that was compared, the last one that was read, and what was damaged before the first one.
        var (last, furthest): (Int64?, Int64) = (nil, .min)
        let (damages, damagedCount) = (report.damages, report.damagedCount)
        func compare() throws {
            try putWaiting()
            last = waiting.last?.movieID ?? last
            waiting.removeAll()
            steps.compared()
            try goOn(.movies, report.movies)
        }
        try listing {
            waiting.removeAll()
            steps.compared()
            (report.damages, report.damagedCount) = (damages, damagedCount)
            try source.forEachMovie { movie in
                if movie.movieID > furthest {
                    furthest = movie.movieID
                    sourceRetries.succeeded()
                }
                if let last, movie.movieID <= last { return }
                waiting.append(movie)
                steps.read(bytes: movie.document.count)
                if steps.isBatchFull { try compare() }
            } onDamage: { damage in
                note(RawCopyReport.Damage(damage))
            }
        }
        try compare()
        try flushRest()
    }

    /// Puts those of the waiting documents that are greater than what the target has.
    private func putWaiting() throws {
        if waiting.isEmpty { return }
        let ranks = try targetRetries.attempt { try target.ranks(ofMovies: waiting.map(\.movieID)) }
        let greater = waiting.filter { movie in ranks[movie.movieID].map { $0 < movie.rank } ?? true }
        report.movies.alreadyThere += Int64(waiting.count - greater.count)
        if greater.isEmpty { return }
        try targetRetries.attempt { try target.put(movies: greater) }
        report.movies.copied += Int64(greater.count)
        didPut(bytes: greater.reduce(0) { $0 + $1.document.count })
    }

    // MARK: Comments and posters

    private func copyContents(_ content: RawContent) throws {
        // The last reference that was looked at, and the last one that was listed.
        var (last, furthest): (RawReference?, RawReference?)
        var waiting: [RawReference] = []
        func copyWaiting() throws {
            let there = waiting.isEmpty ? [] : try targetRetries.attempt { try target.present(waiting) }
            for reference in waiting {
                try copy(reference, of: content, isThere: there.contains(reference))
                last = reference
            }
            waiting.removeAll()
        }
        try listing {
            waiting.removeAll()
            try source.forEachReference(to: content) { reference in
                if furthest?.precedes(reference) ?? true {
                    furthest = reference
                    sourceRetries.succeeded()
                }
                if let last, !last.precedes(reference) { return }
                waiting.append(reference)
                if waiting.count == RawCopySteps.mostWaiting { try copyWaiting() }
            }
        }
        try copyWaiting()
        try flushRest()
    }

    private func copy(_ reference: RawReference, of content: RawContent, isThere: Bool) throws {
        let count = content == .comments ? \RawCopyReport.comments : \.posters
        if isThere {
            report[keyPath: count].alreadyThere += 1
        } else if let bytes = try copy(reference) {
            report[keyPath: count].copied += 1
            didPut(bytes: bytes)
        }
        try goOn(content == .comments ? .comments : .posters, report[keyPath: count])
    }

    /// Copies a body or an image.
    ///
    /// - Returns: its size in bytes; nil when it is damaged, or is not there any more.
    private func copy(_ reference: RawReference) throws -> Int? {
        let found: [UInt8]?
        do {
            found = try sourceRetries.attempt {
                reference.kind == .comment ? try source.comment(reference) : try source.poster(reference)
            }
        } catch let error as any ReportedError where error.isDamage {
            note(RawCopyReport.Damage(error))
            return nil
        }
        guard let bytes = found else { return nil }
        if reference.kind == .comment {
            try targetRetries.attempt { try target.put(comments: [RawComment(body: bytes)]) }
        } else if let poster = RawPoster(image: bytes), poster.reference == reference {
            try targetRetries.attempt { try target.put(posters: [poster]) }
        } else {
            note(
                RawCopyReport.Damage(
                    message: "the image \(reference) of the source is of another format than its name says",
                    hint: "Another program has stored it: put it again by its own command."))
            return nil
        }
        return bytes.count
    }

    // MARK: Other programs

    /// Notes what other programs have in the source.
    private func noteOthers() throws {
        try listing {
            (report.leftOut, report.leftOutCount) = ([], 0)
            try source.forEachOther { name in
                report.add(leftOut: name)
                if stop.reason != nil { throw RawCopyStopped() }
            }
            sourceRetries.succeeded()
        }
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
        if steps.isFlushDue(at: clock()) { try flush() }
        if stop.reason != nil { throw RawCopyStopped() }
    }

    /// Makes durable what is left of a kind, which may be all of it, while its progress is shown.
    private func flushRest() throws {
        if steps.isUnflushed { try flush() }
    }

    private func flush() throws {
        try targetRetries.attempt { try target.flush() }
        steps.flushed(at: clock())
    }
}

extension RawReference {
    /// Whether it comes before another one in the order in which stores list them.
    fileprivate func precedes(_ other: RawReference) -> Bool { text.utf8.lexicographicallyPrecedes(other.text.utf8) }
}

import Domain

/// Reads sources as a run does, and checks their lines by the cleaning rules. Nothing is loaded.
///
/// It uses no warehouse, and so finds neither duplicates nor lines that break `event_id_conflict`.
///
///     let report = try Validation(options: Validation.Options(clock: clock)).run([events])
///     print(report.total.rejected)
public final class Validation {
    /// The options of a validation.
    public struct Options: Sendable {
        /// The clock of the rules.
        public var clock: RunClock
        /// The snapshot date of all movie documents, as days since 1970-01-01; nil uses the date of each source or
        /// line.
        public var snapshotDay: Int32?
        /// The most examples of each rule, and of each reason for a warning, in the report.
        public var examples = 3
        /// The number of threads that decode lines.
        public var decoders = 2
        /// The most chunks that are in memory at a time.
        public var chunksInFlight = 6
        /// The most bytes of memory that these chunks may need with their decoded rows.
        public var bytesInFlight = 128 << 20

        /// The defaults under a clock.
        public init(clock: RunClock) { self.clock = clock }
    }

    private let options: Options
    private let progress: (LoadProgress) -> Void
    private var report = ValidationReport()
    /// The sources that were read to their ends, so that the same bytes are not read twice.
    private var known: [KnownSource] = []

    /// A validation that has read nothing yet.
    ///
    /// - Parameter progress: called after each chunk, on the thread that calls `run`.
    public init(options: Options, progress: @escaping (LoadProgress) -> Void = { _ in }) {
        self.options = options
        self.progress = progress
    }

    /// Reads the sets one after the other. Called once.
    ///
    /// - Throws: the error of a source.
    public func run(_ sets: [any SourceSet]) throws -> ValidationReport {
        for set in sets { try read(set) }
        return report
    }

    /// The result of one chunk: the tally of its lines, and what it says about its source.
    private struct Part: Sendable {
        var source: Source
        var sourceBytes: Int64
        /// The other port, if the chunk's lines clearly belong to that one.
        var otherPort: SourcePort?
        /// The number of the chunk's rejected lines that clearly belong to the other port.
        var otherPortLines: Int64
        var notice: SourceNotice?
        /// The source, if it ends with this chunk.
        var known: KnownSource?
        var tally: ValidationTally
    }

    private func read(_ set: any SourceSet) throws {
        let first = report.sources.count
        let descriptions = try set.describe()
        report.sources += descriptions.map { ValidatedSource(name: $0.name, port: set.port) }
        report.passedOver += set.passedOver
        report.unreadable += set.unreadable
        let totalBytes = descriptions.reduce(0) { $0 + ($1.size ?? 0) }
        let request = SourceRequest(snapshotDay: options.snapshotDay, clockDay: options.clock.day)
        let source = try set.open(request) { try known.forEach($0) }
        let stage = OrderedStage<LineChunk, Part>(
            width: options.decoders, limit: options.chunksInFlight, budget: options.bytesInFlight)
        defer { stage.cancel() }
        stage.start(
            reading: Handoff(value: source.next), weigh: FlightBudget.weight(of:), makeTransform: transform(set.port))
        var numbers = SourceNumbers(described: descriptions.count)
        var bytes: [Int: Int64] = [:]
        while true {
            let next = try stage.next()
            guard case .output(let part) = next else {
                if case .end = next { break }
                continue
            }
            stage.release()
            let index = first + numbers.index(of: part.source.number)
            if index == report.sources.count {
                report.sources.append(ValidatedSource(name: part.source.name, port: set.port))
            }
            add(part, to: index)
            bytes[index] = part.sourceBytes
            progress(
                LoadProgress(
                    phase: set.port == .movies ? .movies : .events, bytes: bytes.values.reduce(0, +),
                    totalBytes: totalBytes, counts: report.total.counts))
        }
    }

    /// Adds a part to the report of the source at an index.
    private func add(_ part: Part, to index: Int) {
        report.sources[index].tally.add(part.tally, examples: options.examples)
        report.sources[index].otherPortLines += part.otherPortLines
        report.sources[index].otherPort = report.sources[index].otherPort ?? part.otherPort
        report.total.add(part.tally, examples: options.examples)
        if let source = part.known { known.append(source) }
        switch part.notice {
        case .skipped: report.sources[index].isRepeated = true
        case .unfinishedLine: report.sources[index].isUnfinished = true
        case .unreadable(let why):
            report.unreadable.append(SourceRemark(name: report.sources[index].name, reason: why))
        // A validation has no position that something could be lost after.
        case .lost, .remark, .waiting, nil: break
        }
    }

    private func transform(_ port: SourcePort) -> @Sendable () throws -> (LineChunk) throws -> Part {
        let (clock, examples) = (options.clock, options.examples)
        return {
            let guess = try PortGuess()
            switch port {
            case .movies:
                let decoder = try MovieDecoder(warningExamples: examples)
                return { chunk in
                    let batch = try decoder.decode(chunk)
                    return Self.part(chunk, batch.read, batch.warningTally, batch.rejections, examples, guess)
                }
            case .events:
                let decoder = try EventDecoder(clock: clock, warningExamples: examples)
                return { chunk in
                    let batch = try decoder.decode(chunk)
                    var part = Self.part(chunk, batch.read, batch.warningTally, batch.rejections, examples, guess)
                    part.tally.misplaced = batch.misplaced
                    return part
                }
            }
        }
    }

    private static func part(
        _ chunk: LineChunk, _ read: Int, _ warnings: WarningTally, _ rejections: [Rejection], _ examples: Int,
        _ guess: PortGuess
    ) -> Part {
        var tally = ValidationTally()
        tally.counts.read = Int64(read)
        tally.counts.rejected = Int64(rejections.count)
        tally.counts.accepted = Int64(read - rejections.count)
        tally.counts.warnings = Int64(warnings.count)
        tally.warnings = warnings.byReason.mapValues(Int64.init)
        tally.warningExamples = warnings.examples.mapValues { found in
            found.map { example in
                let line = chunk.lines[example.line]
                return ValidationExample(
                    source: chunk.source.name, line: line.number, byteOffset: line.byteOffset,
                    message: example.message)
            }
        }
        tally.isDamaged = chunk.isDamaged
        tally.isUnsupported = chunk.isUnsupported
        for rejection in rejections {
            tally.rejected[rejection.rule, default: 0] += 1
            if tally.examples[rejection.rule, default: []].count < examples {
                tally.examples[rejection.rule, default: []].append(
                    ValidationExample(
                        source: rejection.source, line: rejection.line, byteOffset: rejection.byteOffset,
                        message: rejection.message))
            }
        }
        let known = chunk.isLast ? chunk.mark : nil
        return Part(
            source: chunk.source, sourceBytes: chunk.sourceBytesRead,
            otherPort: guess.otherPort(of: chunk, rejected: tally.counts.rejected, of: tally.counts.read),
            otherPortLines: guess.count(ofOtherPortIn: chunk, rejections: rejections), notice: chunk.notice,
            known: known.map {
                KnownSource(
                    Checkpoint(
                        $0, source: chunk.source.name, position: chunk.end, isComplete: true, counts: LineCounts()))
            }, tally: tally)
    }
}

import Domain
import Hashing
import Logging

/// Compacts the event files of a folder that the warehouse has loaded whole; `CompactMachine` says in which order. It holds
/// the writer's lock of the warehouse as a run does, and adds no row to `load_run`.
public final class Compactor {
    /// What is compacted.
    public struct Options: Sendable {
        /// The run's clock, by which lines are judged again.
        public var clock: RunClock
        /// A file with an event of this UTC day or a later one stays as it is. Days since 1970-01-01.
        public var before: Int32
        /// Whether nothing is changed.
        public var isDryRun = false
        /// How long is tried again after a lost connection.
        public var retryFor = LoadOptions.defaultRetryFor

        /// Compacts what is before the clock's day.
        public init(clock: RunClock) {
            self.clock = clock
            before = clock.day
        }
    }

    private let warehouse: any CompactingWarehouse
    private let store: any CompactStore
    private let options: Options
    private let stop: StopSignal
    private let retries: WarehouseRetries
    private let wallClock: () -> Int64
    private let willDo: (CompactMachine.Step) throws -> Void
    private let progress: (CompactProgress) -> Void
    private let decoder: EventDecoder
    private let guess: PortGuess
    private var files: [CompactFile] = []
    private var sorter: (any RowSorter)?
    private let keyBytes = ByteBuffer(capacity: 64)
    private var bytesRead: Int64 = 0
    private var totalBytes: Int64 = 0
    private var linesRead: Int64 = 0
    private var report = CompactReport()

    /// A compact of a folder.
    ///
    /// - Parameters:
    ///   - stop: ends it without effect, unless the new files are recorded already.
    ///   - wallClock: milliseconds since 1970.
    ///   - willDo: called before each step; an error that it throws ends the compact there.
    ///   - progress: called often, on the thread that calls `run`.
    public init(
        _ store: any CompactStore, in warehouse: any CompactingWarehouse, options: Options,
        stop: StopSignal = StopSignal(), logger: Logger = .silent, wallClock: @escaping () -> Int64,
        willDo: @escaping (CompactMachine.Step) throws -> Void = { _ in },
        progress: @escaping (CompactProgress) -> Void = { _ in }
    ) throws {
        self.store = store
        self.warehouse = warehouse
        self.options = options
        self.stop = stop
        self.wallClock = wallClock
        self.willDo = willDo
        self.progress = progress
        retries = WarehouseRetries(warehouse, for: options.retryFor, stop: stop, logger: logger)
        decoder = try EventDecoder(clock: options.clock)
        guess = try PortGuess()
    }

    /// Compacts.
    ///
    /// - Throws: the error of the store or the warehouse. No line is lost then, and none is loaded twice later; the next
    ///   compact goes on.
    public func run() throws -> CompactReport {
        let start = wallClock()
        _ = try retries.attempt { try warehouse.beginRun(at: start, as: options.isDryRun ? .dryRun : .bounded) }
        defer { warehouse.endRun() }
        try store.sweep()
        files = try store.survey { body in try warehouse.forEachKnownSource(of: .events, body) }
        // A dry run has begun a transaction, and needs nothing more of the warehouse.
        if options.isDryRun { try warehouse.rollback() }
        totalBytes = files.reduce(0) { $0 + ($1.isCompacted ? 0 : $1.size) }
        report.isDryRun = options.isDryRun
        report.unreadable = store.unreadable
        var machine = CompactMachine(files, isDryRun: options.isDryRun)
        while let step = machine.next() {
            try willDo(step)
            try perform(step, &machine)
            guard report.stopReason == nil else {
                try store.finish()
                break
            }
        }
        summarise(machine)
        report.seconds = Double(wallClock() - start) / 1000
        return report
    }

    private func perform(_ step: CompactMachine.Step, _ machine: inout CompactMachine) throws {
        switch step {
        case .read(let file): machine.didRead(file, try read(file))
        case .write:
            let losers = try losers(machine)
            guard losers.isEmpty else {
                return machine.leave(
                    losers, because: "it has an event that lost against one with its id that is not compacted")
            }
            if report.stopReason != nil { return }
            let written = try write(machine)
            if report.stopReason == nil { machine.didWrite(written) }
        case .record: try record(machine.changed)
        case .setAside(let file): try store.setAside(file)
        case .publish(let day): try store.publish(day)
        case .flush: try store.flush()
        case .remove(let file):
            tell(.removing, linesRead)
            if try !store.remove(file) { report.notRemoved.append(files[file].name) }
        case .finish: try store.finish()
        }
    }

    private func summarise(_ machine: CompactMachine) {
        func remark(_ file: Int, _ reason: String) -> SourceRemark {
            SourceRemark(name: files[file].name, reason: reason)
        }
        report.left = machine.left.map { remark($0.file, $0.reason) }
        report.unreadable += machine.unreadable.map { remark($0.file, $0.reason) }
        guard report.stopReason == nil else { return }
        report.days = machine.days.sorted()
        report.originals = machine.originals.map { files[$0].name }
        if !machine.originals.isEmpty {
            report.bytesBefore = (machine.originals + machine.merged).reduce(0) { $0 + files[$1].size }
        }
        if options.isDryRun { report.read = machine.originals.reduce(0) { $0 + (lines[$1] ?? 0) } }
    }

    // MARK: - Reading

    /// How many lines a file has.
    private var lines: [Int: Int64] = [:]

    private func read(_ file: Int) throws -> CompactMachine.Reading {
        switch try store.open(file, settledBefore: Int64(options.before) * 86_400_000) {
        case .lines(let reading): return try read(file, reading)
        case .left(let reason): return .left(reason)
        case .unreadable(let reason): return .unreadable(reason)
        }
    }

    private func read(_ file: Int, _ reading: any CompactReading) throws -> CompactMachine.Reading {
        if sorter == nil, !options.isDryRun { sorter = try store.makeSorter() }
        var days: Set<CompactedDay> = []
        var kind = CompactedKind()
        while let chunk = try reading.next() {
            if stop.reason != nil {
                report.stopReason = stop.reason
                return .left("the compact was stopped")
            }
            if case .unreadable(let reason) = chunk.notice { return .unreadable(reason) }
            if let reason = Self.reasonToLeave(chunk) { return .left(reason) }
            let batch = try decoder.decode(chunk)
            kind.add(batch, guess)
            if !files[file].isCompacted, let day = Self.lastDay(batch), day >= options.before {
                return .left(
                    "it has events of \(CivilDate.text(ofDay: day)), which is not before "
                        + CivilDate.text(ofDay: options.before))
            }
            try add(batch, file: file, run: UInt32(clamping: reading.firstRun), &days)
            lines[file, default: 0] += Int64(batch.read)
            linesRead += Int64(batch.read)
            tell(.reading, linesRead, plus: chunk.sourceBytesRead)
            try keepLock()
        }
        bytesRead += files[file].size
        if let reason = reading.verify() { return .left(reason) }
        if !files[file].isCompacted, kind.isOfMovies {
            return .left(
                "none of its lines is an event, and they look like movie documents; move it out of the folder, and load it "
                    + "with `reelhouse run --movies`")
        }
        return .whole(days: days)
    }

    /// Why the file of a chunk is not compacted. What the quarantine does not have whole stays where it is.
    private static func reasonToLeave(_ chunk: LineChunk) -> String? {
        if chunk.isDamaged { return "it is damaged" }
        if chunk.isUnsupported { return "it is a file of another kind" }
        return chunk.notes.isEmpty ? nil : "it has a line over 16 MiB, of which the quarantine has only the beginning"
    }

    private static func lastDay(_ batch: EventBatch) -> Int32? {
        (0..<batch.rowCount).map { batch.rows[$0].time }.max().map { CivilDate.day(ofMilliseconds: $0) }
    }

    private func add(_ batch: EventBatch, file: Int, run: UInt32, _ days: inout Set<CompactedDay>) throws {
        var last: Int64?
        func add(_ key: CompactKey, _ line: UnsafeRawBufferPointer) throws {
            let day = key.kind == .event ? key.time / 86_400_000 : -1
            if day != last || day < 0 {
                days.insert(key.day)
                last = day
            }
            guard let sorter else { return }
            keyBytes.truncate(to: 0)
            key.append(to: keyBytes)
            try sorter.add(key: keyBytes.bytes, row: line)
        }
        let chunk = batch.chunk
        for index in 0..<batch.rowCount {
            let row = batch.rows[index]
            let line = chunk.lines[Int(row.line)]
            var key = CompactKey()
            (key.time, key.idHigh, key.idLow, key.hash) = (row.time, row.idHigh, row.idLow, row.contentHash)
            (key.run, key.file, key.line) = (run, UInt32(file), line.number)
            try add(key, chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length)))
        }
        for rejection in batch.rejections {
            var key = Self.key(of: rejection)
            (key.run, key.file, key.line) = (run, UInt32(file), rejection.line)
            try rejection.withRaw { line in
                let hash = XXH3.hash128(line)
                (key.hash, key.moreHash) = (UInt64(truncatingIfNeeded: hash >> 64), UInt64(truncatingIfNeeded: hash))
                try add(key, line)
            }
        }
    }

    /// The key of a rejected line, without what comes from its bytes and its place.
    private static func key(of rejection: Rejection) -> CompactKey {
        var key = CompactKey()
        key.kind = rejection.rule == .malformedJSON ? .malformed : .undated
        if rejection.rule != .eventTimeOutOfRange, case .event(let time, let high, let low) = rejection.identity {
            (key.kind, key.time, key.idHigh, key.idLow) = (.rejected, time, high, low)
        }
        return key
    }

    // MARK: - Writing

    /// The hash of the content that the warehouse has of an identity; nil where it has none.
    private func standing(_ key: CompactKey) throws -> UInt64? {
        try retries.attempt { try warehouse.contentHash(ofEventAt: key.time, idHigh: key.idHigh, idLow: key.idLow) }
    }

    /// The originals with events whose winners are in none of the lines.
    private func losers(_ machine: CompactMachine) throws -> [Int] {
        guard let sorter, try retries.attempt({ try warehouse.hasConflicts() }) else { return [] }
        var losers = CompactLosers(standing: standing)
        let taken = files.indices.map { machine.isTaken($0) }
        var count = 0
        do {
            try sorter.forEach { bytes, _ in
                count += 1
                if count % 16_384 == 0 {
                    if stop.reason != nil { throw CancellationError() }
                    try keepLock()
                }
                guard let key = CompactKey(bytes) else { throw CompactError.unreadableKey }
                if taken[Int(key.file)] { try losers.add(key) }
            }
        } catch is CancellationError {
            report.stopReason = stop.reason
            return []
        }
        try losers.flush()
        return losers.files.map { Int($0) }.filter { !files[$0].isCompacted }.sorted()
    }

    private func write(_ machine: CompactMachine) throws -> [CompactedFile] {
        guard let sorter else { return [] }
        var written: [CompactedFile] = []
        var current: (day: CompactedDay, writer: any CompactWriter)?
        func finish() throws {
            if let writer = current?.writer { written.append(try writer.finish()) }
            current = nil
        }
        var merge = CompactMerge(standing: standing) { [store] day, line in
            if current?.day != day {
                try finish()
                current = (day, try store.begin(day))
            }
            try current?.writer.add(line)
        }
        let taken = files.indices.map { machine.isTaken($0) }
        var count = 0
        do {
            try sorter.drain { bytes, line in
                count += 1
                if count % 16_384 == 0 {
                    if stop.reason != nil { throw CancellationError() }
                    tell(.writing, merge.counts.written)
                    try keepLock()
                }
                guard let key = CompactKey(bytes) else { throw CompactError.unreadableKey }
                if taken[Int(key.file)] { try merge.add(key, line) }
            }
        } catch is CancellationError {
            report.stopReason = stop.reason
            return []
        }
        try merge.flush()
        try finish()
        self.sorter = nil
        try expectBalance(merge.counts, machine)
        report.files = written.map {
            CompactReport.File(name: $0.name, lines: $0.lines, size: $0.size, isMerged: $0.previous != nil)
        }
        report.bytesAfter = written.reduce(0) { $0 + $1.size }
        return written
    }

    /// Checks that each line that was read is written or a duplicate of one that is.
    private func expectBalance(_ counts: CompactMerge.Counts, _ machine: CompactMachine) throws {
        let read = (machine.originals + machine.merged).reduce(0) { $0 + (lines[$1] ?? 0) }
        guard read == counts.read, read == counts.written + counts.duplicates else {
            throw CompactError.unbalanced(read: read, written: counts.written, duplicates: counts.duplicates)
        }
        report.read = read
        report.written = counts.written
        report.duplicates = counts.duplicates
        report.conflicts = counts.conflicts
        report.rejected = counts.rejected
    }

    /// Records the new files as loaded, in one transaction. Their lines were counted by the runs that loaded the originals,
    /// whose checkpoints stay: so their own counts are 0, and a copy of an original that turns up again is skipped.
    private func record(_ written: [CompactedFile]) throws {
        let changes = written.map { file in
            CheckpointChange(
                Checkpoint(file.mark, source: file.name, position: file.end, isComplete: true, counts: LineCounts()),
                previous: file.previous)
        }
        while true {
            do {
                try warehouse.begin()
                try warehouse.record(changes)
                try warehouse.commit()
                return retries.succeeded()
            } catch {
                // The first error is the one to report.
                try? warehouse.rollback()
                if try retries.recover(from: error) == .usable(.committed) { return }
                if stop.reason != nil { throw error }
            }
        }
    }

    private func keepLock() throws { try retries.attempt { try warehouse.keepLock() } }

    private func tell(_ phase: CompactProgress.Phase, _ lines: Int64, plus bytes: Int64 = 0) {
        progress(
            CompactProgress(
                phase: phase, bytes: min(bytesRead + bytes, totalBytes), totalBytes: totalBytes, lines: lines))
    }
}

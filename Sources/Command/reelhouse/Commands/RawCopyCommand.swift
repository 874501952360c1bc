import Arguments
import Domain
import Pipeline

/// `reelhouse copy raw`: copies a raw store into another one. Its options are those of `reelhouse copy`.
enum RawCopyCommand {
    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let from = arguments.string("from") ?? CommonOption.defaultRawStore
        guard let to = arguments.string("to"), !to.isEmpty else {
            throw UsageError(
                "copy raw needs --to",
                hint: "Name the raw store to copy into: \(BackendRegistry.help(BackendRegistry.rawStores)).")
        }
        let (source, sourceLocation) = try Backends.rawStoreBackend(KnownLogin.rawStore(from, context.configuration))
        let (target, targetLocation) = try Backends.rawStoreBackend(KnownLogin.rawStore(to, context.configuration))
        try checkApart(
            (sourceLocation, try source.place(sourceLocation)), (targetLocation, try target.place(targetLocation)))
        let stop = StopSignal()
        let latest = LatestProgress()
        let signals = SignalWatch(
            stop: stop, console: context.console, latest: latest,
            announcement: "Stopping when what was copied is kept; once more stops at once.")
        defer { signals.cancel() }
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: RawCopyReport
        var hasBegun = false
        do {
            defer { ticker.stop() }
            guard try source.isThere(sourceLocation) else {
                throw CommandError(
                    message: "there is no raw store at \(sourceLocation)",
                    hint: "Name the raw store to copy with --from; a run keeps its own where --raw says, by default in "
                        + "\(CommonOption.defaultRawStore).")
            }
            let retryFor = arguments.retryFor
            let copy = RawCopy(
                from: try source.open(sourceLocation, retryFor), to: try target.open(targetLocation, retryFor),
                retryFor: retryFor, stop: stop, logger: context.logger, clock: ProgressLine.monotonicSeconds
            ) { progress in
                hasBegun = true
                latest.value = WorkProgress(label: progress.phase.rawValue, read: progress.count, noun: .entries)
            }
            report = try copy.run()
        } catch let error as any ReportedError where hasBegun && error.kind != .usage {
            throw CommandError(
                message: error.message,
                hint: error.hint + " What was copied stays, and the same command goes on from "
                    + "there.", kind: error.kind)
        }
        context.console.progress.finish()
        let result = RawCopyResult(report: report, from: "\(sourceLocation)", to: "\(targetLocation)")
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        for warning in result.warnings { context.console.report(warning) }
        return result.status
    }

    /// Checks that two raw stores are not one, and that none is within the other.
    private static func checkApart(
        _ source: (location: Location, place: RawStorePlace), _ target: (location: Location, place: RawStorePlace)
    ) throws {
        if source.place == target.place {
            throw CommandError(
                message: "the raw store \(source.location) cannot be copied into itself",
                hint: "Name another place with --to.", kind: .usage)
        }
        for (inner, outer) in [(source, target), (target, source)] where outer.place.contains(inner.place) {
            throw CommandError(
                message: "the raw store \(inner.location) lies within \(outer.location)",
                hint: "Name a place with --to that is neither in the raw store that is copied nor around it.",
                kind: .usage)
        }
    }
}

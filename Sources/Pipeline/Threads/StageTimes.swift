#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A part of a load whose time is measured.
public enum LoadStage: String, CaseIterable, Sendable {
    /// Opening the sources, and reading from the ledger which of them are loaded.
    case plan
    /// Reading and decompressing sources, and finding their lines.
    case read
    /// Parsing and cleaning lines.
    case decode
    /// Enriching, sorting and inserting events.
    case insert
    /// Merging events in memory.
    case merge
    /// Replacing the rows of movies, and merging rows of the tables that they share.
    case movies
    /// Upserting the merged rows.
    case upsert
    /// Making missing indexes, and updating the statistics of the query planner.
    case indexes
    /// Committing, and making the raw store durable.
    case commit
    /// Enriching facts again, and refreshing the marts.
    case marts
    /// Counting the rows of the tables, before and after.
    case count
}

/// How long a stage took, summed over all its threads.
public struct StageTime: Sendable, Equatable {
    /// Elapsed time in seconds.
    public var seconds = 0.0
    /// CPU time in seconds.
    public var cpuSeconds = 0.0

    static func + (left: StageTime, right: StageTime) -> StageTime {
        StageTime(seconds: left.seconds + right.seconds, cpuSeconds: left.cpuSeconds + right.cpuSeconds)
    }

    /// The current time of the two clocks, for the calling thread.
    static var now: StageTime { StageTime(seconds: read(CLOCK_MONOTONIC), cpuSeconds: read(CLOCK_THREAD_CPUTIME_ID)) }

    /// Seconds of the monotonic clock.
    static var monotonicSeconds: Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        // It can only fail for a clock that does not exist.
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Sums up how long each stage takes. All threads of a run use one object, once for each chunk or group.
final class StageTimes: Sendable {
    private let times = Guarded<[LoadStage: StageTime]>([:])

    /// The sums so far.
    var all: [LoadStage: StageTime] { times.withLock { $0 } }

    /// Calls `body`, and adds its time to a stage.
    func measure<Result, Failure: Error>(
        _ stage: LoadStage, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = StageTime.now
        defer {
            let end = StageTime.now
            let spent = StageTime(
                seconds: end.seconds - start.seconds, cpuSeconds: end.cpuSeconds - start.cpuSeconds)
            times.withLock { $0[stage] = ($0[stage] ?? StageTime()) + spent }
        }
        return try body()
    }
}

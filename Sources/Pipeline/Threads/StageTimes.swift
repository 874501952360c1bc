#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A part of a load whose time is measured.
public enum LoadStage: String, CaseIterable, Sendable {
    /// Knowing sources by their bytes, and asking the warehouse which of them are loaded.
    case plan
    /// Reading and decompressing, and finding the lines.
    case read
    /// Decoding and cleaning.
    case decode
    /// Enriching and sorting events, and inserting the facts.
    case insert
    /// Merging events in memory.
    case merge
    /// Replacing the rows of movies, and merging what they name.
    case movies
    /// Upserting what is merged.
    case upsert
    /// Making the indexes that are missing, and the planner's statistics.
    case indexes
    /// Committing, and making the raw store durable.
    case commit
    /// Enriching facts anew, and the marts.
    case marts
    /// Counting the rows of the tables, before and after.
    case count
}

/// How long a stage took, over all threads that worked at it.
public struct StageTime: Sendable, Equatable {
    /// Seconds of the wall.
    public var seconds = 0.0
    /// Seconds of its threads' own clocks.
    public var cpuSeconds = 0.0

    static func + (left: StageTime, right: StageTime) -> StageTime {
        StageTime(seconds: left.seconds + right.seconds, cpuSeconds: left.cpuSeconds + right.cpuSeconds)
    }

    /// The time of now, of the calling thread.
    static var now: StageTime { StageTime(seconds: read(CLOCK_MONOTONIC), cpuSeconds: read(CLOCK_THREAD_CPUTIME_ID)) }

    /// Seconds of a clock that nobody sets.
    static var monotonicSeconds: Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        // It fails for clocks that do not exist alone, and these two do.
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Adds up how long each stage takes; used by all threads of a run, once a chunk or group.
final class StageTimes: Sendable {
    private let times = Guarded<[LoadStage: StageTime]>([:])

    /// What is added up so far.
    var all: [LoadStage: StageTime] { times.withLock { $0 } }

    /// Does something that belongs to a stage.
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

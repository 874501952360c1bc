/// Decides when a topic that is followed is looked at, which of its partitions do not get on, and for how long brokers are
/// waited for. It is a state machine without I/O, and knows no clock: its user says what the time is, in seconds.
///
///     var watch = FollowWatch(patience: 300, at: now)
///     if watch.isLookDue(at: now) { … ask the brokers for the topic … }
///     watch.foundNothing(at: now)                                     // Nothing that was fetched waits to be read.
///     let stalled = watch.saw(ends, positions: positions, at: now)    // These have to be fetched anew.
///
/// A partition does not get on when it had records at the last look, and at this one its position is still the same
/// although everything that was fetched in the meantime has been read.
struct FollowWatch {
    /// What was seen of the partitions.
    private struct Look {
        var time: Double
        var ends: [Int32: Int64]
        var positions: [Int32: Int64]
    }

    /// The times that it goes by, in seconds.
    struct Pace: Sendable {
        /// From one look to the next.
        var interval = 10.0
        /// To the next look after an error of a partition.
        var shortInterval = 1.0
        /// For how long records have to be on their way before they are missed.
        var timeToFetch = 5.0
        /// For how long a topic may be missing, as it is while it is made anew.
        var timeToReappear = 15.0
    }

    private let pace: Pace
    private let patience: Double
    private var nextLook: Double
    private var isLooking = false
    private var last: Look?
    private var lastEmpty: Double?
    private var failingSince: Double?

    /// A watch that begins now.
    ///
    /// - Parameter patience: for how many seconds brokers are waited for.
    init(patience: Double, pace: Pace = Pace(), at now: Double) {
        self.pace = pace
        self.patience = patience
        nextLook = now + pace.interval
    }

    /// Whether the topic has to be looked at now; it is then being looked at.
    mutating func isLookDue(at now: Double) -> Bool {
        guard !isLooking, now >= nextLook else { return false }
        isLooking = true
        return true
    }

    /// A partition has an error: the topic is looked at soon.
    mutating func noteError(at now: Double) { nextLook = min(nextLook, now + pace.shortInterval) }

    /// Everything that was fetched has been read.
    mutating func foundNothing(at now: Double) { lastEmpty = now }

    /// The topic was looked at.
    ///
    /// - Parameters:
    ///   - ends: up to where the records of each partition may be read.
    ///   - positions: how far each is read.
    /// - Returns: the partitions that do not get on.
    mutating func saw(_ ends: [Int32: Int64], positions: [Int32: Int64], at now: Double) -> [Int32] {
        defer {
            last = Look(time: now, ends: ends, positions: positions)
            (isLooking, nextLook, failingSince) = (false, now + pace.interval, nil)
        }
        guard let last, let lastEmpty, lastEmpty >= last.time + pace.timeToFetch else { return [] }
        return positions.filter { partition, position in
            last.positions[partition] == position && position < last.ends[partition, default: 0]
        }.map(\.key).sorted()
    }

    /// Partitions are fetched anew: what was seen before says nothing any more.
    mutating func begin() { (last, lastEmpty) = (nil, nil) }

    /// The topic could not be looked at.
    ///
    /// - Parameters:
    ///   - isMissing: whether a broker says that there is no such topic.
    ///   - mayRetry: whether it may succeed later.
    ///   - lastRecord: when the last record came.
    /// - Returns: whether to give up.
    mutating func failed(isMissing: Bool, mayRetry: Bool, lastRecord: Double, at now: Double) -> Bool {
        let since = failingSince ?? now
        (isLooking, failingSince, nextLook) = (false, since, now + pace.shortInterval)
        if isMissing { return now - since >= pace.timeToReappear }
        return !mayRetry || now - max(since, lastRecord) >= patience
    }
}

/// Decides what a fetch asks next, and what an answer means for the rest. It does no I/O and knows no clock: its user says
/// what the time is, in seconds since a fixed moment.
///
/// ```
/// var machine = FetchMachine(items, limits: limits)
/// while true {
///     switch machine.next(at: now) {
///     case .ask(let item): service.ask(item)
///     case .wait(let seconds): take answers for at most so long, and tell `machine.answered` of each
///     case .done: return
///     }
/// }
/// ```
///
/// Every item is asked for until it is settled or given up. Requests are spread by the rate, and no more than so many are
/// under way. A limit that the service tells stops all of them together, and costs no item a try; so does a connection that
/// worked before and was closed. A service that cannot be reached from the beginning on is tried three times. After 20 items in a row that were given up without an answer between them, or when
/// nothing was settled for as long as is tried again, the whole fetch stops.
struct FetchMachine<Item: Hashable & Sendable>: Sendable {
    /// What bounds the requests.
    struct Limits: Sendable, Equatable {
        /// The most requests a second; infinite for no limit.
        var rate: Double
        /// The most requests under way.
        var inFlight: Int
        /// How often an item is tried.
        var tries = 5
        /// For how many seconds is tried again when nothing is settled.
        var retryFor: Double
    }

    /// What to do next.
    enum Step: Equatable {
        /// Ask for an item.
        case ask(Item, needsNewConnection: Bool)
        /// Wait for answers, for at most so many seconds.
        case wait(Double)
        /// Everything is settled or given up.
        case done
    }

    /// What came of a request.
    enum Event: Equatable {
        /// An answer that needs no other try, whatever it says.
        case settled
        /// Too many requests; all wait for so long. Nil where the service does not say.
        case limited(seconds: Double?)
        /// A connection was closed that had worked before, or nothing came on it.
        case closed(wasSilent: Bool)
        /// There is no connection.
        case unreachable
        /// The request failed.
        case failed(mayRetry: Bool)
        /// The service answers that there can be no such item.
        case wrong
    }

    /// What is made of it.
    enum Decision: Equatable {
        /// The item is settled.
        case settled
        /// The item is asked for again.
        case again
        /// All requests wait for so many seconds; to be told to the user.
        case paused(seconds: Double)
        /// The item is not asked for again.
        case givenUp
        /// Nothing is asked for any more.
        case stop(StopReason)
    }

    /// Why nothing is asked for any more.
    enum StopReason: Equatable, Sendable {
        /// The service asks for a longer pause than is tried again.
        case pauseTooLong(seconds: Double)
        /// Nothing was settled for as long as is tried again.
        case timeIsOver
        /// So many items in a row were given up.
        case tooManyFailures(Int)
        /// There was no connection from the beginning on.
        case neverConnected
    }

    /// How many connections that were closed under an item cost it no try; of those that were silent only the first.
    static var freeClosings: Int { 10 }
    /// How often a service is tried that never answered: a wrong address should be told soon.
    static var mostFirstPauses: Int { 2 }
    /// How many items may be given up in a row.
    static var mostGivenUpInARow: Int { 20 }

    private struct Delayed {
        var item: Item
        var due: Double
    }

    private struct Tries {
        var failures = 0
        var closings = 0
        var needsNewConnection = false
    }

    private let limits: Limits
    private var bucket: SendRate
    private var fresh: ArraySlice<Item>
    private var delayed: [Delayed] = []
    private var tries: [Item: Tries] = [:]
    /// When each request that is under way began.
    private var inFlight: [Item: Double] = [:]
    private var pausedUntil = -Double.infinity
    /// Pauses since something was settled.
    private var pauses = 0
    /// Since when nothing was settled although something failed.
    private var troubleSince: Double?
    private var lastSettled = -Double.infinity
    private var givenUpInARow = 0
    /// Whether the service ever answered anything.
    private var hasAnswered = false
    /// How many items are settled.
    private(set) var settled = 0
    /// How many requests were made again.
    private(set) var retries = 0

    init(_ items: [Item], limits: Limits) {
        self.limits = limits
        fresh = items[...]
        bucket = SendRate(limits.rate.isFinite ? limits.rate : nil)
    }

    /// How many requests are under way.
    var underWay: Int { inFlight.count }

    /// Adds an item, to be asked for after those that are there.
    mutating func add(_ item: Item) { fresh.append(item) }

    /// What to do next.
    mutating func next(at now: Double) -> Step {
        if fresh.isEmpty, delayed.isEmpty, inFlight.isEmpty { return .done }
        guard inFlight.count < limits.inFlight else { return .wait(1) }
        if pausedUntil > now { return .wait(pausedUntil - now) }
        let due = delayed.indices.min { delayed[$0].due < delayed[$1].due }
        let isDue = due.map { delayed[$0].due <= now } ?? false
        guard isDue || !fresh.isEmpty else { return .wait(due.map { delayed[$0].due - now } ?? 1) }
        let wait = bucket.delay(at: now)
        if wait > 0 { return .wait(wait) }
        let item: Item
        if isDue, let due {
            item = delayed.swapRemove(at: due).item
        } else if let first = fresh.popFirst() {
            item = first
        } else {
            return .wait(1)
        }
        bucket.sent(at: now)
        inFlight[item] = now
        return .ask(item, needsNewConnection: tries[item]?.needsNewConnection ?? false)
    }

    /// Tells what came of a request.
    ///
    /// - Parameter jitter: 0 to 1, at random.
    mutating func answered(_ item: Item, _ event: Event, at now: Double, jitter: Double) -> Decision {
        let begun = inFlight.removeValue(forKey: item) ?? now
        if event != .unreachable { hasAnswered = true }
        switch event {
        case .settled:
            tries[item] = nil
            (settled, pauses, givenUpInARow) = (settled + 1, 0, 0)
            (troubleSince, lastSettled) = (nil, now)
            return .settled
        case .wrong:
            tries[item] = nil
            (pauses, givenUpInARow, troubleSince, lastSettled) = (0, 0, nil, now)
            return .givenUp
        case .limited(let seconds):
            delay(item, until: now)
            return pause(seconds, begun: begun, at: now, jitter: jitter)
        case .unreachable where lastSettled <= begun:
            if !hasAnswered, pauses >= Self.mostFirstPauses, pausedUntil <= now { return .stop(.neverConnected) }
            delay(item, until: now)
            tries[item, default: Tries()].needsNewConnection = true
            return pause(nil, begun: begun, at: now, jitter: jitter)
        case .closed(let wasSilent):
            var tried = tries[item] ?? Tries()
            tried.closings += 1
            tried.needsNewConnection = wasSilent
            tries[item] = tried
            let isFree = tried.closings <= (wasSilent ? 1 : Self.freeClosings)
            if isFree {
                delay(item, until: now + Self.backoff(tried.closings, first: 0.05, jitter: jitter))
                return trouble(at: now).map { .stop($0) } ?? .again
            }
            return failed(item, mayRetry: true, at: now, jitter: jitter)
        case .unreachable: return failed(item, mayRetry: true, at: now, jitter: jitter)
        case .failed(let mayRetry): return failed(item, mayRetry: mayRetry, at: now, jitter: jitter)
        }
    }

    private mutating func failed(_ item: Item, mayRetry: Bool, at now: Double, jitter: Double) -> Decision {
        var tried = tries[item] ?? Tries()
        tried.failures += 1
        tried.needsNewConnection = true
        guard mayRetry, tried.failures < limits.tries else {
            tries[item] = nil
            givenUpInARow += 1
            return givenUpInARow >= Self.mostGivenUpInARow ? .stop(.tooManyFailures(givenUpInARow)) : .givenUp
        }
        tries[item] = tried
        delay(item, until: now + Self.backoff(tried.failures, first: 0.5, jitter: jitter))
        return .again
    }

    private mutating func delay(_ item: Item, until due: Double) {
        delayed.append(Delayed(item: item, due: due))
        retries += 1
    }

    /// Lets all requests wait. Those that were under way when the pause began do not make it longer by themselves.
    private mutating func pause(_ seconds: Double?, begun: Double, at now: Double, jitter: Double) -> Decision {
        if let seconds, seconds > limits.retryFor { return .stop(.pauseTooLong(seconds: seconds)) }
        if let reason = trouble(at: now) { return .stop(reason) }
        let end: Double
        if let seconds {
            end = now + seconds
        } else if pausedUntil > now {
            return .again
        } else {
            end = now + Self.backoff(pauses + 1, first: 1, jitter: jitter)
        }
        guard end > pausedUntil else { return .again }
        let isNew = pausedUntil <= now
        pausedUntil = end
        if isNew { pauses += 1 }
        return isNew ? .paused(seconds: end - now) : .again
    }

    /// The reason to stop where nothing was settled for too long.
    private mutating func trouble(at now: Double) -> StopReason? {
        let since = troubleSince ?? now
        troubleSince = since
        return now - since > limits.retryFor || limits.retryFor == 0 ? .timeIsOver : nil
    }

    /// Doubled after each failure, at most 30 s; the jitter takes off up to a half.
    private static func backoff(_ failures: Int, first: Double, jitter: Double) -> Double {
        var delay = first
        for _ in 1..<max(1, failures) where delay < 30 { delay *= 2 }
        return min(delay, 30) * (0.5 + min(max(jitter, 0), 1) / 2)
    }
}

extension Array {
    /// Removes an element, whose place the last one takes.
    fileprivate mutating func swapRemove(at index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}

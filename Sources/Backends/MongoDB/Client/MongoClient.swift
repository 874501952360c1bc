import CMongo
import Dispatch
import Domain
import Glibc
import Synchronization

/// The connections to the servers of a location: one pool of libmongoc's clients. Nothing that it waits for lasts longer
/// than its limits, and a request to stop (`StopRequest`) shortens each wait.
///
///     let client = try MongoClient(MongoLocation("mongodb://localhost/tmdb_data", .database))
///     let answer = try client.run(["count": "raw_movies"], "counting documents")
///
/// Used by one thread at a time.
final class MongoClient {
    /// The limits on waits, in seconds. The URL may have others.
    struct Limits: Sendable {
        /// For a server that takes the work (`serverSelectionTimeoutMS`).
        var selection = 8.0
        /// For a connection (`connectTimeoutMS`).
        var connection = 5.0
        /// Between two looks at a server (`heartbeatFrequencyMS`). A server that said that it is not the primary is not
        /// used until the next one, so that it has to be shorter than the search for a server.
        var heartbeat = 2.0
        /// For an answer (`socketTimeoutMS`).
        var answer = 60.0
        /// For an answer after the program was asked to stop.
        var answerOnStop = 5.0

        /// The usual limits, but for a server that is looked for.
        ///
        /// - Parameter patience: for how long at most; nil and zero for the usual time.
        init(patience: Duration? = nil) {
            guard let patience, patience > .zero else { return }
            selection = min(selection, max(1, patience / .seconds(1)))
        }
    }

    /// What it is connected to.
    let location: MongoLocation
    private let limits: Limits
    private let holder: PoolHolder
    private let isStopRequested: @Sendable () -> Bool

    /// Makes a client. It connects when it is used.
    ///
    /// - Throws: `MongoError` with the problem `.location` or `.encryption` (a file that cannot be used).
    init(
        _ location: MongoLocation, limits: Limits = Limits(),
        isStopRequested: @escaping @Sendable () -> Bool = { StopRequest.isMade }
    ) throws(MongoError) {
        self.location = location
        self.limits = limits
        self.isStopRequested = isStopRequested
        do throws(MongoError) {
            try location.files.check()
        } catch {
            throw error.during("", at: location.description)
        }
        holder = PoolHolder(try MongoURI(location, limits: limits))
    }

    // MARK: Calls

    /// Calls functions of libmongoc that block, on a thread of their own, and waits for them.
    ///
    ///     try client.call("counting documents") { client throws(MongoError) in … mongoc_client_… (client.pointer, …) }
    ///
    /// - Parameters:
    ///   - activity: what is done, for the error: "writing documents".
    ///   - work: gets a client of the pool. It may go on after this has thrown; then nobody else uses what it uses.
    /// - Throws: `MongoError`: `.unreachable` and the like, `.interrupted`, or what `work` throws.
    func call<Answer>(
        _ activity: String, _ work: @escaping (PooledClient) throws(MongoError) -> Answer
    ) throws(MongoError) -> Answer {
        let (handover, pending, holder) = (Handover(work), Pending<Result<Answer, MongoError>>(), holder)
        let start = MongoClient.now
        DispatchQueue(label: "reelhouse.mongodb.call").async {
            do throws(MongoError) {
                pending.set(.success(try handover.value(PooledClient(holder.pool()))))
            } catch {
                pending.set(.failure(error))
            }
        }
        var stoppingSince: Double?
        while true {
            if let result = pending.get(waiting: 50) {
                switch result {
                case .success(let answer): return answer
                case .failure(let error): throw told(error, since: start).during(activity, at: location.description)
                }
            }
            guard isStopRequested() else { continue }
            let since = stoppingSince ?? MongoClient.now
            stoppingSince = since
            // While no server can be reached, there is no answer to wait for.
            let limit = holder.watch.lastFailure == nil ? limits.answerOnStop : 0
            if MongoClient.now - since >= limit {
                throw MongoError(
                    .interrupted, "the program was asked to stop", activity: activity, place: "\(location)")
            }
        }
    }

    /// An error with what else a user has to know of it.
    private func told(_ error: MongoError, since start: Double) -> MongoError {
        let known = error.explained(by: holder.watch.lastFailure).afterWaiting(MongoClient.now - start)
        return location.hasLogin ? known : known.withoutLogin()
    }

    /// Seconds of a clock that never goes back.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A value that is given to another thread, or back by it.
struct Handover<Value>: @unchecked Sendable {
    // Sendable because the one thread uses the value no more from then on: `MongoClient.call` waits, and where it stops
    // waiting, it forgets the value.

    /// The value.
    let value: Value

    init(_ value: Value) { self.value = value }
}

/// A value that another thread sets once.
private final class Pending<Value>: Sendable {
    private let value = Mutex<Handover<Value>?>(nil)
    private let isSet = DispatchSemaphore(value: 0)

    func set(_ new: Value) {
        let handover = Handover(new)
        value.withLock { $0 = handover }
        isSet.signal()
    }

    /// The value; nil when it is not set within the time.
    func get(waiting milliseconds: Int) -> Value? {
        guard isSet.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
        return value.withLock { $0 }?.value
    }
}

import CKafka
import Dispatch
import Domain
import Glibc
import Synchronization

/// A client of a Kafka cluster, for one topic: a consumer or a producer of librdkafka. Nothing that it waits for lasts
/// longer than its limits, and a request to stop (`StopRequest`) ends each wait at once.
///
///     let client = try KafkaClient(KafkaLocation("kafka://localhost/user_logs"), .inspecting)
///     let topic = try client.topic()                                 // brokers and partitions
///     let ends = try client.offsets(of: topic.numbers, at: .end)     // [0: 42, 1: 17]
///
/// Used by one thread at a time.
public final class KafkaClient {
    /// What a client is for.
    public enum Role: Sendable {
        /// Asks for metadata and offsets; its ends of partitions include records of transactions that are not ended.
        case inspecting
        /// Reads some partitions, while other clients read other topics, so many in all; its ends of partitions are those
        /// of the committed records.
        case reading(partitions: Int, topics: Int = 1)
        /// Writes, with these properties beside those of the location.
        case writing([String: String])
    }

    /// The limits on waits, in seconds.
    public struct Limits: Sendable {
        /// For an answer, while a broker is connected.
        public var answer = 20.0
        /// For an answer, while no broker is connected.
        public var connection = 5.0

        /// The defaults.
        public init() {}
    }

    /// What it is connected to.
    public let location: KafkaLocation
    let handle: KafkaHandle
    /// What is known of its connections.
    private(set) var connections = ConnectionState()
    /// When the last wait began.
    private var lastWait = KafkaClient.now
    private let limits: Limits
    private let isStopRequested: @Sendable () -> Bool

    /// Makes a client. It connects when it is used.
    ///
    /// - Throws: `KafkaError` with the problem `.location` for properties that do not fit each other.
    public init(
        _ location: KafkaLocation, _ role: Role, limits: Limits = Limits(),
        isStopRequested: @escaping @Sendable () -> Bool = { StopRequest.isMade }
    ) throws(KafkaError) {
        self.location = location
        self.limits = limits
        self.isStopRequested = isStopRequested
        try KafkaProperties.checkFiles(location.properties)
        let configuration = try KafkaConfiguration()
        let settings = ClientSettings(location, role)
        for (name, value) in settings.inOrder { try configuration.set(name, value) }
        handle = try KafkaHandle(
            configuration, settings.isProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER,
            hasRecords: settings.hasRecords, place: location.description)
    }

    // MARK: Waiting

    /// Calls a function of librdkafka that blocks, on a thread of its own, and waits for it.
    ///
    /// - Parameters:
    ///   - activity: what is done, for the error: "asking for the partitions".
    ///   - call: gets the client and the most milliseconds that it may take. It may go on after this has thrown.
    /// - Throws: `KafkaError`: `.unreachable` and the like, or `.interrupted`.
    func wait<Answer: Sendable>(
        for activity: String, _ call: @escaping @Sendable (OpaquePointer, Int32) -> Answer
    ) throws(KafkaError) -> Answer {
        let answer = Pending<Answer>()
        let (handle, milliseconds) = (handle, Int32(limits.answer * 1000))
        DispatchQueue(label: "reelhouse.kafka.call").async {
            answer.set(call(handle.pointer, milliseconds))
        }
        let start = KafkaClient.now
        lastWait = start
        while true {
            if let value = answer.get(waiting: 50) { return value }
            takeEvents()
            if isStopRequested() { throw interrupted.during(activity, at: location.description) }
            // The call itself has the same limit, and knows better why it got no answer.
            let failure = connections.failure(
                waitingSince: start, now: KafkaClient.now, limit: limits.answer + 1, downLimit: limits.connection)
            if let failure { throw failure.during(activity, at: location.description) }
        }
    }

    /// The error of a call, with what is known of the connections when it got no answer.
    ///
    /// - Parameter waited: for how many seconds it was asked; nil for the time of the last wait.
    func failure(
        _ code: rd_kafka_resp_err_t, during activity: String, waited: Double? = nil
    ) -> KafkaError {
        takeEvents()
        let error = KafkaError(code)
        let cause = error.problem == .unreachable ? connections.refusal ?? connections.lastLoss : nil
        let failed = (cause ?? error).during(activity, at: location.description)
        return failed.kind == .unreachable ? failed.afterWaiting(waited ?? KafkaClient.now - lastWait) : failed
    }

    /// The error of a wait that a request to stop has ended.
    var interrupted: KafkaError { KafkaError(.interrupted, "the program was asked to stop") }

    /// Takes the events that are there, and notes what they say of the connections.
    ///
    /// - Parameter other: called with each event that is neither a log line nor an error of the client.
    func takeEvents(_ other: (KafkaEvent) -> Void = { _ in }) {
        while let event = KafkaEvent.next(of: handle.events, milliseconds: 0) {
            switch event.kind {
            case RD_KAFKA_EVENT_ERROR: if let error = event.error { note(error, event.errorCode) }
            case RD_KAFKA_EVENT_LOG: break
            default: other(event)
            }
        }
    }

    /// Notes an error of the client or of one of its connections.
    func note(_ error: KafkaError, _ code: rd_kafka_resp_err_t) {
        let fatal = code == RD_KAFKA_RESP_ERR__FATAL ? fatalError : nil
        connections.add(
            fatal ?? error, isAllDown: code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, isFatal: fatal != nil,
            at: KafkaClient.now)
    }

    /// Why the client can do no more; nil as long as it can. A producer without a right ends so too.
    var fatalError: KafkaError? {
        var words = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(handle.pointer, &words, words.count)
        guard cause != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = KafkaError(cause, KafkaText.string(words))
        // Another client would meet the same lack of rights, but not the other causes.
        if ![.permission, .authentication].contains(error.problem) { error.problem = .fatal }
        return error
    }

    /// Notes that something came from a broker.
    func succeeded() { connections.succeeded() }

    /// Whether the program was asked to stop.
    var isStopping: Bool { isStopRequested() }

    /// Seconds of a clock that never goes back.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A value that another thread sets once.
private final class Pending<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let isSet = DispatchSemaphore(value: 0)

    func set(_ new: Value) {
        value.withLock { $0 = new }
        isSet.signal()
    }

    /// The value; nil when it is not set within the time.
    func get(waiting milliseconds: Int) -> Value? {
        guard isSet.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
        return value.withLock { $0 }
    }
}

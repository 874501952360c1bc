import CPostgres
import Dispatch
import Glibc

/// Connects on a separate thread. Resolving a host name and asking a Kerberos server can block a thread for minutes,
/// and cannot be cancelled; when the deadline has passed, the caller abandons the thread.
///
/// libpq applies `connect_timeout` only in its blocking calls; here each address has a deadline of its own.
///
/// Sendable because `lock` guards the state, and nothing else changes.
final class ConnectionAttempt: @unchecked Sendable {
    /// A connection that libpq made. Sendable because the thread that made it does not use it after giving it away.
    struct Made: @unchecked Sendable {
        let handle: OpaquePointer
        let applicationName: String
    }

    private enum State {
        case connecting
        case abandoned
        case ended(Result<Made, PostgresError>)
    }

    private let location: PostgresLocation
    private let options: PostgresOptions
    private var state = State.connecting
    private let lock = DispatchSemaphore(value: 1)
    /// Signalled when the thread is done.
    private let done = DispatchSemaphore(value: 0)

    private init(_ location: PostgresLocation, _ options: PostgresOptions) {
        self.location = location
        self.options = options
    }

    /// Makes a connection.
    ///
    /// - Throws: `PostgresError`: `.unreachable` and the like, or `.interrupted` when the program is asked to stop.
    static func connect(_ location: PostgresLocation, _ options: PostgresOptions) throws(PostgresError) -> Made {
        let attempt = ConnectionAttempt(location, options)
        guard startThread({ attempt.run() }) else { throw attempt.error(.other, "the system starts no thread") }
        let end = MonotonicTime.now + options.deadlines.connectInAll + .seconds(1)
        while attempt.done.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            let isStopping = options.isStopRequested()
            guard isStopping || MonotonicTime.now > end else { continue }
            if let made = attempt.abandon() { return try made.get() }
            if isStopping { throw attempt.error(.interrupted, "the program was asked to stop") }
            throw attempt.error(
                .unreachable, "no connection within \(options.deadlines.connectInAll.components.seconds) s")
        }
        guard let made = attempt.abandon() else { throw attempt.error(.other, "the connecting thread gave nothing") }
        return try made.get()
    }

    /// Starts a detached thread.
    private static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// The thread's result when it is done. Otherwise the thread is told to close the connection that it makes.
    private func abandon() -> Result<Made, PostgresError>? {
        withLock {
            if case .ended(let result) = state { return result }
            state = .abandoned
            return nil
        }
    }

    private var isAbandoned: Bool {
        withLock { if case .abandoned = state { true } else { false } }
    }

    private func withLock<Value>(_ body: () -> Value) -> Value {
        lock.wait()
        defer { lock.signal() }
        return body()
    }

    private func error(_ problem: PostgresProblem, _ words: String) -> PostgresError {
        PostgresError(problem, words, activity: PostgresError.connecting, place: location.description)
    }

    // MARK: On the thread

    private func run() {
        let result: Result<Made, PostgresError>
        do throws(PostgresError) { result = .success(try connect()) } catch { result = .failure(error) }
        let isWanted = withLock {
            if case .abandoned = state { return false }
            state = .ended(result)
            return true
        }
        done.signal()
        if !isWanted, case .success(let made) = result { PQfinish(made.handle) }
    }

    private func connect() throws(PostgresError) -> Made {
        let configured = try configuration()
        var parameters = ConnectionParameters(
            location, options, configured: configured, canSayPrimary: PQlibVersion() >= 140_000)
        var hosts: [ConnectionParameters.Host]?
        let end = MonotonicTime.now + options.deadlines.connectInAll
        while true {
            let run = ConnectionRun(
                place: location.description, parameters: parameters, limit: options.deadlines.connect, end: end,
                isAbandoned: { [unowned self] in isAbandoned })
            switch try run.connect() {
            case .connected(let handle): return Made(handle: handle, applicationName: parameters.applicationName)
            case .silent(let effective, let host, let error):
                // The host accepted the connection and then did not answer: try the other hosts.
                let all = hosts ?? ConnectionParameters.hosts(of: effective)
                let others = all.filter { $0.name != host.name || $0.port != host.port }
                guard !others.isEmpty, others.count < all.count, MonotonicTime.now < end else { throw error }
                hosts = others
                parameters = parameters.with(hosts: others)
            }
        }
    }

    /// The parameters that the environment and service files set.
    private func configuration() throws(PostgresError) -> [String: String] {
        guard location.parameters["service"] != nil || getenv("PGSERVICE") != nil else {
            guard let options = PQconndefaults() else { return [:] }
            defer { PQconninfoFree(options) }
            let values = PostgresLocation.values(of: options)
            // The location's own are checked already; the others are those of the environment.
            try URLParameters.checkValues(values.filter { location.parameters[$0.key] == nil })
            return values
        }
        // libpq reads service files only when a connection is started.
        let handle = ConnectionRun.start(location.parameters)
        defer { PQfinish(handle) }
        guard let handle, let options = PQconninfo(handle) else { throw error(.other, "no memory left") }
        defer { PQconninfoFree(options) }
        let values = PostgresLocation.values(of: options)
        // If libpq could not read its options, the defaults are missing too.
        guard values["port"] != nil else {
            throw error(.location, PostgresError.oneLine(String(cString: PQerrorMessage(handle))))
        }
        return values
    }
}

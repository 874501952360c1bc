import CPostgres
import Glibc

/// Runs one attempt of libpq to connect, which may try several hosts and addresses.
struct ConnectionRun {
    /// The outcome of an attempt that did not fail.
    enum Outcome {
        /// There is a connection, which the caller owns.
        case connected(OpaquePointer)
        /// A host accepted the connection and then did not answer. `effective` has the parameters that libpq used.
        case silent(effective: [String: String], host: ConnectionParameters.Host, error: PostgresError)
    }

    let place: String
    let parameters: ConnectionParameters
    /// The time for one address, unless `connect_timeout` is set.
    let limit: Duration
    /// The deadline of the whole attempt.
    let end: MonotonicTime
    let isAbandoned: () -> Bool

    /// Starts a connection with parameters by libpq's names; nil when there is no memory.
    static func start(_ values: [String: String]) -> OpaquePointer? {
        let sorted = values.sorted { $0.key < $1.key }
        var keywords: [UnsafePointer<CChar>?] = sorted.map { UnsafePointer(strdup($0.key)) } + [nil]
        var texts: [UnsafePointer<CChar>?] = sorted.map { UnsafePointer(strdup($0.value)) } + [nil]
        defer { for text in keywords + texts { free(UnsafeMutablePointer(mutating: text)) } }
        return PQconnectStartParams(&keywords, &texts, 0)
    }

    /// Makes the attempt.
    ///
    /// - Throws: `PostgresError`; libpq's handle is closed then.
    func connect() throws(PostgresError) -> Outcome {
        let start = MonotonicTime.now
        guard let handle = ConnectionRun.start(parameters.values) else {
            throw PostgresError(.other, "no memory left", activity: PostgresError.connecting, place: place)
        }
        var isKept = false
        defer { if !isKept { PQfinish(handle) } }
        // The SQLSTATE of a refusal is only in the message, and only in a verbose one.
        _ = PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
        let effective = effectiveValues(handle)
        let limit = ConnectionRun.limit(effective["connect_timeout"], else: self.limit)
        var progress = Progress(handle)
        var next = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        var addressEnd = MonotonicTime.now + limit
        var silentPlaces: [String] = []
        var silentAddress: String?
        while true {
            switch next {
            case PGRES_POLLING_OK:
                isKept = true
                return .connected(handle)
            case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
                let isReady = wait(
                    handle, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: min(addressEnd, end))
                if !isReady {
                    if isAbandoned() {
                        throw PostgresError(.interrupted, "given up", activity: PostgresError.connecting, place: place)
                    }
                    silentPlaces.append(progress.place)
                    silentAddress = progress.address
                    guard progress.status == CONNECTION_STARTED, MonotonicTime.now < end else {
                        return .silent(
                            effective: effective, host: progress.host,
                            error: silence(silentPlaces, limit, others: ""))
                    }
                    // libpq notices that the attempt failed, and tries the next address.
                    shutdown(PQsocket(handle), Int32(SHUT_RDWR))
                }
            default:
                let words = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
                guard silentPlaces.isEmpty else { throw silence(silentPlaces, limit, others: words) }
                throw failure(words, progress, handle, since: start)
            }
            let address = progress.address
            // One call may read this answer and fail in the handshake, after which nothing of it is left.
            if progress.status == CONNECTION_SSL_STARTUP, isEncryptionAgreed(handle) { progress.isEncrypting = true }
            next = PQconnectPoll(handle)
            if next != PGRES_POLLING_FAILED { progress = Progress(handle) }
            if progress.address != address || silentAddress == address {
                addressEnd = MonotonicTime.now + limit
                silentAddress = nil
            }
        }
    }

    /// The progress of an attempt.
    private struct Progress {
        let status: ConnStatusType
        let host: ConnectionParameters.Host
        /// Whether the two sides have begun to agree on encryption.
        var isEncrypting: Bool

        init(_ handle: OpaquePointer) {
            status = PQstatus(handle)
            let text = { (value: UnsafeMutablePointer<CChar>?) in value.map { String(cString: $0) } ?? "" }
            host = .init(name: text(PQhost(handle)), address: text(PQhostaddr(handle)), port: text(PQport(handle)))
            isEncrypting = status == CONNECTION_SSL_STARTUP && PQsslStruct(handle, "OpenSSL") != nil
        }

        var address: String { "\(host.name) \(host.address) \(host.port)" }

        /// Where it is, for people.
        var place: String {
            let name = host.address.isEmpty || host.address == host.name ? host.name : "\(host.name) (\(host.address))"
            return "\(name.isEmpty ? "the local socket" : name) port \(host.port)"
        }
    }

    private func effectiveValues(_ handle: OpaquePointer) -> [String: String] {
        guard let options = PQconninfo(handle) else { return [:] }
        defer { PQconninfoFree(options) }
        return PostgresLocation.values(of: options)
    }

    /// libpq treats 1 s as 2 s, and 0 as no limit. Without a limit the attempt could hang, so that the default is used.
    private static func limit(_ text: String?, else standard: Duration) -> Duration {
        guard let text, let seconds = Int(text), seconds > 0 else { return standard }
        return .seconds(max(seconds, 2))
    }

    private func wait(_ handle: OpaquePointer, _ events: Int32, until end: MonotonicTime) -> Bool {
        while SocketWait.wait(PQsocket(handle), for: events) == 0 {
            if isAbandoned() || MonotonicTime.now >= end { return false }
        }
        return true
    }

    private func silence(_ places: [String], _ limit: Duration, others: String) -> PostgresError {
        var words = "no answer within \(limit.components.seconds) s from " + places.joined(separator: ", nor from ")
        let refused = others.split(separator: "\n").filter { !$0.contains("Connection reset") }
        if !refused.isEmpty { words += "; " + PostgresError.oneLine(refused.joined(separator: "; ")) }
        return PostgresError(.unreachable, words, activity: PostgresError.connecting, place: place)
    }

    private func failure(
        _ text: String, _ progress: Progress, _ handle: OpaquePointer, since start: MonotonicTime
    ) -> PostgresError {
        let refusal = ConnectionRefusal(text)
        let problem: PostgresProblem
        if let state = refusal.sqlState {
            problem = PostgresProblem(sqlState: state)
        } else if PQconnectionNeedsPassword(handle) == 1 {
            problem = .authentication
        } else if progress.isEncrypting || (progress.status == CONNECTION_SSL_STARTUP && isOpen(handle)) {
            problem = .encryption
        } else if isStandbyRefused(handle) {
            problem = .standby
        } else {
            problem = .unreachable
        }
        var error = PostgresError(problem, refusal.words, activity: PostgresError.connecting, place: place)
        error.sqlState = refusal.sqlState
        if error.kind == .unreachable { error.waited = MonotonicTime.now.seconds(since: start) }
        if let role = PQuser(handle).map({ String(cString: $0) }) {
            error.ownHint = PostgresError.hint(problem, refusal.sqlState, role: role)
        }
        return error
    }

    /// Whether the next byte is the server's consent to encryption
    /// (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL). It is left to be read.
    private func isEncryptionAgreed(_ handle: OpaquePointer) -> Bool {
        var byte: UInt8 = 0
        let socket = PQsocket(handle)
        return socket >= 0 && PQsslStruct(handle, "OpenSSL") == nil
            && recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 1 && byte == UInt8(ascii: "S")
    }

    /// Whether the server has not closed the connection: then libpq has ended the attempt.
    private func isOpen(_ handle: OpaquePointer) -> Bool {
        var byte: UInt8 = 0
        let socket = PQsocket(handle)
        return socket >= 0 && recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0
            && errno == EAGAIN
    }

    /// Whether the server accepted the connection, and libpq rejected the server because of `target_session_attrs`.
    private func isStandbyRefused(_ handle: OpaquePointer) -> Bool {
        let target = parameters.values["target_session_attrs"] ?? "any"
        return target != "any" && PQparameterStatus(handle, "server_version") != nil
    }
}

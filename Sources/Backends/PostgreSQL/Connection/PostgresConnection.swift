import CPostgres
import Glibc

/// A connection to a PostgreSQL server, closed with this object. Used by one thread at a time.
///
/// ```
/// let connection = try PostgresConnection(location, PostgresOptions(.writing))
/// try connection.begin()
/// let rows = try connection.query("SELECT movie_id, title FROM movies WHERE movie_id = $1", [.integer(603)])
/// while try rows.next() { print(rows.integer(0), rows.text(1) ?? "-") }
/// try connection.commit()
/// ```
///
/// Nothing that it does waits without a limit: each call polls the socket, and where the server is silent for long,
/// another connection asks whether it still works on the statement. After an error with `isConnectionLost` a new object
/// has to be made.
///
/// Nothing of the session lasts longer than a transaction (no prepared statement, no `SET`), so that a pooler such as
/// PgBouncer may give each transaction another server process. One statement runs at a time: rows that are not read to
/// their end are given up when the next statement begins.
public final class PostgresConnection {
    /// What it is connected to.
    public let location: PostgresLocation
    /// How it is watched.
    public let options: PostgresOptions
    /// What tells it from other connections in `pg_stat_activity`.
    public let applicationName: String
    /// Called with each notice and warning of the server, on the thread that uses the connection.
    public var onNotice: ((PostgresError) -> Void)? {
        get { notices.handler }
        set { notices.handler = newValue }
    }

    let handle: OpaquePointer
    private let notices = NoticeReceiver()
    /// Why it can be used no more.
    var loss: PostgresError?
    /// The result that is being read or the COPY that is under way, which the next statement ends.
    weak var unfinished: (any UnfinishedStatement)?
    /// Whether something was begun and its object went away before its end.
    var isLeftUnfinished = false
    /// Whether this side has asked for the statement to be cancelled.
    var isCancelling = false

    /// Makes a connection, and refuses a server that cannot be used.
    ///
    /// - Throws: `PostgresError`.
    public init(_ location: PostgresLocation, _ options: PostgresOptions) throws(PostgresError) {
        let made = try ConnectionAttempt.connect(location, options)
        self.location = location
        self.options = options
        applicationName = made.applicationName
        handle = made.handle
        _ = PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        notices.listen(to: handle, place: location.description)
        guard PQsetnonblocking(handle, 1) == 0 else { throw lost("connecting") }
        try checkServer()
    }

    deinit { PQfinish(handle) }

    /// The server's version, as 150004 for 15.4.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The number of the server's process; a pooler's own number where there is one between.
    public var serverProcess: Int32 { PQbackendPID(handle) }

    /// The version of TLS that protects the connection, such as `TLSv1.3`; nil without encryption.
    public var encryption: String? {
        guard PQsslInUse(handle) == 1 else { return nil }
        return PQsslAttribute(handle, "protocol").map { String(cString: $0) } ?? "TLS"
    }

    /// Whether the connection leaves this machine: it is neither by a Unix socket nor to a loopback address.
    public var isRemote: Bool {
        guard let host = PQhost(handle).map({ String(cString: $0) }), !host.isEmpty else { return false }
        if host.hasPrefix("/") || host.hasPrefix("@") { return false }
        let address = PQhostaddr(handle).map { String(cString: $0) } ?? host
        return !address.hasPrefix("127.") && address != "::1"
    }

    /// A parameter that the server reports by itself, such as `in_hot_standby` or `TimeZone`.
    public func reported(_ name: String) -> String? {
        PQparameterStatus(handle, name).map { String(cString: $0) }
    }

    /// Whether a transaction is open, and whether it has failed.
    public enum TransactionState: Sendable {
        /// There is none.
        case none
        /// It is open.
        case open
        /// A statement in it failed, so that it can only be rolled back.
        case failed
        /// A statement is under way, or the connection is lost.
        case unknown
    }

    /// Whether a transaction is open.
    public var transaction: TransactionState {
        switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE: .none
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    // MARK: Errors

    /// An error of this connection.
    func error(_ problem: PostgresProblem, _ words: String, _ activity: String) -> PostgresError {
        PostgresError(problem, words, activity: activity, place: location.description)
    }

    /// What libpq says when it cannot go on, and that the connection is of no more use.
    func lost(_ activity: String) -> PostgresError {
        let words = PostgresError.oneLine(PQerrorMessage(handle).map { String(cString: $0) } ?? "")
        return lose(error(.lostConnection, words.isEmpty ? "the connection is lost" : words, activity))
    }

    /// Remembers that the connection is of no more use.
    func lose(_ error: PostgresError) -> PostgresError {
        var error = error
        error.isConnectionLost = true
        loss = error
        return error
    }

    /// The error of a result, which says the same in a standby as elsewhere; the result stays the caller's.
    func failure(_ result: OpaquePointer, _ activity: String, copyInto table: String? = nil) -> PostgresError {
        var error = PostgresError(result: result, activity: activity, place: location.description, copyInto: table)
        if error.sqlState == nil, PQstatus(handle) == CONNECTION_BAD { error.problem = .lostConnection }
        if error.problem == .standby, reported("in_hot_standby") == "off" { error.problem = .readOnly }
        if error.problem == .statementTimeout, isCancelling { error.problem = .interrupted }
        return error
    }

    // MARK: The server

    private static let oldestVersion = 120_000

    private func checkServer() throws(PostgresError) {
        guard serverVersion >= PostgresConnection.oldestVersion else {
            var error = error(
                .unsupported, "the server has version \(serverVersion / 10_000), and 12 is the oldest that will do",
                "connecting")
            error.ownHint = "Name a server of PostgreSQL 12 or newer."
            throw error
        }
        var encoding = reported("server_encoding")
        if encoding == nil { encoding = try text("SHOW server_encoding") }
        guard let encoding, encoding == "UTF8" else {
            let database = PQdb(handle).map { String(cString: $0) } ?? "movies"
            var error = error(
                .unsupported, "the database has the encoding \(encoding ?? "?"), and UTF8 is needed", "connecting")
            error.ownHint =
                "Make another database and name it: CREATE DATABASE \(PostgresLocation.quoted(database + "_utf8")) "
                + "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0."
            throw error
        }
        guard let client = reported("client_encoding"), client != "UTF8" else { return }
        throw error(.unsupported, "the client's encoding is \(client), although UTF8 was asked for", "connecting")
    }
}

/// What is between its first and its last answer from the server.
protocol UnfinishedStatement: AnyObject {
    /// The connection passed over the rest, to begin another statement.
    func wasGivenUp()
}

/// Passes on what the server says beside its answers.
private final class NoticeReceiver {
    var handler: ((PostgresError) -> Void)?
    private var place = ""

    /// The receiver has to stay for as long as the connection.
    func listen(to handle: OpaquePointer, place: String) {
        self.place = place
        _ = PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context, let result else { return }
                let receiver = Unmanaged<NoticeReceiver>.fromOpaque(context).takeUnretainedValue()
                receiver.handler?(PostgresError(result: result, activity: "", place: receiver.place))
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}

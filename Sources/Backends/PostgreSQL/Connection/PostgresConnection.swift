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
/// Every wait has a deadline: each call polls the socket, and after a long silence a second connection asks whether the
/// server is still running the statement. After an error with `isConnectionLost` a new object is needed.
///
/// No state of the session outlives a transaction (there are no named prepared statements and no `SET`), so that a
/// pooler such as PgBouncer may assign each transaction to another server process. One statement runs at a time: when
/// the next statement begins, unread rows of the previous one are discarded.
public final class PostgresConnection {
    /// The location that it is connected to.
    public let location: PostgresLocation
    /// Its purpose and deadlines.
    public let options: PostgresOptions
    /// The unique name of the connection in `pg_stat_activity`.
    public let applicationName: String
    /// Called with each notice and warning of the server, on the thread that uses the connection.
    public var onNotice: ((PostgresError) -> Void)? {
        get { notices.handler }
        set { notices.handler = newValue }
    }

    let handle: OpaquePointer
    private let notices = NoticeReceiver()
    /// The error that ended the connection; nil while it can be used.
    var loss: PostgresError?
    /// The unfinished result or COPY, which the next statement ends.
    weak var unfinished: (any UnfinishedStatement)?
    /// Whether a statement is unfinished, even if its object was deallocated.
    var isLeftUnfinished = false
    /// Whether this program has asked the server to cancel the statement.
    var isCancelling = false
    /// Whether a server that does not report `in_hot_standby`, which came with version 14, was no standby when the
    /// connection was made.
    private var isOlderPrimary = false

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
        guard PQsetnonblocking(handle, 1) == 0 else { throw lost(.connecting) }
        try checkServer()
    }

    deinit { PQfinish(handle) }

    /// The server's version, as 150004 for 15.4.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The number of the server's process. A pooler returns a number of its own.
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
    func error(_ problem: PostgresProblem, _ words: String, _ activity: PostgresActivity) -> PostgresError {
        PostgresError(problem, words, activity: activity.text, place: location.description)
    }

    /// The error of libpq when the connection is lost. Marks the connection as lost.
    func lost(_ activity: PostgresActivity) -> PostgresError {
        let words = PostgresError.firstMessage(ofLibpq: PQerrorMessage(handle).map { String(cString: $0) } ?? "")
        return lose(error(.lostConnection, words.isEmpty ? "the connection is lost" : words, activity))
    }

    /// Marks the connection as lost. Where libpq alone reports it, the error is what the server said last, if that was why it
    /// ended the session: between two statements, libpq takes that for a notice.
    func lose(_ error: PostgresError) -> PostgresError {
        var error = error
        if error.sqlState == nil, error.problem == .lostConnection, let farewell = notices.farewell {
            let activity = error.activity
            error = farewell
            error.activity = activity
        }
        error.isConnectionLost = true
        loss = error
        return error
    }

    /// The error of a result. The caller still has to clear the result.
    func failure(_ result: OpaquePointer, _ activity: PostgresActivity, copyInto table: String? = nil) -> PostgresError
    {
        var error = PostgresError(result: result, activity: activity.text, place: location.description, copyInto: table)
        if error.sqlState == nil, PQstatus(handle) == CONNECTION_BAD { error.problem = .lostConnection }
        if error.problem == .standby, isOlderPrimary || reported("in_hot_standby") == "off" {
            error.problem = .readOnly
        }
        if error.problem == .statementTimeout, isCancelling { error.problem = .interrupted }
        if error.problem == .statementTimeout, let role = PQuser(handle).map({ String(cString: $0) }) {
            error.ownHint = PostgresError.hint(.statementTimeout, error.sqlState, role: role)
        }
        return error
    }

    // MARK: The server

    private static let oldestVersion = 120_000

    private func checkServer() throws(PostgresError) {
        guard serverVersion >= PostgresConnection.oldestVersion else {
            var error = error(
                .unsupported, "the server has version \(serverVersion / 10_000), and 12 is the oldest that will do",
                .connecting)
            error.ownHint = "Name a server of PostgreSQL 12 or newer."
            throw error
        }
        if serverVersion < 140_000 { isOlderPrimary = try text("SELECT pg_is_in_recovery()::text") == "false" }
        var encoding = reported("server_encoding")
        if encoding == nil { encoding = try text("SHOW server_encoding") }
        guard let encoding, encoding == "UTF8" else {
            let database = PQdb(handle).map { String(cString: $0) } ?? "movies"
            var error = error(
                .unsupported, "the database has the encoding \(encoding ?? "?"), and UTF8 is needed",
                .connecting)
            error.ownHint =
                "Make another database and name it: CREATE DATABASE \(PostgresLocation.quoted(database + "_utf8")) "
                + "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0."
            throw error
        }
        guard let client = reported("client_encoding"), client != "UTF8" else { return }
        throw error(
            .unsupported, "the client's encoding is \(client), although UTF8 was asked for",
            .connecting)
    }
}

/// A statement whose results have not all been read.
protocol UnfinishedStatement: AnyObject {
    /// The connection has discarded the remaining results to begin another statement.
    func wasGivenUp()
}

/// Passes on notices and warnings of the server.
private final class NoticeReceiver {
    var handler: ((PostgresError) -> Void)?
    /// Why the server ended the session; nil where it did not say so between two statements.
    private(set) var farewell: PostgresError?
    private var place = ""

    /// The receiver has to live as long as the connection.
    func listen(to handle: OpaquePointer, place: String) {
        self.place = place
        _ = PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context, let result else { return }
                let receiver = Unmanaged<NoticeReceiver>.fromOpaque(context).takeUnretainedValue()
                let notice = PostgresError(result: result, activity: "", place: receiver.place)
                let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { String(cString: $0) }
                if severity == "FATAL" || severity == "PANIC" { receiver.farewell = notice }
                receiver.handler?(notice)
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}

import CPostgres
import Glibc

/// Waiting for the server, with limits.
extension PostgresConnection {
    /// Waits until the socket has one of the events.
    ///
    /// - Returns: the events that occurred.
    /// - Throws: `PostgresError` `.lostConnection` after a silence in which the server does not run the statement
    ///   either.
    func wait(for events: Int32, _ activity: PostgresActivity) throws(PostgresError) -> Int32 {
        var silenceEnd = MonotonicTime.now + options.deadlines.silence
        var isStopping = false
        while true {
            let socket = PQsocket(handle)
            guard socket >= 0 else { throw lost(activity) }
            let found = SocketWait.wait(socket, for: events)
            if found != 0 { return found }
            if !isStopping, options.isStopRequested() {
                isStopping = true
                silenceEnd = min(silenceEnd, MonotonicTime.now + options.deadlines.silenceOnStop)
                if options.purpose == .reading, !isCancelling { try stop(activity) }
            }
            guard MonotonicTime.now >= silenceEnd else { continue }
            guard isAtWork else {
                // The answer may have come while the server was asked.
                let late = SocketWait.wait(socket, for: events)
                if late != 0 { return late }
                throw lose(error(.lostConnection, "the server does not answer any more", activity))
            }
            silenceEnd = MonotonicTime.now + (isStopping ? options.deadlines.silenceOnStop : options.deadlines.silence)
        }
    }

    /// Asks the server to cancel the statement, because the program was asked to stop.
    private func stop(_ activity: PostgresActivity) throws(PostgresError) {
        guard cancelStatement() else {
            throw lose(error(.interrupted, "the program was asked to stop", activity))
        }
    }

    /// Asks the server by a second connection to cancel the running statement. The call that runs the statement then
    /// fails with `.interrupted`, unless the statement ends before.
    ///
    /// - Returns: whether the server was asked: false when it cannot be reached, or when no statement is running.
    @discardableResult
    public func cancelStatement() -> Bool {
        // Set before the server is asked, because its answer may come first.
        isCancelling = true
        do throws(PostgresError) {
            isCancelling = try Inquiry(location, options, about: applicationName).cancel()
        } catch {
            isCancelling = false
        }
        return isCancelling
    }

    /// Whether the server is running the statement, or waits for more of it. A server that refuses a second connection
    /// because it has too many counts as running; one that does not answer the second connection does not.
    private var isAtWork: Bool {
        // An inquiry that asks about itself would never end.
        guard options.applicationName != Inquiry.name else { return false }
        do throws(PostgresError) {
            return try Inquiry(location, options, about: applicationName).isAtWork
        } catch { return error.problem == .tooManyConnections }
    }

    /// Sends unsent bytes and reads received ones, until there is something to read or nothing left to send.
    func exchange(_ activity: PostgresActivity) throws(PostgresError) {
        let unsent = PQflush(handle)
        let found = try wait(for: unsent == 1 ? POLLIN | POLLOUT : POLLIN, activity)
        // Where it fails, PQstatus says so, which `nextResult` looks at.
        if found & ~POLLOUT != 0 { _ = PQconsumeInput(handle) }
    }

    /// The next result of the statement, which the caller has to clear; nil when there is none.
    func nextResult(_ activity: PostgresActivity) throws(PostgresError) -> OpaquePointer? {
        while PQstatus(handle) == CONNECTION_OK, PQisBusy(handle) == 1 { try exchange(activity) }
        return PQgetResult(handle)
    }
}

/// A second connection that asks about the first one.
private final class Inquiry {
    static let name = "reelhouse inquiry"

    private let connection: PostgresConnection
    private let applicationName: String

    init(_ location: PostgresLocation, _ options: PostgresOptions, about name: String) throws(PostgresError) {
        var own = PostgresOptions(options.purpose)
        own.applicationName = Inquiry.name
        let limit = options.deadlines.inquiry
        (own.deadlines.connect, own.deadlines.connectInAll, own.deadlines.silence) = (limit, limit, limit)
        connection = try PostgresConnection(location, own)
        applicationName = name
    }

    /// Whether the server is running a statement of the connection, or waits for more of it.
    var isAtWork: Bool {
        get throws(PostgresError) { try isTrue("SELECT count(*) > 0 FROM pg_catalog.pg_stat_activity") }
    }

    /// Cancels the statement of the connection.
    func cancel() throws(PostgresError) -> Bool {
        try isTrue(
            "SELECT coalesce(bool_or(pg_catalog.pg_cancel_backend(pid)), false) FROM pg_catalog.pg_stat_activity")
    }

    private func isTrue(_ sql: String) throws(PostgresError) -> Bool {
        // `disabled` stands there while track_activities is off.
        let condition =
            " WHERE application_name = $1 AND usename = session_user AND state IN "
            + "('active', 'fastpath function call', 'disabled')"
        let rows = try connection.query(sql + condition, [.text(applicationName)])
        return try rows.next() && rows.boolean(0)
    }
}

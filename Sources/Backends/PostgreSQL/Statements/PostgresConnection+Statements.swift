import CPostgres
import Glibc

/// Statements.
extension PostgresConnection {
    /// Runs one or several statements without parameters, in one round trip; rows that they give are passed over.
    ///
    /// - Returns: how many rows the last of them changed.
    @discardableResult
    public func execute(_ sql: String) throws(PostgresError) -> Int64 {
        let activity = PostgresActivity.running(sql)
        try beginStatement(activity)
        guard PQsendQuery(handle, sql) == 1 else { throw sendFailure(activity) }
        return try finish(activity).changes
    }

    /// Runs a statement with parameters `$1`, `$2` and so on; rows that it gives are passed over.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    public func execute(_ sql: String, _ values: [PostgresValue]) throws(PostgresError) -> Int64 {
        let activity = PostgresActivity.running(sql)
        try send(sql, values, isBinary: true, activity)
        return try finish(activity).changes
    }

    /// Runs a statement and gives its rows as they come, in bounded memory.
    ///
    /// - Parameters:
    ///   - sql: one statement, with parameters `$1`, `$2` and so on.
    ///   - format: `.text` gives each value as the server writes it, whatever its type.
    public func query(
        _ sql: String, _ values: [PostgresValue] = [], format: PostgresRows.Format = .binary
    ) throws(PostgresError) -> PostgresRows {
        let activity = PostgresActivity.running(sql)
        try send(sql, values, isBinary: format == .binary, activity)
        guard PQsetSingleRowMode(handle) == 1 else { throw lost(activity) }
        return try PostgresRows(self, activity)
    }

    /// The first column of the first row as text; nil where there is none, or it is null.
    func text(_ sql: String) throws(PostgresError) -> String? {
        let rows = try query(sql, format: .text)
        let text = try rows.next() ? rows.text(0) : nil
        try rows.close()
        return text
    }

    // MARK: Transactions

    /// Begins a transaction.
    ///
    /// - Parameter settings: what holds in it; see `TransactionSettings`.
    /// - Throws: `PostgresError`; `.unsupported` where a pooler refuses transactions.
    public func begin(_ settings: TransactionSettings = TransactionSettings()) throws(PostgresError) {
        do throws(PostgresError) { try execute(settings.sql(on: serverVersion)) } catch {
            throw StatementPooling.explained(error, location, options)
        }
    }

    /// Commits the transaction.
    ///
    /// - Throws: `PostgresError`; `.failedTransaction` where the server rolled back instead; with `isCommitUnknown`
    ///   where its answer was lost.
    public func commit() throws(PostgresError) {
        let activity: PostgresActivity = "committing"
        try beginStatement(activity)
        let tag: String
        do throws(PostgresError) {
            guard PQsendQuery(handle, "COMMIT") == 1 else { throw sendFailure(activity) }
            tag = try finish(activity).tag
        } catch {
            var error = error
            // A code says that the server refused, unless it goes down meanwhile.
            let isRefused = error.sqlState != nil && error.sqlState != "40003" && !error.isConnectionLost
            error.isCommitUnknown = !isRefused
            throw error
        }
        guard tag == "COMMIT" else {
            throw error(.failedTransaction, "the server rolled the transaction back (it answered \(tag))", activity)
        }
    }

    /// Asks the server what a statement is, without running it. Outside of a transaction a pooler may give the two
    /// questions to different server processes.
    ///
    /// - Returns: how many columns its rows have, 0 where it gives no rows; and how many parameters it has.
    /// - Throws: `PostgresError`, also for a text with several statements (42601).
    public func describe(_ sql: String) throws(PostgresError) -> (columns: Int, parameters: Int) {
        let activity = PostgresActivity.running(sql)
        try beginStatement(activity)
        guard PQsendPrepare(handle, "", sql, 0, nil) == 1 else { throw sendFailure(activity) }
        _ = try finish(activity)
        guard PQsendDescribePrepared(handle, "") == 1 else { throw sendFailure(activity) }
        var description = (columns: 0, parameters: 0)
        var failure: PostgresError?
        while let result = try nextResult(activity) {
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_COMMAND_OK {
                description = (Int(PQnfields(result)), Int(PQnparams(result)))
            } else {
                failure = failure ?? self.failure(result, activity)
            }
        }
        if PQstatus(handle) == CONNECTION_BAD { throw lose(failure ?? lost(activity)) }
        if let failure { throw failure }
        return description
    }

    /// Rolls the transaction back, if there is one.
    public func rollback() throws(PostgresError) {
        try beginStatement("rolling back")
        if transaction != .none { try execute("ROLLBACK") }
    }

    // MARK: Sending

    /// Ends an unfinished statement.
    ///
    /// - Throws: `PostgresError` when no other statement can be sent.
    func beginStatement(_ activity: PostgresActivity) throws(PostgresError) {
        if let loss { throw loss }
        isCancelling = false
        guard isLeftUnfinished else { return }
        unfinished?.wasGivenUp()
        try giveUpUnfinished(activity)
        isCancelling = false
    }

    /// The number of rows that are discarded before the server is asked to cancel the statement.
    private static let leftoverLimit = 10_000

    /// Discards the remaining results of the unfinished statement, and its errors too: after an error in an open
    /// transaction the next statement fails.
    func giveUpUnfinished(_ activity: PostgresActivity) throws(PostgresError) {
        isLeftUnfinished = false
        unfinished = nil
        var passed = 0
        while let result = try nextResult(activity) {
            let status = PQresultStatus(result)
            PQclear(result)
            passed += 1
            if status == PGRES_COPY_IN, PQputCopyEnd(handle, "given up") == -1 { break }
            if passed == PostgresConnection.leftoverLimit { cancelStatement() }
        }
        if PQstatus(handle) == CONNECTION_BAD { throw lost(activity) }
    }

    private func send(
        _ sql: String, _ values: [PostgresValue], isBinary: Bool, _ activity: PostgresActivity
    ) throws(PostgresError) {
        try beginStatement(activity)
        let parameters = ParameterBytes(values)
        let status = parameters.withArrays { types, starts, lengths, formats in
            PQsendQueryParams(
                handle, sql, Int32(values.count), types, starts, lengths, formats, isBinary ? 1 : 0)
        }
        guard status == 1 else { throw sendFailure(activity) }
    }

    /// The error when libpq sends nothing, because of the connection or the statement (too many parameters, no memory).
    func sendFailure(_ activity: PostgresActivity) -> PostgresError {
        guard PQstatus(handle) == CONNECTION_OK else { return lost(activity) }
        return error(.statement, PostgresError.oneLine(String(cString: PQerrorMessage(handle))), activity)
    }

    /// Reads all results.
    ///
    /// - Throws: the first error among them.
    /// - Returns: rows changed and the tag (`INSERT 0 5`, `COMMIT`) of the last.
    func finish(
        _ activity: PostgresActivity, copyInto table: String? = nil
    ) throws(PostgresError) -> (changes: Int64, tag: String) {
        var failure: PostgresError?
        var (changes, tag): (Int64, String) = (0, "")
        while let result = try nextResult(activity) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
                changes = PQcmdTuples(result).flatMap { Int64(String(cString: $0)) } ?? 0
                tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // libpq can only go on by copying.
                throw lose(error(.statement, "COPY from or to the client is not possible here", activity))
            default:
                failure = failure ?? self.failure(result, activity, copyInto: table)
            }
        }
        if PQstatus(handle) == CONNECTION_BAD { throw lose(failure ?? lost(activity)) }
        if let failure { throw failure }
        return (changes, tag)
    }

    /// Discards all remaining results of a statement, and its errors.
    func drain(_ activity: PostgresActivity) throws(PostgresError) {
        while let result = try nextResult(activity) { PQclear(result) }
        if PQstatus(handle) == CONNECTION_BAD { throw lost(activity) }
    }
}

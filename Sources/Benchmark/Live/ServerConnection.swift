import CPostgres
import Foundation
import Logging

/// A plain connection to a PostgreSQL server: statements and COPY, each awaited.
final class ServerConnection {
    private let connection: OpaquePointer

    /// Connects.
    ///
    /// - Parameter url: as libpq takes it.
    init(_ url: String) throws {
        guard let connection = PQconnectdb(url) else { throw BenchError("no memory for a connection") }
        self.connection = connection
        guard PQstatus(connection) == CONNECTION_OK else {
            throw BenchError(Redaction.text(String(cString: PQerrorMessage(connection))))
        }
        // Notices are of no use here.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    /// The version of the server: 150014 is 15.14.
    var version: Int { Int(PQserverVersion(connection)) }

    /// Runs a statement, or several without rows.
    ///
    /// - Returns: the first column of the first row as text; the number of changed rows for a statement without rows.
    @discardableResult
    func run(_ sql: String) throws -> String? {
        guard let result = PQexec(connection, sql) else { throw failure }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK:
            guard PQntuples(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
            return String(cString: PQgetvalue(result, 0, 0))
        case PGRES_COMMAND_OK: return String(cString: PQcmdTuples(result))
        default: throw failure
        }
    }

    /// Sends a file to the server by `COPY … FROM STDIN`.
    ///
    /// - Returns: how many rows the server took.
    func copy(_ path: String, by sql: String) throws -> Int {
        guard let file = fopen(path, "rb") else { throw BenchError("\(path) cannot be read") }
        defer { fclose(file) }
        guard let begun = PQexec(connection, sql) else { throw failure }
        defer { PQclear(begun) }
        guard PQresultStatus(begun) == PGRES_COPY_IN else { throw failure }
        var buffer = [CChar](repeating: 0, count: 1 << 18)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            guard PQputCopyData(connection, buffer, Int32(count)) == 1 else { throw failure }
        }
        guard ferror(file) == 0 else { throw BenchError("\(path) cannot be read") }
        guard PQputCopyEnd(connection, nil) == 1, let ended = PQgetResult(connection) else { throw failure }
        defer { PQclear(ended) }
        guard PQresultStatus(ended) == PGRES_COMMAND_OK else { throw failure }
        let rows = Int(String(cString: PQcmdTuples(ended))) ?? 0
        while let rest = PQgetResult(connection) { PQclear(rest) }
        return rows
    }

    private var failure: BenchError { BenchError(Redaction.text(String(cString: PQerrorMessage(connection)))) }
}

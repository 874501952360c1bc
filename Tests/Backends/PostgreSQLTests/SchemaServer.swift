import CPostgres
import Foundation
import Servers
import Synchronization
import Testing

/// The server of the tests of the schema, which send statements without the project's code.
final class SchemaServer: Sendable {
    /// Why the tests are skipped.
    static let isMissing = PostgresServer.whatToSet

    /// The server; nil where there is none.
    static let shared: SchemaServer? =
        PostgresServer.isThere ? (try? PostgresServer.sharedURL()).map { SchemaServer(location: $0) } : nil

    /// The URL that its sessions connect to.
    let location: String
    private let count = Mutex(0)

    private init(location: String) { self.location = location }

    /// A name for a schema that no other test has.
    func freshName(_ start: String = "t") -> String {
        count.withLock { count in
            count += 1
            return "\(start) \(ProcessInfo.processInfo.processIdentifier) \(count)"
        }
    }
}

/// A session that answers statements one after the other; it sends them by libpq alone.
final class SchemaSession {
    private let handle: OpaquePointer

    init(_ server: SchemaServer) throws {
        handle = try #require(PQconnectdb(server.location))
        try #require(PQstatus(handle) == CONNECTION_OK, "\(String(cString: PQerrorMessage(handle)))")
        // A time zone in which no month begins when it begins in UTC.
        #expect(run("SET client_min_messages = warning; SET TimeZone = 'Asia/Kathmandu'") == [])
    }

    deinit { PQfinish(handle) }

    /// Runs statements and gives the rows that are not empty, as their values with `|` between and `-` for null; of an
    /// error, which is the last, `ERROR:  ` and its SQLSTATE.
    @discardableResult
    func run(_ sql: String) -> [String] {
        begin(sql)
        return finish()
    }

    /// Sends statements, and waits for nothing.
    func begin(_ sql: String) {
        #expect(PQsendQuery(handle, sql) == 1, "\(String(cString: PQerrorMessage(handle)))")
    }

    /// Waits for the answer to what was sent.
    func finish() -> [String] {
        var answer: [String] = []
        while let result = PQgetResult(handle) {
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_FATAL_ERROR {
                let code = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
                answer.append("ERROR:  \(code ?? String(cString: PQresultErrorMessage(result)))")
            }
            for row in 0..<PQntuples(result) {
                let values = (0..<PQnfields(result)).map { column in
                    PQgetisnull(result, row, column) == 1 ? "-" : String(cString: PQgetvalue(result, row, column))
                }
                let line = values.joined(separator: "|")
                if !line.isEmpty { answer.append(line) }
            }
        }
        return answer
    }

    /// Ends the connection as that of a program that is killed ends: without a word to the server.
    func kill() { shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
}

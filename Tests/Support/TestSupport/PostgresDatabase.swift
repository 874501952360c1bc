import CPostgres
import Foundation

/// A schema of a PostgreSQL database that a test looks at or, as a fault or another program would, writes to.
public final class PostgresDatabase: TestDatabase {
    private let handle: OpaquePointer
    /// Several cases of a test may use the same connection, which takes one statement at a time.
    private let lock = NSLock()
    private let schema: String
    private var quoted: String {
        "\"\(schema.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }

    /// Connects to a server.
    ///
    /// - Parameters:
    ///   - url: as libpq takes it.
    ///   - schema: the schema; it is made by `execute` where it is not there.
    public init(url: String, schema: String) throws {
        guard let handle = PQconnectdb(url) else { throw DatabaseFailure(message: "no memory") }
        self.handle = handle
        self.schema = schema
        guard PQstatus(handle) == CONNECTION_OK else {
            throw DatabaseFailure(message: String(cString: PQerrorMessage(handle)))
        }
        _ = try results(
            "SET client_min_messages = warning; SET TimeZone = 'UTC'; SET lock_timeout = '10s'; SET search_path = \(quoted), pg_temp"
        )
    }

    deinit { PQfinish(handle) }

    private func results(_ sql: String) throws -> (names: [String], rows: [[String?]]) {
        lock.lock()
        defer { lock.unlock() }
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
        default: throw DatabaseFailure(message: "\(String(cString: PQerrorMessage(handle))) in \(sql)")
        }
        let columns = 0..<PQnfields(result)
        let rows = (0..<PQntuples(result)).map { row in
            columns.map { PQgetisnull(result, row, $0) == 1 ? nil : String(cString: PQgetvalue(result, row, $0)) }
        }
        return (columns.map { String(cString: PQfname(result, $0)) }, rows)
    }

    /// The rows of a query; see `TestDatabase`.
    public func rows(_ sql: String) throws -> [String] {
        try results(sql).rows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    }

    /// Runs statements.
    public func execute(_ sql: String) throws {
        if try !isThere() { _ = try results("CREATE SCHEMA \(quoted)") }
        _ = try results(sql)
    }

    /// Whether the schema is there.
    public func isThere() throws -> Bool {
        try !rows("SELECT 1 FROM pg_namespace WHERE nspname = '\(escaped(schema))'").isEmpty
    }

    /// Removes the schema with all that is in it.
    public func drop() throws { _ = try results("DROP SCHEMA IF EXISTS \(quoted) CASCADE") }

    /// The names of the tables, sorted; without partitions and the row that says who loads.
    public func tables() throws -> [String] {
        try rows(
            """
            SELECT relname FROM pg_class WHERE relnamespace = '\(escaped(quoted))'::regnamespace
            AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'load_lease' ORDER BY relname
            """)
    }

    /// The columns of all relations, and the definitions of indexes, views and triggers.
    public func definitions() throws -> [String] {
        let namespace = "'\(escaped(quoted))'::regnamespace"
        return try rows(
            """
            SELECT c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
            FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            WHERE c.relnamespace = \(namespace)
            UNION ALL SELECT 'index', '', pg_get_indexdef(c.oid), '', false FROM pg_class AS c
            WHERE c.relnamespace = \(namespace) AND c.relkind IN ('i', 'I')
            UNION ALL SELECT 'view', '', pg_get_viewdef(c.oid), '', false FROM pg_class AS c
            WHERE c.relnamespace = \(namespace) AND c.relkind = 'v'
            UNION ALL SELECT 'trigger', '', pg_get_triggerdef(t.oid), '', false FROM pg_trigger AS t
            JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = \(namespace) AND NOT t.tgisinternal
            """)
    }

    /// A table's rows; see `TestDatabase`.
    public func literals(of table: String, without left: [String]) throws -> [String] {
        let terms = try results("SELECT * FROM \(table) LIMIT 0").names.filter { !left.contains($0) }
            .map { "'\($0)=' || quote_nullable(\"\($0)\")" }
        return try rows("SELECT \(terms.joined(separator: " || ' ' || ")) FROM \(table)")
    }

    /// The SQL literal of bytes.
    public func literal(_ bytes: [UInt8]) -> String {
        "'\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'::bytea"
    }

    /// The SQL literal of a time.
    public func literal(time: Int64) -> String { "(timestamptz 'epoch' + \(time) * interval '1 millisecond')" }

    private func escaped(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }
}

import CSQLite

/// What a SQLite warehouse holds, read with nothing but SQLite: its content, and what the loader keeps about itself.
public struct WarehouseState: Equatable, Sendable {
    /// The rows of each table of content, as SQL literals, sorted.
    public var content: [String: [String]] = [:]
    /// The sums over `load_run`.
    public var sums: [String: Int64] = [:]
    /// The lines in quarantine, and whether they are open, without the runs that put them there, sorted.
    public var rejected: [String] = []
    /// How far each source is loaded, without the runs that wrote it, sorted.
    public var checkpoints: [String] = []

    /// Reads all of a warehouse.
    public init(path: String) throws {
        let database = try Database(path: path)
        let tables = try database.rows(
            """
            SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'load_%' AND name NOT LIKE 'sqlite_%'
            AND name NOT IN ('rejected_record', 'schema_migration') ORDER BY name
            """)
        for table in tables { content[table] = try database.literals(of: table).sorted() }
        for name in ["read", "accepted", "duplicates", "rejected"] {
            sums[name] = try database.integer("SELECT coalesce(sum(\(name)), 0) FROM load_run")
        }
        rejected = try database.literals(
            of: "(SELECT *, cured_run_id IS NULL AS is_open FROM rejected_record)",
            without: ["rejected_id", "run_id", "last_run_id", "cured_run_id"]
        ).sorted()
        checkpoints = try database.literals(of: "load_checkpoint", without: ["run_id", "first_run_id"]).sorted()
    }

    /// In what another state differs from this one, in words; none when they are equal.
    ///
    /// - Parameter splitsMovies: whether accepted and duplicates are compared apart; which of two movie documents came
    ///   first decides between them, so another order changes these.
    public func differences(from other: WarehouseState, splitsMovies: Bool = true) -> [String] {
        var differences = contentDifferences(from: other)
        differences += WarehouseState.differences("rejected_record", rejected, other.rejected)
        differences += WarehouseState.differences("load_checkpoint", checkpoints, other.checkpoints)
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) where other.sums[name] != sum {
            if !splitsMovies, name == "accepted" || name == "duplicates" { continue }
            differences.append("sum(\(name)) is \(sum), expected \(other.sums[name] ?? 0)")
        }
        let taken = { (sums: [String: Int64]) in sums["accepted", default: 0] + sums["duplicates", default: 0] }
        if taken(sums) != taken(other.sums) {
            differences.append("accepted and duplicates are \(taken(sums)), expected \(taken(other.sums))")
        }
        return differences
    }

    /// In what the content of another state differs from that of this one, in words.
    public func contentDifferences(from other: WarehouseState) -> [String] {
        let names = Set(content.keys).union(other.content.keys).sorted()
        return names.flatMap {
            WarehouseState.differences($0, content[$0, default: []], other.content[$0, default: []])
        }
    }

    private static func differences(_ name: String, _ rows: [String], _ expected: [String]) -> [String] {
        if rows == expected { return [] }
        let change = rows.difference(from: expected)
        let examples = change.prefix(4).map { step in
            switch step {
            case .insert(_, let row, _): "  has \(row)"
            case .remove(_, let row, _): "  lacks \(row)"
            }
        }
        return ["\(name): \(rows.count) rows, expected \(expected.count); " + examples.joined(separator: "\n")]
    }
}

/// A SQLite database that a test looks at.
public final class Database {
    private let handle: OpaquePointer

    /// Opens a database to read.
    public init(path: String) throws {
        var handle: OpaquePointer?
        let status = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, nil)
        guard status == SQLITE_OK, let handle else { throw DatabaseFailure(message: "cannot open \(path): \(status)") }
        self.handle = handle
        sqlite3_busy_timeout(handle, 10_000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// The first column of each row, as text.
    public func rows(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
        var rows: [String] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "NULL")
            case SQLITE_DONE: return rows
            default: throw failure(sql)
            }
        }
    }

    /// How many steps of SQLite's machine a statement takes; nil when they are more.
    public func steps(_ sql: String, atMost bound: Int64) throws -> Int64? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
        // Ends the statement when it is called.
        sqlite3_progress_handler(handle, Int32(clamping: bound), { _ in 1 }, nil)
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: continue
            case SQLITE_DONE: return Int64(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0))
            case SQLITE_INTERRUPT: return nil
            default: throw failure(sql)
            }
        }
    }

    /// The first column of the first row, as an integer; 0 when there is none.
    public func integer(_ sql: String) throws -> Int64 { Int64(try rows(sql).first ?? "") ?? 0 }

    /// Changes a database behind the program's back, as a fault would.
    public static func change(path: String, _ sql: String) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
        else { throw DatabaseFailure(message: "cannot change \(path): \(sql)") }
    }

    /// A table's rows as SQL literals.
    public func literals(of table: String, without left: [String] = []) throws -> [String] {
        let columns = try columns(of: table)
        let terms = columns.filter { !left.contains($0) }.map { "'\($0)=' || quote(\($0))" }
        return try rows("SELECT \(terms.joined(separator: " || ' ' || ")) FROM \(table)")
    }

    /// The names of the columns of a table or a subquery.
    private func columns(of table: String) throws -> [String] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let sql = "SELECT * FROM \(table)"
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
        return (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
        }
    }

    private func failure(_ sql: String) -> DatabaseFailure {
        DatabaseFailure(message: "\(String(cString: sqlite3_errmsg(handle))) in \(sql)")
    }
}

/// What SQLite said.
public struct DatabaseFailure: Error {
    /// Its words.
    public var message: String
}

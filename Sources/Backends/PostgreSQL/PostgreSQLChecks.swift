import CPostgres
import Domain
import SQLWarehouse
import Schema

/// The checks of `reelhouse doctor` on a PostgreSQL server, a database and the role.
struct PostgreSQLChecks {
    /// Checks the linked library.
    static var library: Finding {
        let version = Int(PQlibVersion())
        let text = "\(version / 10_000).\(version % 10_000)"
        return version >= 120_000
            ? .ok("libpq", text) : .fail("libpq", text, "Install libpq5 of Debian 12 or newer (`make deps`).")
    }

    /// Checks a server; the findings on the warehouse's content come last.
    static func findings(_ location: Location, content: (any WarehouseReader) throws -> [Finding]) -> [Finding] {
        let place: PostgresLocation
        let checks: PostgreSQLChecks
        var findings: [Finding]
        do {
            place = try PostgresLocation(location.text)
            checks = PostgreSQLChecks(connection: try PostgresConnection(place, PostgresOptions(.reading)))
            findings = try checks.withoutTimeLimit {
                try [checks.server(), checks.transport(), checks.encoding] + checks.rights() + checks.settings()
            }
        } catch {
            return [.fail("warehouse", error)]
        }
        do {
            findings += try content(PostgreSQLReader(place, limitsTime: false))
            findings += try checks.withoutTimeLimit { try checks.months() }.map { $0.about(.content) }
        } catch WarehouseError.notThere {
            findings.append(checks.newWarehouse)
        } catch {
            findings.append(.fail("warehouse", error))
        }
        return findings
    }

    private let connection: PostgresConnection

    /// Runs checks in a transaction that the role's `statement_timeout` does not end.
    private func withoutTimeLimit<Answer>(_ check: () throws -> Answer) throws -> Answer {
        var settings = TransactionSettings()
        settings.isSnapshot = true
        settings.statementTimeout = .zero
        try connection.begin(settings)
        defer { try? connection.rollback() }
        return try check()
    }

    /// Whether a run can make a warehouse in the schema, which has none.
    private var newWarehouse: Finding {
        let location = connection.location
        do {
            let names = try withoutTimeLimit {
                MigrationNames(location: location.description, kinds: try connection.objectKinds())
            }
            try names.expectFree(for: Schema.postgres)
        } catch { return .fail("warehouse", error) }
        return .ok("warehouse", "none yet in the schema \(location.schema); `reelhouse run` makes it")
    }

    // MARK: The server

    private func server() throws(PostgresError) -> Finding {
        let rows = try connection.query("SELECT current_setting('server_version'), pg_is_in_recovery()")
        guard try rows.next() else { return .fail("server", "no answer", "Look at the server's log.") }
        let (version, isStandby) = (rows.text(0) ?? "", rows.boolean(1))
        try rows.close()
        let text = "PostgreSQL \(version), \(isStandby ? "a standby" : "a primary"), \(try latency()) ms a round trip"
        return isStandby
            ? .warn(
                "server", text,
                "It can be read. For a load name the primary, or all servers: postgresql://user@first,second/database.")
            : .ok("server", text)
    }

    /// The median of some round trips, in milliseconds.
    private func latency() throws(PostgresError) -> String {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<9 {
            let start = clock.now
            try connection.execute("SELECT 1")
            times.append(clock.now - start)
        }
        let median = times.sorted()[times.count / 2]
        return NumberFormat.fixed(
            Double(median.components.attoseconds) / 1e15 + Double(median.components.seconds) * 1000, digits: 1)
    }

    private func transport() throws(PostgresError) -> Finding {
        var text = connection.encryption.map { "encrypted, \($0)" } ?? "not encrypted"
        if try isPooled() { text += ", through a pooler" }
        if connection.encryption == nil, connection.isRemote {
            return .warn("connection", text, "Add sslmode=require to the URL, or verify-full with sslrootcert.")
        }
        return .ok("connection", text)
    }

    /// A pooler tells the client a process number of its own.
    private func isPooled() throws(PostgresError) -> Bool {
        let rows = try connection.query("SELECT pg_backend_pid()")
        defer { try? rows.close() }
        return try rows.next() && rows.integer(0) != Int64(connection.serverProcess)
    }

    /// A database of another encoding is refused when the connection is made.
    private var encoding: Finding { .ok("encoding", "UTF8") }

    // MARK: The role

    private func rights() throws(PostgresError) -> [Finding] {
        let rights = try RoleRights(connection)
        func finding(_ subject: String, _ purpose: RoleRights.Purpose, _ isFailure: Bool) -> Finding {
            guard let text = rights.lack(for: purpose), let remedy = rights.hint(for: purpose) else {
                return .ok(subject, "the role \(rights.role) has all of them")
            }
            return isFailure ? .fail(subject, text, remedy) : .warn(subject, text, remedy)
        }
        return [finding("rights to read", .reading, true), finding("rights to load", .loading, false)]
    }

    private func settings() throws(PostgresError) -> [Finding] {
        // `reset_val` is the role's setting, whatever this transaction has set.
        let limit = { (name: String) in
            "(SELECT reset_val::bigint FROM pg_catalog.pg_settings WHERE name = '\(name)')"
        }
        let rows = try connection.query(
            """
            SELECT current_setting('default_transaction_read_only') = 'on',
                \(Self.limits.map(limit).joined(separator: ", ")),
                current_setting('max_locks_per_transaction')::bigint
                    * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint),
                current_user::text
            """)
        guard try rows.next() else { return [] }
        let role = PostgresLocation.quoted(rows.text(5) ?? "")
        var findings: [Finding] = []
        if rows.boolean(0) {
            findings.append(
                .warn(
                    "settings", "default_transaction_read_only is on, so that a load cannot write",
                    "ALTER ROLE \(role) SET default_transaction_read_only = off."))
        }
        for (column, name) in zip(1..., Self.limits) where (1..<600_000).contains(rows.integer(column)) {
            findings.append(
                .warn(
                    "settings", "\(name) is \(rows.integer(column)) ms, which a load may wait or take longer than",
                    "ALTER ROLE \(role) SET \(name) = 0."))
        }
        if rows.integer(4) < Self.leastLocks {
            findings.append(
                .warn(
                    "settings",
                    "the server has room for \(rows.integer(4)) locks; a load of thirty years takes some \(Self.leastLocks)",
                    "Set max_locks_per_transaction = 64 or more in postgresql.conf, and restart the server."))
        }
        try rows.close()
        return findings.isEmpty ? [.ok("settings", "nothing that limits a load")] : findings
    }

    /// The role's limits on time that a load meets.
    private static let limits = ["statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"]

    /// Two locks for each month of thirty years, and as many again for indexes.
    private static let leastLocks: Int64 = 1500

    // MARK: The partitions

    /// Months that events cannot be loaded into.
    private func months() throws(PostgresError) -> [Finding] {
        let unusable = try connection.unusableMonths()
        let schema = PostgresLocation.quoted(connection.location.schema)
        var findings: [Finding] = []
        for state in [MonthState.detached, .taken, .overlapped] {
            let months = unusable.filter { $0.state == state }
            guard let first = months.first else { continue }
            let others =
                months.count > 1 ? " (and so for \(NumberFormat.count(months.count - 1, "month", "months")) more)" : ""
            findings.append(
                .warn(
                    "months", first.fault + others,
                    "Events of such a month go to quarantine. \(first.remedy(in: schema)), then run "
                        + "`reelhouse quarantine retry`."))
        }
        return findings
    }
}

import Domain
import SQLWarehouse

/// The warehouse in a schema of a PostgreSQL database, to write. The rules are `SQLWarehouse`'s.
public final class PostgreSQLWarehouse: SQLWarehouse {
    /// Connects to a server.
    ///
    /// - Throws: `PostgresError`.
    public init(_ location: PostgresLocation) throws { super.init(try PostgreSQLSession(location)) }
}

/// The warehouse in a schema of a PostgreSQL database, to look at.
public final class PostgreSQLReader: SQLWarehouseReader {
    /// Connects to a server.
    ///
    /// - Throws: `PostgresError`; `WarehouseError.notThere` when there is no warehouse in the schema.
    ///
    /// - Parameter limitsTime: whether the role's `statement_timeout` holds.
    public init(_ location: PostgresLocation, limitsTime: Bool = true) throws {
        super.init(try PostgreSQLReadSession(location, limitsTime: limitsTime))
    }
}

extension WarehouseBackend {
    /// A warehouse on a PostgreSQL server.
    public static let postgreSQL = WarehouseBackend(
        naming: BackendNaming(
            schemes: ["postgresql", "postgres"],
            help: "a PostgreSQL database, as postgresql://HOST/DB with ?schema=NAME "
                + "(\(PostgresLocation.defaultSchema) unless given)",
            passwordPlace: "PGPASSWORD, ~/.pgpass or a service file",
            readsVariable: { PostgresVariables.names.contains($0) }),
        validate: { _ = try PostgresLocation($0.text) },
        libraries: { [PostgreSQLChecks.library] },
        open: { try PostgreSQLWarehouse(PostgresLocation($0.text)) },
        openReader: { try PostgreSQLReader(PostgresLocation($0.text)) },
        openCopySource: { try SQLCopySource.postgreSQL(PostgresLocation($0.text)) },
        openCopyTarget: { try SQLCopyTarget.postgreSQL(PostgresLocation($0.text)) },
        check: { PostgreSQLChecks.findings($0, content: $1) },
        lockNightly: { try PostgresNightlyLock(PostgresLocation($0.text)) },
        queryHelp: QueryHelp(
            database: "PostgreSQL", syntax: "https://www.postgresql.org/docs/current/sql-select.html",
            changes: "To change data, open the database with psql.",
            otherData: "To read other data too, open the database with psql or DuckDB.",
            storedType: StoredTypes.type,
            views: { PostgreSQLViews.all }))
}

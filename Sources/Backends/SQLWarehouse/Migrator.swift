import Domain
import Schema

/// Applies a database's numbered migrations, and records them in `schema_migration`.
struct Migrator {
    let session: any SQLSession

    /// The migrations that have not been applied yet.
    ///
    /// - Throws: `WarehouseError.newerSchema` when the warehouse has migrations that this program does not know.
    func pending() throws -> [Schema.Migration] {
        let known = session.migrations
        let newest = known.last?.version ?? 0
        if try session.columns(of: "schema_migration").isEmpty { return known }
        let version =
            try session.integer(
                "SELECT max(version) FROM \(session.dialect.table("schema_migration"))") ?? 0
        if version > newest {
            throw WarehouseError.newerSchema(location: session.location, version: Int(version), known: newest)
        }
        return known.filter { $0.version > version }
    }

    /// Applies the pending migrations in the open transaction, and returns their names.
    func apply(at now: Int64) throws -> [String] {
        let pending = try pending()
        if pending.isEmpty { return [] }
        try session.willApply(pending)
        let dialect = session.dialect
        for migration in pending {
            try session.runScript(migration.sql)
            try session.run(
                """
                INSERT INTO \(dialect.table("schema_migration")) (version, name, applied_at)
                VALUES (\(dialect.parameters(3)))
                """,
                [.integer(Int64(migration.version)), .text(migration.name), .timestamp(now)])
        }
        return pending.map(\.name)
    }
}

import Domain
import Schema

/// Applies the numbered migrations of `schema/sqlite`, with their rows of `schema_migration`.
struct Migrator {
    let connection: Connection

    /// The number and name of what is applied, and what is not yet.
    ///
    /// - Throws: `WarehouseError.newerSchema` when the warehouse has migrations that this program does not know.
    func pending() throws -> [Schema.Migration] {
        let known = Schema.sqlite
        guard try connection.integer("SELECT count(*) FROM main.sqlite_schema WHERE name = 'schema_migration'") == 1
        else {
            return known
        }
        let version = try connection.integer("SELECT max(version) FROM schema_migration") ?? 0
        if version > Schema.newestVersion {
            throw WarehouseError.newerSchema(
                location: connection.path, version: Int(version), known: Schema.newestVersion)
        }
        return known.filter { $0.version > version }
    }

    /// Applies what is pending, all or nothing, and gives the names.
    func migrate(at now: Int64) throws -> [String] {
        if try pending().isEmpty { return [] }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            let applied = try apply(at: now)
            try connection.execute("COMMIT")
            return applied
        } catch {
            // The statement that failed is the error to tell of.
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    /// Applies what is pending in the transaction that is open (SQLite rolls back what a schema is, too), and gives the
    /// names.
    func apply(at now: Int64) throws -> [String] {
        let pending = try pending()
        if !pending.isEmpty { try MigrationNames(connection).expectFree(for: pending) }
        for migration in pending {
            try connection.execute(migration.sql)
            let statement = try connection.statement(
                "INSERT INTO schema_migration (version, name, applied_at) VALUES (?, ?, ?)")
            try statement.bind(Int64(migration.version), at: 1)
            try statement.bind(migration.name, at: 2)
            try statement.bind(now, at: 3)
            try statement.run()
        }
        return pending.map(\.name)
    }
}

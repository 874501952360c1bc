import Domain
import Testing

@testable import Schema

/// An empty schema with all migrations, and sessions to it.
struct SchemaFixture {
    let server: SchemaServer
    let name: String
    var quoted: String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// Makes a schema, and applies the migrations.
    init(_ start: String = "t") throws {
        server = try #require(SchemaServer.shared)
        name = server.freshName(start)
        let session = try SchemaSession(server)
        #expect(session.run("CREATE SCHEMA \(quoted)") == [])
        #expect(migrate(session) == Schema.postgres.count)
    }

    /// Applies the migrations that are not applied yet, in one transaction, and gives how many.
    func migrate(_ session: SchemaSession) -> Int {
        var version = 0
        if session.run("SELECT to_regclass('\(quoted.replacing("'", with: "''")).schema_migration') IS NOT NULL") == [
            "t"
        ] {
            version = Int(session.run("SELECT max(version) FROM \(quoted).schema_migration").first ?? "") ?? 0
        }
        let pending = Schema.postgres.filter { $0.version > version }
        if pending.isEmpty { return 0 }
        session.run("BEGIN; SET LOCAL search_path TO \(quoted), pg_temp")
        for migration in pending {
            #expect(session.run(migration.sql) == [], "\(migration.name)")
            session.run(
                "INSERT INTO \(quoted).schema_migration VALUES (\(migration.version), '\(migration.name)', now())")
        }
        #expect(session.run("COMMIT") == [])
        return pending.count
    }

    /// A session whose transactions find the tables by their names alone.
    func session() throws -> SchemaSession {
        let session = try SchemaSession(server)
        #expect(session.run("SET search_path TO \(quoted), pg_temp") == [])
        return session
    }
}

import Domain
import SQLWarehouse

/// The rights that the connection's role has on a warehouse. It says which of them are missing, and the statements that
/// grant them.
struct RoleRights: Sendable {
    /// What the role wants to do.
    enum Purpose: Sendable {
        /// To run queries.
        case reading
        /// To load: this includes the partitions that a load creates.
        case loading
        /// To change the tables by a migration.
        case migrating
    }

    /// A right that is missing.
    struct Missing: Sendable, Equatable {
        /// The right and its object: `SELECT on movies`.
        let right: String
        /// The statement that mends it, for the owner of the object or a superuser.
        let statement: String
    }

    /// A table or view of the warehouse, and what the role may do with it.
    struct Relation: Sendable {
        var name: String
        /// Whether it is partitioned: only the owner may attach partitions.
        var isPartitioned = false
        var isView = false
        /// The rights of `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
        var rights: Set<String> = []
        var owner = ""
        var isOwnerSuperuser = false
        /// Whether the role has the rights of the owner.
        var isOwned = false
        /// Whether the role is a member of the owner's role, whose rights it may then lack only by NOINHERIT.
        var isMember = false
        /// Whether a policy hides rows from the role.
        var hidesRows = false
    }

    /// The role's name.
    var role = ""
    /// The database's name.
    var database = ""
    /// The schema's name.
    var schema = ""
    /// The server's version, such as 150004.
    var serverVersion: Int64 = 0
    /// Whether the schema exists.
    var hasSchema = false
    /// `CREATE` and `TEMPORARY` on the database.
    var onDatabase: Set<String> = []
    /// `USAGE` and `CREATE` on the schema.
    var onSchema: Set<String> = []
    /// The tables and views of the warehouse that exist.
    var relations: [Relation] = []

    private static let changingRights = ["INSERT", "UPDATE", "DELETE"]

    /// What is missing, in the order in which it is to be granted.
    func missing(for purpose: Purpose) -> [Missing] {
        if !hasSchema { return purpose == .reading ? [] : missingForNewSchema }
        let inSchema = missing(["USAGE"] + (purpose == .reading ? [] : ["CREATE"]), onSchema, "SCHEMA", schema)
        let inDatabase = purpose == .reading ? [] : missing(["TEMPORARY"], onDatabase, "DATABASE", database)
        return inSchema + inDatabase + missingRows(purpose) + missingOwnership(purpose) + rowSecurity
    }

    private var missingForNewSchema: [Missing] { missing(["CREATE", "TEMPORARY"], onDatabase, "DATABASE", database) }

    private func missing(_ wanted: [String], _ there: Set<String>, _ kind: String, _ name: String) -> [Missing] {
        wanted.filter { !there.contains($0) }.map { right in
            Missing(
                right: "\(right) on the \(kind.lowercased()) \(name)",
                statement: "GRANT \(right) ON \(kind) \(PostgresLocation.quoted(name)) TO \(quotedRole)")
        }
    }

    /// One statement grants the rights on all tables when several tables lack them.
    private func missingRows(_ purpose: Purpose) -> [Missing] {
        let reading = relations.filter { !$0.rights.contains("SELECT") && (purpose == .reading || !$0.isView) }
        if purpose == .reading { return missing(["SELECT"], on: reading) }
        let writing = relations.filter { !$0.isView && !$0.rights.isSuperset(of: Self.changingRights) }
        let lacking = Self.changingRights.filter { right in writing.contains { !$0.rights.contains(right) } }
        return missing(["SELECT"], on: reading) + missing(lacking, on: writing)
    }

    /// How many tables are named; the others are counted.
    private static let namedTables = 3

    private func missing(_ rights: [String], on closed: [Relation]) -> [Missing] {
        let list = rights.joined(separator: ", ")
        guard closed.count > 2 else {
            return closed.map {
                Missing(
                    right: "\(list) on \($0.name)", statement: "GRANT \(list) ON \(qualified($0)) TO \(quotedRole)")
            }
        }
        let names = closed.prefix(Self.namedTables).map(\.name).joined(separator: ", ")
        let others = closed.count - Self.namedTables
        return [
            Missing(
                right: "\(list) on \(names)" + (others > 0 ? " and \(others) more" : ""),
                statement: "GRANT \(list) ON ALL TABLES IN SCHEMA \(PostgresLocation.quoted(schema)) TO \(quotedRole)")
        ]
    }

    /// A superuser's rights are not to be granted: there the owner of the table is changed.
    private func missingOwnership(_ purpose: Purpose) -> [Missing] {
        if purpose == .reading { return [] }
        var statements: Set<String> = []
        return relations.filter { !$0.isView && !$0.isOwned && (purpose == .migrating || $0.isPartitioned) }.map {
            Missing(
                right: "ownership of \($0.name)",
                statement: $0.isMember
                    ? inheritance(of: $0.owner)
                    : $0.isOwnerSuperuser
                        ? "ALTER TABLE \(qualified($0)) OWNER TO \(quotedRole)"
                        : "GRANT \(PostgresLocation.quoted($0.owner)) TO \(quotedRole)")
        }.filter { statements.insert($0.statement).inserted }
    }

    /// A member that does not inherit: since PostgreSQL 16, each membership says so for itself
    /// (https://www.postgresql.org/docs/current/sql-grant.html).
    private func inheritance(of owner: String) -> String {
        serverVersion >= 160_000
            ? "GRANT \(PostgresLocation.quoted(owner)) TO \(quotedRole) WITH INHERIT TRUE"
            : "ALTER ROLE \(quotedRole) INHERIT"
    }

    private var rowSecurity: [Missing] {
        let hidden = relations.filter(\.hidesRows)
        guard !hidden.isEmpty else { return [] }
        return [
            Missing(
                right: "all rows of \(hidden.map(\.name).joined(separator: ", ")), which row security may hide",
                statement: "ALTER ROLE \(quotedRole) BYPASSRLS")
        ]
    }

    private var quotedRole: String { PostgresLocation.quoted(role) }
    private func qualified(_ relation: Relation) -> String {
        PostgresLocation.quoted(schema) + "." + PostgresLocation.quoted(relation.name)
    }

    /// Whether the role may read the whole warehouse, owns nothing of it, and may change no table of it.
    var mayOnlyRead: Bool {
        let tables = relations.filter { !$0.isView }
        return !tables.isEmpty && missing(for: .reading).isEmpty
            && tables.allSatisfy { !$0.isOwned && $0.rights.isDisjoint(with: Self.changingRights) }
    }

    /// What is missing as a sentence without its end; nil when nothing is missing.
    func lack(for purpose: Purpose) -> String? {
        let missing = missing(for: purpose)
        if missing.isEmpty { return nil }
        if mayOnlyRead { return "the role \(role) may only read the warehouse in the schema \(schema)" }
        return "the role \(role) lacks rights on the schema \(schema): "
            + missing.map(\.right).joined(separator: "; ")
    }

    /// The hint of an error about a missing right; nil when nothing is missing.
    func hint(for purpose: Purpose) -> String? {
        let missing = missing(for: purpose)
        if missing.isEmpty { return nil }
        let statements = missing.map(\.statement).joined(separator: "; ")
        let owners = Set(relations.filter { !$0.isView }.map(\.owner))
        guard mayOnlyRead, owners.count == 1, let owner = owners.first else {
            return "Let the owner or a superuser run: \(statements)."
        }
        return "Run the command as the owner, \(owner). Or let the owner or a superuser run: \(statements)."
    }
}

extension RoleRights {
    /// Reads the rights of the connection's role.
    ///
    /// - Throws: `PostgresError`.
    init(_ connection: PostgresConnection) throws(PostgresError) {
        schema = connection.location.schema
        try readDatabase(connection)
        // Tables of our names in a schema without a warehouse are somebody else's.
        if hasSchema, try connection.hasWarehouse() { try readRelations(connection) }
    }

    private mutating func readDatabase(_ connection: PostgresConnection) throws(PostgresError) {
        let rows = try connection.query(
            """
            SELECT current_user::text, current_database()::text, n.oid IS NOT NULL,
                has_database_privilege(current_database(), 'CREATE'),
                has_database_privilege(current_database(), 'TEMPORARY'),
                coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
                coalesce(has_schema_privilege(n.oid, 'CREATE'), false),
                current_setting('server_version_num')::bigint
            FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = $1
            """, [.text(schema)])
        guard try rows.next() else { return }
        (role, database, hasSchema) = (rows.text(0) ?? "", rows.text(1) ?? "", rows.boolean(2))
        if rows.boolean(3) { onDatabase.insert("CREATE") }
        if rows.boolean(4) { onDatabase.insert("TEMPORARY") }
        if rows.boolean(5) { onSchema.insert("USAGE") }
        if rows.boolean(6) { onSchema.insert("CREATE") }
        serverVersion = rows.integer(7)
        try rows.close()
    }

    private mutating func readRelations(_ connection: PostgresConnection) throws(PostgresError) {
        let known = Set(
            (AllTables.content + OperationTables.all).map(\.name) + ["load_lease", "load_month"]
                + PostgreSQLViews.all.map(\.name))
        let rows = try connection.query(
            """
            SELECT c.relname, c.relkind = 'p', c.relkind = 'v', r.rolname, r.rolsuper, pg_has_role(c.relowner, 'USAGE'),
                CASE WHEN c.relkind = 'v' THEN false ELSE row_security_active(c.oid) END,
                has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
                has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE'),
                pg_has_role(c.relowner, 'MEMBER')
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition ORDER BY c.relname
            """, [.text(schema)])
        while try rows.next() {
            var relation = Relation(name: rows.text(0) ?? "")
            guard known.contains(relation.name) else { continue }
            (relation.isPartitioned, relation.isView) = (rows.boolean(1), rows.boolean(2))
            (relation.owner, relation.isOwnerSuperuser) = (rows.text(3) ?? "", rows.boolean(4))
            (relation.isOwned, relation.hidesRows) = (rows.boolean(5), rows.boolean(6))
            for (index, right) in (["SELECT"] + Self.changingRights).enumerated() where rows.boolean(7 + index) {
                relation.rights.insert(right)
            }
            relation.isMember = rows.boolean(11)
            relations.append(relation)
        }
    }
}

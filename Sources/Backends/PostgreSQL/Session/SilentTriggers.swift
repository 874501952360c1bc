import Domain

/// The triggers and rules of a user that could leave rows out without an error, where no count of rows would show it.
///
/// Rows that are sent to the server are counted when they are stored (`PostgresConnection.rowsLeftOut`). Other rows are
/// computed on the server, or deleted there, and a trigger that returns NULL for one of them
/// (https://www.postgresql.org/docs/current/plpgsql-trigger.html) would falsify the warehouse. Triggers AFTER rows cannot.
struct SilentTriggers {
    /// The tables of which every row is counted when it is inserted or updated.
    private static let counted =
        [BehaviourTables.facts, BehaviourTables.watchHistory] + BehaviourTables.merged + MovieTables.all

    /// The names of a warehouse's tables whose inserts and updates are not all counted.
    static let uncounted: [String] = {
        let counted = Set(Self.counted.map(\.name))
        return all.filter { !counted.contains($0) }
    }()
    private static let all = (AllTables.content + OperationTables.all).map(\.name)

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// - Throws: `PostgresError` with the name of the first such trigger or rule.
    func check() throws(PostgresError) {
        // Bits of tgtype: 1 for each row, 2 BEFORE, 4 INSERT, 8 DELETE, 16 UPDATE (src/include/catalog/pg_trigger.h). Values
        // of ev_type: 2 UPDATE, 3 INSERT, 4 DELETE.
        let rows = try connection.query(
            """
            SELECT 'trigger', t.tgname::text, c.relname::text
            FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 3 = 3
                AND (t.tgtype & 8 <> 0 AND c.relname IN (\(Self.list(Self.all)))
                    OR t.tgtype & 20 <> 0 AND c.relname IN (\(Self.list(Self.uncounted))))
            UNION ALL SELECT 'rule', r.rulename::text, c.relname::text
            FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND r.is_instead AND r.ev_enabled <> 'D'
                AND (r.ev_type = '4' AND c.relname IN (\(Self.list(Self.all)))
                    OR r.ev_type IN ('2', '3') AND c.relname IN (\(Self.list(Self.uncounted))))
            ORDER BY 3, 2 LIMIT 1
            """, [.text(connection.location.schema)])
        guard try rows.next(), let kind = rows.text(0), let name = rows.text(1), let table = rows.text(2) else {
            return
        }
        let isRule = kind == "rule"
        var error = connection.error(
            .constraint,
            "the \(kind) \(name) of the table \(table) could leave rows out, which nothing would show", "")
        error.ownHint =
            isRule
            ? "Remove the rule: DROP RULE \(PostgresLocation.quoted(name)) ON \(qualified(table))."
            : "Make the trigger one AFTER rows, which cannot leave any out, or remove it: DROP TRIGGER "
                + "\(PostgresLocation.quoted(name)) ON \(qualified(table)). Then run the same command again."
        throw error
    }

    private func qualified(_ table: String) -> String { connection.location.qualified(table) }

    private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
}

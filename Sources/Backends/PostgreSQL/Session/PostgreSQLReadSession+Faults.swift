import Domain

extension PostgreSQLReadSession {
    /// A reference that no foreign key holds, since checking each row made loads several times as slow.
    private struct Reference {
        let table: String
        let columns: [String]
        let parent: String
        let key: [String]

        init(_ table: String, _ columns: String..., to parent: String, _ key: String...) {
            self.table = table
            self.columns = columns
            self.parent = parent
            self.key = key
        }
    }

    private static let references: [Reference] =
        ([
            "dim_session", "fact_user_event", "watch_history", "ratings", "reactions", "watchlist", "comments",
            "comment_votes",
        ] + BehaviourTables.withdrawals.map(\.name)).map { Reference($0, "user_id", to: "users", "user_id") } + [
            Reference("fact_user_event", "session_id", to: "dim_session", "session_id"),
            Reference("watch_history", "event_time", "event_id", to: "fact_user_event", "event_time", "event_id"),
            Reference("rejected_record", "run_id", to: "load_run", "run_id"),
            Reference("rejected_record", "last_run_id", to: "load_run", "run_id"),
            Reference("rejected_record", "cured_run_id", to: "load_run", "run_id"),
        ]

    /// Rows that refer to rows that do not exist, indexes that cannot be used, and foreign keys that were not checked.
    func faults() throws -> [String] {
        let references = try Self.references.compactMap { reference in
            let count = try danglingRows(reference)
            return count == 0
                ? nil : "\(count) rows of \(reference.table) refer to rows of \(reference.parent) that are not there"
        }
        return try references + invalidIndexes() + uncheckedKeys()
    }

    /// Whether the partition of a month was detached.
    func mayLackRows() throws -> Bool { try connection.unusableMonths().contains { $0.state == .detached } }

    private func danglingRows(_ reference: Reference) throws -> Int64 {
        let conditions = zip(reference.columns, reference.key).map { "p.\($1) = c.\($0)" }
        let rows = try connection.query(
            """
            SELECT count(*) FROM \(dialect.table(reference.table)) AS c WHERE c.\(reference.columns[0]) IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM \(dialect.table(reference.parent)) AS p
            WHERE \(conditions.joined(separator: " AND ")))
            """)
        return try rows.next() ? rows.integer(0) : 0
    }

    private func invalidIndexes() throws -> [String] {
        try names(
            """
            SELECT c.relname FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND NOT (i.indisvalid AND i.indisready) ORDER BY 1
            """
        ).map { "the index \($0) is not valid, so that the server does not use it (REINDEX INDEX makes it valid)" }
    }

    private func uncheckedKeys() throws -> [String] {
        try names(
            """
            SELECT k.conname || ' of ' || c.relname FROM pg_catalog.pg_constraint AS k
            JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND NOT k.convalidated ORDER BY 1
            """
        ).map { "the constraint \($0) was not checked for all rows (ALTER TABLE … VALIDATE CONSTRAINT checks them)" }
    }

    private func names(_ sql: String) throws -> [String] {
        let rows = try connection.query(sql, [.text(connection.location.schema)])
        var names: [String] = []
        while try rows.next() { names.append(rows.text(0) ?? "") }
        return names
    }
}

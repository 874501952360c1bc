import Domain
import SQLWarehouse
import Schema

extension PostgreSQLSession {
    /// Writes numbered rows in ranges, of which each has a subtransaction (a PL/pgSQL block with EXCEPTION,
    /// https://www.postgresql.org/docs/current/plpgsql-control-structures.html#PLPGSQL-ERROR-TRAPPING). A range that is
    /// refused is halved, and one that is written is followed by one of twice its size, all in one statement on the server.
    func writeAccepted(_ rows: AcceptedRows) throws -> [(row: Int, words: String)]? {
        let refused = StagingTables.namePrefix + "refused_rows"
        try connection.makeTemporary(refused, columns: "ordinal bigint, words text, relation text, state text")
        try connection.execute("DELETE FROM pg_temp.\(refused)")
        try stage(rows.rows, as: rows.table)
        let staged = dialect.staged(rows.table)
        try connection.execute(
            """
            CREATE INDEX IF NOT EXISTS \(StagingTables.namePrefix)\(rows.table.name)_ordinal ON \(staged) (ordinal);
            ANALYZE \(staged)
            """)
        // A plan for any range would read whole tables for a range of one row.
        try connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        try connection.execute("DO " + SQLText.literal(rows.blocks(notingIn: "pg_temp.\(refused)")))
        let answer = try connection.query(
            "SELECT ordinal, words, relation, state FROM pg_temp.\(refused) ORDER BY ordinal")
        var found: [(row: Int, words: String)] = []
        while try answer.next() {
            let relation = answer.text(2).flatMap { $0.isEmpty ? nil : $0 }
            let words = PostgresError.wordsForQuarantine(answer.text(1) ?? "", table: relation, state: answer.text(3))
            found.append((Int(answer.integer(0)), words))
        }
        return found
    }
}

extension AcceptedRows {
    /// The PL/pgSQL code that writes the rows and notes the refused ones in a table.
    fileprivate func blocks(notingIn refused: String) -> String {
        let states = RefusedEvents.states.map { "'\($0)'" }.joined(separator: ", ")
        return """
            DECLARE
                \(Self.first) bigint := 0; \(Self.last) bigint; range_size bigint := \(keysDiffer ? max(1, rows.count / 2) : 1);
                refused_rows bigint := 0;
                words text; detail text; hint text; relation text; broken text;
            BEGIN
            WHILE \(Self.first) < \(rows.count) AND refused_rows < \(limit) LOOP
                \(Self.last) := least(\(Self.first) + range_size, \(rows.count)) - 1;
                BEGIN
                    \(statements.joined(separator: ";\n        "));
                    \(Self.first) := \(Self.last) + 1;
                    range_size := \(keysDiffer ? "range_size * 2" : "1");
                EXCEPTION WHEN OTHERS THEN
                    GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                        relation = TABLE_NAME, broken = CONSTRAINT_NAME;
                    IF SQLSTATE NOT LIKE '22%' AND SQLSTATE NOT LIKE '23%' AND SQLSTATE NOT IN (\(states))
                        OR SQLSTATE = '23505' AND broken = relation || '_pkey' THEN RAISE; END IF;
                    IF \(Self.last) > \(Self.first) THEN
                        range_size := (\(Self.last) - \(Self.first) + 1) / 2;
                    ELSE
                        words := words || CASE WHEN detail <> '' THEN ': ' || detail ELSE '' END
                            || CASE WHEN hint <> '' THEN '; ' || hint ELSE '' END;
                        INSERT INTO \(refused) VALUES (\(Self.first), rtrim(words, '.'), relation, SQLSTATE);
                        refused_rows := refused_rows + 1;
                        \(Self.first) := \(Self.first) + 1;
                        range_size := \(keysDiffer ? 2 : 1);
                    END IF;
                END;
            END LOOP;
            END
            """
    }
}

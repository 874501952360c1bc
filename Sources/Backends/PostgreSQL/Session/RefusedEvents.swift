import Domain
import SQLWarehouse
import Schema

/// Inserts events of which the server refuses some, and finds the refused ones.
///
/// The events are staged, and one statement on the server inserts them in blocks. Where it refuses a block, it inserts
/// the block's events one by one. An error undoes only its block or event, since each has a subtransaction (a PL/pgSQL
/// block with EXCEPTION, https://www.postgresql.org/docs/current/plpgsql-control-structures.html#PLPGSQL-ERROR-TRAPPING).
struct RefusedEvents {
    /// How many events are inserted at once.
    private static let block = 128

    private let connection: PostgresConnection
    private let statements: FactStatements

    init(_ connection: PostgresConnection, _ statements: FactStatements) {
        self.connection = connection
        self.statements = statements
    }

    /// Whether an error is about a value of a row, so that other rows may be inserted: a value that is out of range
    /// (class 22), a null (23502), a foreign key (23503), a CHECK (23514), a size limit (54000), or a trigger's RAISE
    /// EXCEPTION (P0001). See https://www.postgresql.org/docs/current/errcodes-appendix.html.
    static func isRefusal(_ error: PostgresError) -> Bool {
        guard let state = error.sqlState, !error.isConnectionLost else { return false }
        return state.hasPrefix("22") || states.contains(state)
    }

    static let states = ["23502", "23503", "23514", "54000", "P0001"]

    private static let isOther =
        "SQLSTATE NOT LIKE '22%' AND SQLSTATE NOT IN (\(states.map { "'\($0)'" }.joined(separator: ", ")))"

    /// Inserts events, and refuses in their group those that the server does not accept.
    func insert(_ targets: [FactTarget], of group: EventGroup, staging: inout StagingTables) throws {
        try connection.makeTemporary(Self.refused, columns: "ordinal bigint, words text")
        try connection.execute("DELETE FROM pg_temp.\(Self.refused)")
        for target in targets {
            try staging.copy(EventRows(group, order: target.candidates), into: .events)
            try connection.execute(
                """
                CREATE INDEX IF NOT EXISTS \(StagingTables.namePrefix)events_ordinal
                ON pg_temp.\(StagingTables.namePrefix)\(StagedTable.eventsName) (ordinal)
                """)
            try connection.execute(insertInBlocks(target))
        }
        let rows = try connection.query("SELECT ordinal, words FROM pg_temp.\(Self.refused)")
        while try rows.next() {
            let words = PostgresError.oneLine(rows.text(1) ?? "", limit: 300)
            group.refuse(
                candidate: Int(rows.integer(0)),
                message: "PostgreSQL refused the event: \(words). Change the constraint or trigger that refuses it, or "
                    + "correct the event; then run `reelhouse quarantine retry`")
        }
    }

    private static let refused = StagingTables.namePrefix + "refused_events"

    private func insertInBlocks(_ target: FactTarget) -> String {
        let schema = PostgresLocation.quoted(connection.location.schema)
        let staged = "pg_temp.\(StagingTables.namePrefix)\(StagedTable.eventsName)"
        let isWatch = "event_type = '\(EventType.watch.name)'"
        let insert = { (condition: String, events: String) in
            """
            INSERT INTO \(schema).\(target.facts) \(statements.insertFacts) WHERE \(condition);
            \(Self.expectStored("\(events).events", in: target.facts))
            INSERT INTO \(schema).\(target.watches) \(statements.insertWatches) WHERE \(condition) AND \(isWatch);
            \(Self.expectStored("\(events).watches", in: target.watches))
            """
        }
        let body = """
            DECLARE block record; event record; hint text; stored bigint;
            BEGIN
            FOR block IN SELECT min(ordinal) AS first, max(ordinal) AS last, count(*) AS events,
                count(*) FILTER (WHERE \(isWatch)) AS watches FROM
                (SELECT ordinal, event_type, (row_number() OVER (ORDER BY ordinal) - 1) / \(Self.block) AS number
                FROM \(staged)) AS numbered GROUP BY number
            LOOP
                BEGIN
                \(insert("ordinal BETWEEN block.first AND block.last", "block"))
                EXCEPTION WHEN OTHERS THEN
                    IF \(Self.isOther) THEN RAISE; END IF;
                    FOR event IN SELECT ordinal AS number, 1 AS events, (\(isWatch))::int AS watches FROM \(staged)
                        WHERE ordinal BETWEEN block.first AND block.last
                    LOOP
                        BEGIN
                        \(insert("ordinal = event.number", "event"))
                        EXCEPTION WHEN OTHERS THEN
                            IF \(Self.isOther) THEN RAISE; END IF;
                            GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
                            INSERT INTO pg_temp.\(Self.refused) VALUES (event.number,
                                SQLERRM || CASE WHEN hint <> '' THEN '; ' || hint ELSE '' END
                                || ' (SQLSTATE ' || SQLSTATE || ')');
                        END;
                    END LOOP;
                END;
            END LOOP;
            END
            """
        return "DO " + SQLText.literal(body)
    }

    /// Raises an exception when the statement before stored fewer rows than it had, as a trigger that returns NULL has it
    /// do.
    private static func expectStored(_ rows: String, in table: String) -> String {
        """
        GET DIAGNOSTICS stored = ROW_COUNT;
        IF stored < \(rows) THEN
            RAISE EXCEPTION 'a trigger or rule of the table \(table) keeps the row from being stored' USING
                HINT = 'remove it, or let the trigger return NEW';
        END IF;
        """
    }
}

extension PostgresError {
    /// Whether the server refuses a row of a merged table or a movie. A row that is not unique (23505, 23P01) is refused
    /// by an index that a user added; one that breaks a primary key is an error of this program.
    var isRefusalOfARow: Bool {
        if isConnectionLost || isStoredKey { return false }
        return RefusedEvents.isRefusal(self) || sqlState?.hasPrefix("23") == true
    }

    /// Whether a row has the primary key of a stored one.
    var isStoredKey: Bool {
        guard !isConnectionLost, sqlState == "23505", let table = objects.table else { return false }
        return objects.constraint == table + "_pkey"
    }

    /// The refusal of a line, with the server's words and what to do.
    var wordsForQuarantine: String { PostgresError.wordsForQuarantine(words, table: objects.table, state: sqlState) }

    /// The refusal of a line, with the server's words and what to do.
    static func wordsForQuarantine(_ words: String, table: String?, state: String?) -> String {
        let table = table.map { " of \($0)" } ?? ""
        let code = state.map { " (SQLSTATE \($0))" } ?? ""
        return "PostgreSQL refused a row\(table): \(PostgresError.oneLine(words, limit: 300))\(code). Change the "
            + "constraint or trigger that refuses it, or correct the line; then run `reelhouse quarantine retry`"
    }
}

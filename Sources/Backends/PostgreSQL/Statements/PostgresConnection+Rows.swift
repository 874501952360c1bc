import Domain

extension PostgresConnection {
    /// Copies rows of a row source into a table, by binary COPY.
    ///
    ///     try connection.copy(source, into: "users", schema: "reelhouse", columns: columns)
    ///
    /// - Parameters:
    ///   - rows: the rows, whose cells fit the columns.
    ///   - range: the indices of those that are copied; nil for all.
    ///   - table: its name.
    ///   - schema: the name of its schema; nil for one that is found without.
    ///   - columns: the columns that the cells are for, in their order, with the types that the table has.
    ///   - add: adds a cell in the column with an index.
    /// - Throws: `PostgresError`. The COPY is over then, and the transaction or savepoint can only be rolled back.
    func copy(
        _ rows: RowSource, _ range: Range<Int>? = nil, into table: String, schema: String,
        columns: [(name: String, type: PostgresType)],
        add: (RowCell, Int, PostgresCopy) -> Void = { cell, _, copy in copy.add(cell) }
    ) throws(PostgresError) {
        try copy(range ?? 0..<rows.count, into: table, schema: schema, columns: columns) { index, copy in
            rows.move(to: index)
            for column in columns.indices { add(rows.cell(column), column, copy) }
        }
    }

    /// Copies rows into a table, by binary COPY.
    ///
    /// - Parameters:
    ///   - rows: the indices of the rows.
    ///   - addCells: adds the cells of the row with an index.
    /// - Throws: `PostgresError`; with `areRowsLeftOut` when the server stored fewer rows than were sent. The COPY is over
    ///   then, and the transaction or savepoint can only be rolled back.
    @inline(__always)
    func copy(
        _ rows: Range<Int>, into table: String, schema: String, columns: [(name: String, type: PostgresType)],
        addCells: (Int, PostgresCopy) -> Void
    ) throws(PostgresError) {
        let copy = try copy(into: table, schema: schema, columns: columns)
        do throws(PostgresError) {
            for index in rows {
                copy.beginRow()
                addCells(index, copy)
                try copy.endRow()
            }
        } catch {
            // What failed is the error to report.
            try? copy.abandon()
            throw error
        }
        let stored = try copy.finish()
        if stored < Int64(rows.count) { throw rowsLeftOut(of: table, "\(rows.count) were sent, \(stored) were stored") }
    }

    /// The error of rows that the server did not store although it reported no error, as a trigger or rule may have it do
    /// (https://www.postgresql.org/docs/current/plpgsql-trigger.html).
    func rowsLeftOut(of table: String, _ counts: String) -> PostgresError {
        var error = error(
            .constraint, "a trigger or rule of the table \(table) keeps rows from being stored: \(counts)", "")
        error.areRowsLeftOut = true
        error.ownHint =
            "Remove the trigger or rule from \(table), or let the trigger return NEW for each row. (A trigger that raises "
            + "an exception has the row's line put into quarantine.) Nothing of the transaction was written; then run "
            + "the same command again."
        return error
    }

    /// Whether a table has triggers or rules that can keep a row from being stored.
    func hasTriggersBeforeRows(_ table: String) throws(PostgresError) -> Bool {
        // Bits of tgtype: 1 for each row, 2 BEFORE, 4 INSERT, 16 UPDATE (src/include/catalog/pg_trigger.h).
        let rows = try query(
            """
            SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal
                    AND tgenabled <> 'D' AND tgtype & 3 = 3 AND tgtype & 20 <> 0)
                OR EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite WHERE ev_class = $1::regclass AND ev_enabled <> 'D')
            """, [.text(table)])
        return try rows.next() && rows.boolean(0)
    }
}

extension PostgresCopy {
    /// The next cell. Integers are booleans, timestamps and dates too, by the column's type.
    @inline(__always)
    func add(_ cell: RowCell) {
        switch cell {
        case .null: addNull()
        case .integer(let value): add(integer: value)
        case .real(let value): add(real: value)
        case .date(let day): add(integer: Int64(day))
        case .uuid(let high, let low): add(high: high, low: low)
        case .text(let bytes), .blob(let bytes): add(bytes: bytes)
        }
    }
}

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
    /// - Throws: `PostgresError`. The COPY is over then, and the transaction or savepoint can only be rolled back.
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
        _ = try copy.finish()
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

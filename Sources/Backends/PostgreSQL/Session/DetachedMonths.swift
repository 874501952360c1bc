import Schema

/// The months whose partitions a user has detached.
enum DetachedMonths {
    /// The query that returns them as text, such as `2026-11`: `load_month` lists them, and one of their partitions is
    /// not attached.
    static func query(in schema: String) -> String {
        let name = PostgresLocation.quoted(schema)
        let attached = MonthPartitions.tables.map { table in
            """
            EXISTS (SELECT 1 FROM pg_catalog.pg_inherits AS i
            WHERE i.inhrelid = to_regclass(\(SQLText.literal(name + "." + table)) || to_char(m.month, '"_y"YYYY"m"MM'))
            AND i.inhparent = to_regclass(\(SQLText.literal(name + "." + table))))
            """
        }
        return """
            SELECT to_char(m.month, 'YYYY-MM') FROM \(name).load_month AS m
            WHERE NOT (\(attached.joined(separator: " AND "))) ORDER BY m.month
            """
    }
}

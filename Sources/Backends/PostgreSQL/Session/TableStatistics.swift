import Domain
import Schema

/// Updates the query planner's statistics of the tables that changed much.
///
/// Autovacuum does it too, but some time after the load, and never for partitioned tables
/// (https://www.postgresql.org/docs/current/routine-vacuuming.html, section 25.1.3).
struct TableStatistics {
    /// A table is analysed when it has grown by this share since it was last analysed.
    static let growth = 0.1

    /// The sample is 300 rows times this number. The server's default of 100 takes six times as long. With five million
    /// events, 19 of the 22 common questions (`schema/QUESTIONS.md`) get the same plan with both, and the others one that
    /// reads as much. Columns with a target of their own keep it.
    static let target = 15

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Analyses the tables and partitions that have no statistics and those that grew by more than a tenth, and a
    /// partitioned table where its facts grew so much. ANALYZE of a partitioned table includes its partitions.
    ///
    /// Whether a table has statistics is read from the statistics themselves. When a table was last analysed is forgotten
    /// by a server that crashed, and is not copied with a database
    /// (https://www.postgresql.org/docs/current/monitoring-stats.html).
    ///
    /// - Parameter newFacts: how many events this connection has inserted since the last call.
    func update(newFacts: Int64) throws {
        let parents = try grownParents(newFacts)
        let tables = try grownTables(except: parents)
        try analyze(parents + tables)
    }

    /// Analyses tables by a sample of the size that `target` gives.
    func analyze(_ tables: [String]) throws {
        if tables.isEmpty { return }
        try connection.execute("SET LOCAL default_statistics_target = \(Self.target)")
        for table in tables { try connection.execute("ANALYZE \(connection.location.qualified(table))") }
    }

    /// The partitioned tables that grew. Before version 14, the server does not store how many rows they had at the last
    /// ANALYZE; then only the growth by this connection counts.
    private func grownParents(_ newFacts: Int64) throws -> [String] {
        let schema = PostgresLocation.quoted(connection.location.schema)
        let rows = try connection.query(
            """
            SELECT c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            JOIN \(schema).load_row_count AS counted ON counted.table_name = c.relname
            WHERE n.nspname = $1 AND c.relkind = 'p' AND counted.row_count
                > greatest(c.reltuples, counted.row_count - $2::bigint) * (1 + $3::double precision)
            ORDER BY 1
            """, [.text(connection.location.schema), .integer(newFacts), .real(Self.growth)])
        var names: [String] = []
        while try rows.next() { names += rows.text(0).map { [$0] } ?? [] }
        return names
    }

    /// The other tables and the partitions that grew, by their size in pages.
    private func grownTables(except parents: [String]) throws -> [String] {
        let names = AllTables.content.map(\.name) + ["rejected_record"]
        let list = { (names: [String]) in "ARRAY[" + names.map { "'\($0)'" }.joined(separator: ", ") + "]::text[]" }
        let rows = try connection.query(
            """
            SELECT c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
            LEFT JOIN pg_catalog.pg_class AS parent ON parent.oid = i.inhparent
            CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint AS pages)
                AS size
            WHERE n.nspname = $1 AND c.relkind = 'r' AND size.pages > 0
            AND (c.relname = ANY (\(list(names)))
                OR parent.relname = ANY (\(list(MonthPartitions.tables.filter { !parents.contains($0) }))))
            AND (NOT EXISTS (SELECT FROM pg_catalog.pg_stats AS s
                    WHERE s.schemaname = n.nspname AND s.tablename = c.relname)
                OR size.pages > c.relpages * (1 + $2::double precision) + 8)
            ORDER BY 1
            """, [.text(connection.location.schema), .real(Self.growth)])
        var tables: [String] = []
        while try rows.next() { tables += rows.text(0).map { [$0] } ?? [] }
        return tables
    }
}

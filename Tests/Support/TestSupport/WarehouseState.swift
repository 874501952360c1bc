/// The state of a warehouse, read without the project's code: its content, and the loader's own tables.
public struct WarehouseState: Equatable, Sendable {
    /// The rows of each table of content, as SQL literals, sorted.
    public var content: [String: [String]] = [:]
    /// The sums over the rows of `load_run`, by column.
    public var sums: [String: Int64] = [:]
    /// The lines in quarantine with whether they are open, but without the runs, sorted.
    public var rejected: [String] = []
    /// The checkpoints of all sources, but without the runs, sorted.
    public var checkpoints: [String] = []

    /// Reads the state of a warehouse.
    public init(_ database: any TestDatabase) throws {
        for table in try database.tables() where !WarehouseState.isBookkeeping(table) {
            content[table] = try database.literals(of: table).sorted()
        }
        for name in ["read", "accepted", "duplicates", "rejected"] {
            sums[name] = try database.integer("SELECT coalesce(sum(\(name)), 0) FROM load_run")
        }
        rejected = try database.literals(
            of: "(SELECT *, cured_run_id IS NULL AS is_open FROM rejected_record) AS records",
            without: ["rejected_id", "run_id", "last_run_id", "cured_run_id"]
        ).sorted()
        checkpoints = try database.literals(of: "load_checkpoint", without: ["run_id", "first_run_id"]).sorted()
    }

    /// Reads the state of a SQLite warehouse.
    public init(path: String) throws { try self.init(Database(path: path)) }

    private static func isBookkeeping(_ table: String) -> Bool {
        table.hasPrefix("load_") || table == "rejected_record" || table == "schema_migration"
    }

    /// Describes the differences to another state; empty when both are equal.
    public func differences(from other: WarehouseState) -> [String] {
        var differences = contentDifferences(from: other)
        differences += WarehouseState.differences("rejected_record", rejected, other.rejected)
        differences += WarehouseState.differences("load_checkpoint", checkpoints, other.checkpoints)
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) where other.sums[name] != sum {
            differences.append("sum(\(name)) is \(sum), expected \(other.sums[name] ?? 0)")
        }
        return differences
    }

    /// Describes the differences to the content of another state.
    public func contentDifferences(from other: WarehouseState) -> [String] {
        let names = Set(content.keys).union(other.content.keys).sorted()
        return names.flatMap {
            WarehouseState.differences($0, content[$0, default: []], other.content[$0, default: []])
        }
    }

    private static func differences(_ name: String, _ rows: [String], _ expected: [String]) -> [String] {
        if rows == expected { return [] }
        let change = rows.difference(from: expected)
        let examples = change.prefix(4).map { step in
            switch step {
            case .insert(_, let row, _): "  has \(row)"
            case .remove(_, let row, _): "  lacks \(row)"
            }
        }
        return ["\(name): \(rows.count) rows, expected \(expected.count); " + examples.joined(separator: "\n")]
    }
}

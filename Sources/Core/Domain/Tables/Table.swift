/// The type of a column, the same on every backend.
public enum ColumnType: String, Sendable, BitwiseCopyable {
    /// A 64-bit integer.
    case integer
    /// A double, never NaN or infinite.
    case real
    /// Text in UTF-8 without U+0000.
    case text
    /// True or false.
    case boolean
    /// A day, as days since 1970-01-01.
    case date
    /// A timestamp, as milliseconds since 1970 in UTC.
    case timestamp
    /// 16 bytes, in two cells, the first with the higher bytes.
    case uuid
    /// Bytes.
    case blob

    /// How many 64-bit cells a value takes in a packed row.
    public var cellCount: Int { self == .uuid ? 2 : 1 }
    /// Whether the cell is a `ByteRange` of the row set's text.
    public var isSpan: Bool { self == .text || self == .blob }
}

/// A column: its name, type and meaning are the same on every backend and in the data dictionary.
public struct Column: Sendable {
    /// The column's name.
    public let name: String
    /// What it holds.
    public let type: ColumnType
    /// Whether it may be null.
    public let isNullable: Bool
    /// What it means, with its unit: a line of the data dictionary.
    public let meaning: String

    /// A column that is never null.
    public static func required(_ name: String, _ type: ColumnType, _ meaning: String) -> Column {
        Column(name: name, type: type, isNullable: false, meaning: meaning)
    }

    /// A column that may be null.
    public static func optional(_ name: String, _ type: ColumnType, _ meaning: String) -> Column {
        Column(name: name, type: type, isNullable: true, meaning: meaning)
    }
}

/// How some columns of two rows with the same key are merged into one row. Each rule is commutative, associative and
/// idempotent, so that the order of the rows and repetitions do not matter. Only `sum` is not idempotent: its rows come
/// from accepted events, and an event is accepted once.
///
///     .greatest(rank: ["event_time", "event_id"], carried: ["score"])  // The last rating of a user and movie.
public enum MergeRule: Sendable {
    /// All of the columns come from the row whose `rank` is greatest, compared column by column, null the least.
    case greatest(rank: [String], carried: [String])
    /// All of the columns come from the row whose `rank` is least, compared column by column, null the greatest.
    case least(rank: [String], carried: [String])
    /// The lesser of the two values.
    case minimum(String)
    /// The greater of the two values.
    case maximum(String)
    /// The sum of the two integers, for each of the columns.
    case sum([String])
}

/// A secondary index of a table, for queries that select rows by its columns.
public struct TableIndex: Sendable, Equatable {
    /// The index's name, made of the names of the table and the columns.
    public let name: String
    /// The table that it is on.
    public let table: String
    /// The columns, in order, without those of the primary key, which the database appends itself.
    public let columns: [String]
    /// Whether it is made only by `reelhouse index`, since it makes loads slower.
    public let isOnRequest: Bool

    init(table: String, columns: [String], isOnRequest: Bool) {
        self.name = "\(table)_by_" + columns.joined(separator: "_and_")
        self.table = table
        self.columns = columns
        self.isOnRequest = isOnRequest
    }
}

/// The group of a table in the data dictionary.
public enum TableKind: String, Sendable {
    /// Movies and what they refer to.
    case movies
    /// Users, sessions, facts and other tables that are loaded from events.
    case behaviour
    /// Computed from the tables above.
    case marts
    /// The loader's own state: runs, checkpoints, quarantine.
    case operations
}

/// The declaration of a table: its columns, its key, and how two rows with the same key are merged. The migrations are
/// tested against it; the merge in memory, the upserts, the digest and the data dictionary are made from it.
///
///     Table(
///         "users", .behaviour, "One row for each user.", key: ["user_id"], merge: [.maximum("last_seen")],
///         columns: [
///             .required("user_id", .integer, "The user."),
///             .required("last_seen", .timestamp, "The time of the user's last event."),
///         ])
public struct Table: Sendable {
    /// The table's name.
    public let name: String
    /// Its group in the data dictionary.
    public let kind: TableKind
    /// What a row is: a line of the data dictionary.
    public let meaning: String
    /// Its columns, in order.
    public let columns: [Column]
    /// The names of the columns of its key, in order.
    public let key: [String]
    /// How rows with the same key are merged; empty when a key never comes twice.
    public let merge: [MergeRule]
    /// Whether an entry can be withdrawn. A withdrawn entry has no row in the table, and an older one that arrives
    /// later does not bring it back.
    public let isWithdrawable: Bool
    /// Its secondary indexes.
    public let indexes: [TableIndex]
    /// For each column, its first cell in a packed row (cell 0 has the null bits).
    public let cells: [Int]
    /// Cells of a packed row.
    public let stride: Int
    /// The indices of the key's columns.
    public let keyColumns: [Int]

    /// A table.
    ///
    /// - Parameters:
    ///   - indexes: for each index that every warehouse has, its columns.
    ///   - indexesOnRequest: for each index that only `reelhouse index` makes, its columns.
    public init(
        _ name: String, _ kind: TableKind, _ meaning: String, key: [String], merge: [MergeRule] = [],
        isWithdrawable: Bool = false, indexes: [[String]] = [], indexesOnRequest: [[String]] = [], columns: [Column]
    ) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
        self.key = key
        self.merge = merge
        self.isWithdrawable = isWithdrawable
        self.indexes =
            indexes.map { TableIndex(table: name, columns: $0, isOnRequest: false) }
            + indexesOnRequest.map { TableIndex(table: name, columns: $0, isOnRequest: true) }
        self.columns = columns
        var cells: [Int] = []
        var next = 1
        for column in columns {
            cells.append(next)
            next += column.type.cellCount
        }
        self.cells = cells
        self.stride = next
        precondition(columns.count < 63, "the null bits of a packed row are one word")
        self.keyColumns = key.map { name in Table.index(of: name, in: columns) }
    }

    /// The index of a column.
    public func index(of name: String) -> Int { Table.index(of: name, in: columns) }

    private static func index(of name: String, in columns: [Column]) -> Int {
        guard let index = columns.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("a table is declared with a column \(name) that it does not have")
        }
        return index
    }

    /// The table that stores the last withdrawal of each entry: the key and the rank. Nil when entries of this table
    /// cannot be withdrawn.
    public var withdrawals: Table? {
        guard isWithdrawable, case .greatest(let rank, _)? = merge.first else { return nil }
        let kept = (key + rank).map { columns[index(of: $0)] }
        return Table(
            "withdrawn_\(name)", kind,
            "The last withdrawal of each entry of \(name). Entries that are older than their withdrawal are ignored.",
            key: key, merge: [.greatest(rank: rank, carried: [])], columns: kept)
    }
}

/// The forms that a snapshot's files may have.
public enum SnapshotFormat: String, Sendable, CaseIterable {
    /// A file of comma-separated values for each table, compressed with zstd (RFC 4180, but lines end with LF).
    case csv
    /// A file of one JSON object a line for each table, compressed with zstd.
    case ndjson
    /// The whole as one SQLite file, which is a warehouse itself.
    case sqlite
    /// An Apache Parquet file for each table.
    case parquet

    /// Whether a table's file is lines of text, so that a later snapshot can be compared with it.
    public var isText: Bool { self == .csv || self == .ndjson }

    /// The name of the file of a table, or of the removed keys of one.
    public func fileName(_ name: String) -> String {
        switch self {
        case .csv: name + ".csv.zst"
        case .ndjson: name + ".ndjson.zst"
        case .sqlite: "warehouse.db"
        case .parquet: name + ".parquet"
        }
    }
}

/// How the values of a snapshot are written. Two snapshots can be compared line by line when these are equal.
public struct SnapshotForm: Sendable, Equatable {
    /// The form of the files.
    public var format: SnapshotFormat
    /// Whether a file of CSV begins with a byte order mark.
    public var hasMark: Bool
    /// Whether texts that a spreadsheet would take for formulas are made harmless.
    public var guardsFormulas: Bool
    /// What the key of the pseudonyms is known by; nil when nothing is pseudonymized.
    public var pseudonymKey: String?

    /// A form; by default without additions.
    public init(
        _ format: SnapshotFormat, hasMark: Bool = false, guardsFormulas: Bool = false, pseudonymKey: String? = nil
    ) {
        self.format = format
        self.hasMark = hasMark
        self.guardsFormulas = guardsFormulas
        self.pseudonymKey = pseudonymKey
    }
}

/// The tables that can be exported.
public enum SnapshotTables {
    /// Those that are exported unless others are named: all that the digest covers, so that a snapshot can become a
    /// warehouse of the same digest, and the runs.
    public static let byDefault = AllTables.content + [OperationTables.runs]
    /// All of them. The others are the loader's own state, and the quarantine.
    public static let all =
        byDefault + OperationTables.all.filter { $0.name != OperationTables.runs.name }

    /// The table of a name.
    public static func table(_ name: String) -> Table? { all.first { $0.name == name } }
}

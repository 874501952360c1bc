import enum Logging.Redaction

/// Why a snapshot cannot be made, compared, verified or pruned.
public enum SnapshotError: ReportedError, Equatable {
    /// No table has this name.
    case unknownTable(String)
    /// Two options exclude each other, or one is of no use with a format.
    case options(String, hint: String)
    /// No key for pseudonyms is set.
    case noKey
    /// The key for pseudonyms is too short.
    case shortKey(bytes: Int)
    /// The warehouse lacks migrations.
    case older(location: String, version: Int, known: Int)
    /// The warehouse was changed without a lock while it was read.
    case changed(location: String)
    /// A stored value is not of its column's type.
    case wrongValue(location: String, table: String, column: String)
    /// The log beside the warehouse has grown over the limit.
    case logTooLong(location: String, bytes: Int64, limit: Int64)
    /// A path is no snapshot.
    case noSnapshot(path: String)
    /// The snapshot is damaged.
    case damaged(path: String, how: String)
    /// A snapshot cannot be compared with this export.
    case incomparable(path: String, why: String)
    /// No Python with a library that writes Parquet was found.
    case noParquet(tried: String, words: String)
    /// The Parquet file of a table could not be written, or has other rows.
    case parquetFailed(table: String, words: String)

    /// What failed, and where.
    public var message: String { Redaction.text(text) }

    private var text: String {
        switch self {
        case .unknownTable(let name): "there is no table '\(name)' to export"
        case .options(let words, _): words
        case .noKey: "--pseudonymize needs a key, and \(Pseudonyms.variable) is not set"
        case .shortKey(let bytes):
            "the key in \(Pseudonyms.variable) has \(bytes) bytes, and at least \(Pseudonyms.leastKeyBytes) are needed"
        case .older(let location, let version, let known):
            "the warehouse \(location) has schema version \(version), and an export needs version \(known)"
        case .changed(let location): "the warehouse \(location) was changed while it was exported"
        case .wrongValue(let location, let table, let column):
            "the warehouse \(location) has a value in \(table).\(column) that is not of the column's type"
        case .logTooLong(let location, let bytes, let limit):
            "the write-ahead log of \(location) has grown to \(NumberFormat.bytes(bytes)) while it was exported, over the "
                + "limit of \(NumberFormat.bytes(limit))"
        case .noSnapshot(let path): "\(path) is no snapshot: it has no manifest.json of `reelhouse export`"
        case .damaged(let path, let how): "the snapshot \(path) is damaged: \(how)"
        case .incomparable(let path, let why): "the export cannot be compared with \(path): \(why)"
        case .noParquet(let tried, let words):
            "\(tried) has no library that writes Parquet" + (words.isEmpty ? "" : ": \(words)")
        case .parquetFailed(let table, let words): "the Parquet file of \(table) could not be made: \(words)"
        }
    }

    /// What to do next.
    public var hint: String { Redaction.text(advice) }

    private var advice: String {
        switch self {
        case .unknownTable: "Those are: \(SnapshotTables.all.map(\.name).joined(separator: ", "))."
        case .options(_, let hint): hint
        case .noKey:
            "Set it in the environment, or in .env and name that with --env-file: \(Pseudonyms.variable)=$(openssl rand "
                + "-hex 32). Keep it: with another key all pseudonyms are others."
        case .shortKey: "Make a new one, as by `openssl rand -hex 32`."
        case .older(let location, _, _):
            "Bring it up to date with `reelhouse migrate --warehouse '\(location)'`, and export it then."
        case .changed: "Nothing was kept. Run the same command again when the load has ended."
        case .wrongValue:
            "Nothing was kept. Another program has changed that table: correct the value, and run the same command again."
        case .logTooLong:
            "Nothing was kept, and the log becomes shorter again with the next load. Export when no load is going on, or "
                + "allow more with --log-limit; fewer --tables take less time."
        case .noSnapshot: "Name the folder of a snapshot, such as snapshots/2026-11-28."
        case .damaged: "Take a new snapshot; do not delete this one until another one is verified."
        case .incomparable: "Name another snapshot with --since, or export the whole, without --since."
        case .noParquet:
            "Install one of them, as by `python3 -m pip install duckdb` or `… pyarrow`, or name a Python that has one "
                + "with REELHOUSE_PYTHON."
        case .parquetFailed: "Nothing was kept. Try the other library (DuckDB, PyArrow), or export as csv."
        }
    }

    /// Wrong usage where the command line has to be changed, otherwise a failure.
    public var kind: FailureKind {
        switch self {
        case .unknownTable, .options, .noKey, .shortKey, .noSnapshot, .incomparable: .usage
        default: .failed
        }
    }

    /// Whether the same export may succeed later.
    public var mayRetry: Bool {
        switch self {
        case .changed, .logTooLong: true
        default: false
        }
    }

    /// The error of reading a warehouse, in the words of an export; the same error where there is nothing to change.
    public static func of(_ error: any Error) -> any Error {
        switch error as? CopyError {
        case .older(let location, let version, let known):
            SnapshotError.older(location: location, version: version, known: known)
        case .changed(let location): SnapshotError.changed(location: location)
        case .wrongValue(let location, let table, let column):
            SnapshotError.wrongValue(location: location, table: table, column: column)
        default: error
        }
    }
}

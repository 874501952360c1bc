import enum Logging.Redaction

/// Why a warehouse cannot be copied.
public enum CopyError: ReportedError, Equatable {
    /// The target has rows already; `table` is a table that has some.
    case notEmpty(location: String, table: String)
    /// Source and target are the same warehouse.
    case itself(location: String)
    /// The source has an older schema.
    case older(location: String, version: Int, known: Int)
    /// The source was changed without a lock while it was read.
    case changed(location: String)
    /// A stored value is not of its column's type.
    case wrongValue(location: String, table: String, column: String)
    /// The copy differs from the source in some tables.
    case differs(from: String, to: String, tables: [String])
    /// A signal has stopped the copy.
    case stopped(location: String)

    /// What failed, and where.
    public var message: String {
        let text =
            switch self {
            case .notEmpty(let location, let table):
                "the warehouse \(location) is not empty: \(table) has rows"
            case .itself(let location): "the warehouse \(location) cannot be copied into itself"
            case .older(let location, let version, let known):
                "the warehouse \(location) has schema version \(version), and a copy needs version \(known)"
            case .changed(let location): "the warehouse \(location) was changed while it was copied"
            case .wrongValue(let location, let table, let column):
                "the warehouse \(location) has a value in \(table).\(column) that is not of the column's type"
            case .differs(let source, let target, let tables):
                "the copy of \(source) in \(target) has another content in \(tables.joined(separator: ", "))"
            case .stopped(let location): "the copy was stopped, and \(location) is as it was before"
            }
        return Redaction.text(text)
    }

    /// What to do next.
    public var hint: String {
        let text =
            switch self {
            case .notEmpty:
                "Nothing was changed. Name a place with --to where there is no warehouse yet, or remove that one first."
            case .itself: "Name another place with --to."
            case .older(let location, _, _):
                "Bring it up to date with `reelhouse migrate --warehouse '\(location)'`, and copy it then."
            case .changed: "Nothing was kept. Run the same command again when the load has ended."
            case .wrongValue:
                "Nothing was kept. Another program has changed that table: correct the value, and run the same command "
                    + "again."
            case .differs:
                "Nothing was kept. Check the source with `reelhouse doctor`, and the target for triggers or rules that "
                    + "change rows."
            case .stopped: "Run the same command again to copy everything."
            }
        return Redaction.text(text)
    }

    /// Wrong usage when source and target are the same, otherwise a failure.
    public var kind: FailureKind {
        if case .itself = self { return .usage }
        return .failed
    }

    /// Whether the same copy may succeed later.
    public var mayRetry: Bool {
        switch self {
        case .changed, .stopped: true
        default: false
        }
    }
}

import enum Logging.Redaction

/// Why a warehouse cannot be used. These errors are common to all databases; a backend has its own type for the others.
public enum WarehouseError: ReportedError, Equatable {
    /// Another run is writing. `by` names it where the database knows it: "process 4711 at 10.0.0.5".
    case inUse(location: String, by: String? = nil)
    /// There is no warehouse at the location.
    case notThere(location: String)
    /// A newer version of this program has migrated the warehouse.
    case newerSchema(location: String, version: Int, known: Int)
    /// A migration or an index needs a name that a table, view or index of the user has. `kind` says which of these it
    /// is, and `by` what needs the name.
    case nameTaken(location: String, kind: String, name: String, by: String)

    /// What failed, and where.
    public var message: String {
        let text =
            switch self {
            case .inUse(let location, let run):
                "the warehouse \(location) is in use by another run" + (run.map { " (\($0))" } ?? "")
            case .notThere(let location): "there is no warehouse at \(location)"
            case .newerSchema(let location, let version, let known):
                "the warehouse \(location) has schema version \(version), and this program knows \(known)"
            case .nameTaken(let location, let kind, let name, let user):
                "the warehouse \(location) has a \(kind) named \(name), which \(user) needs for itself"
            }
        return Redaction.text(text)
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .inUse: "Wait for that run to end, or name another warehouse with --warehouse."
        case .notThere: "Make one with `reelhouse run`, or name another one with --warehouse."
        case .newerSchema: "Install the version of reelhouse that last wrote to it, or a newer one."
        case .nameTaken(_, let kind, let name, _):
            "Nothing was changed. Somebody made that \(kind): rename it, remove it if nobody needs it (DROP "
                + "\(kind.uppercased()) \(name)), or name another place for the warehouse (on PostgreSQL another schema, "
                + "?schema=NAME), and run the same command again."
        }
    }

    /// `.inUse` when another run is writing, otherwise `.failed`.
    public var kind: FailureKind {
        if case .inUse = self { return .inUse }
        return .failed
    }
}

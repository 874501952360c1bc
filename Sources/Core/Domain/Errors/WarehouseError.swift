import enum Logging.Redaction

/// Why a warehouse cannot be used, whatever database it is in. What only one database can say is an error of its backend.
public enum WarehouseError: ReportedError, Equatable {
    /// Another run is writing; `by` says which, where the database knows it: "process 4711 at 10.0.0.5".
    case inUse(location: String, by: String? = nil)
    /// There is none yet.
    case notThere(location: String)
    /// It was written by a newer version of this program.
    case newerSchema(location: String, version: Int, known: Int)
    /// A name that an update of the schema or an index needs belongs to something that a person made.
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
        case .inUse: "Wait for that run to end (see `reelhouse status`), or name another warehouse with --warehouse."
        case .notThere: "Make one with `reelhouse run`, or name another one with --warehouse."
        case .newerSchema: "Install the version of reelhouse that last wrote to it, or a newer one."
        case .nameTaken(_, let kind, let name, _):
            "Nothing was changed. Somebody made that \(kind): rename it, or remove it (DROP \(kind.uppercased()) \(name)), "
                + "and run the same command again."
        }
    }

    /// Whether another run is in.
    public var kind: FailureKind {
        if case .inUse = self { return .inUse }
        return .failed
    }
}

/// Why no backend can be selected for a location.
public enum LocationError: ReportedError, Equatable {
    /// No backend of the port has this scheme; `takes` lists the help texts of those that there are.
    case unknownScheme(Location, port: String, takes: [String])
    /// The locations of one port belong to different backends.
    case mixed(Location, Location, port: String)

    /// What failed, and where.
    public var message: String {
        switch self {
        case .unknownScheme(let location, let port, _):
            location.scheme.map { "this version has no '\($0):' for the \(port): \(location)" }
                ?? "this version takes no path for the \(port): \(location)"
        case .mixed(let first, let second, let port):
            "the \(port) come from places of different kinds, \(first) and \(second)"
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .unknownScheme(_, _, let takes):
            takes.isEmpty ? "Leave the option out." : "It takes " + takes.joined(separator: ", ") + "."
        case .mixed(_, _, let port): "Name places of one kind with --\(port), and run once more for the others."
        }
    }

    /// Wrong usage.
    public var kind: FailureKind { .usage }
}

import Arguments
import Domain
import Files
import Glibc
import Logging
import SQLite

/// What stands behind the ports: a location's scheme picks the adapter. A new backend is one line of a list here.
enum Backends {
    private static let warehouses: [String: @Sendable (String) throws -> any Warehouse] = [
        "sqlite": { try SQLiteWarehouse(path: $0) }
    ]
    private static let readers: [String: @Sendable (String) throws -> any WarehouseReader] = [
        "sqlite": { try SQLiteReader(path: $0) }
    ]
    private static let rawStores: [String: @Sendable (String) throws -> any RawStore] = [
        "file": { try RawFolder(path: $0) }
    ]

    /// Refuses locations that mean standard input or output, or memory, to other programs: nothing is kept there, and a
    /// file of such a name is a mistake.
    ///
    /// - Throws: `BackendError`.
    static func check(_ arguments: ParsedArguments) throws {
        for (option, otherwise, names) in [
            ("warehouse", "sqlite", ["-", ":memory:"]), ("raw", "file", ["-"]),
        ] where arguments.takesValue(option) {
            let location = arguments.string(option) ?? ""
            let place = split(location, otherwise: otherwise)
            if place.scheme == otherwise, names.contains(place.rest) {
                throw BackendError.noPlace(location: location, name: place.rest, option: option)
            }
        }
    }

    /// Opens a warehouse for writing.
    static func warehouse(_ location: String) throws -> any Warehouse {
        try pick(location, from: warehouses, otherwise: "sqlite", port: "warehouse")
    }

    /// Checks what a dry run leaves out: whether the warehouse could be made where there is none.
    static func checkPlace(_ location: String) throws {
        let (scheme, path) = split(location, otherwise: "sqlite")
        if scheme == "sqlite", !path.isEmpty { try SQLiteWarehouse.checkPlace(path: path) }
    }

    /// Whether there is a warehouse already, so that a dry run of a file that is not there, or empty, makes none.
    static func isThere(_ location: String) -> Bool {
        let (scheme, path) = split(location, otherwise: "sqlite")
        var status = stat()
        return scheme != "sqlite"
            || (stat(path, &status) == 0 && (status.st_size > 0 || status.st_mode & S_IFMT != S_IFREG))
    }

    /// Opens a warehouse for reading.
    static func reader(_ location: String) throws -> any WarehouseReader {
        try pick(location, from: readers, otherwise: "sqlite", port: "warehouse")
    }

    /// Opens the place where raw documents are kept.
    static func rawStore(_ location: String) throws -> any RawStore {
        try pick(location, from: rawStores, otherwise: "file", port: "raw store")
    }

    /// Finds what lines come in from.
    static func sources(
        _ port: SourcePort, _ locations: [String], options: FileSet.Options = FileSet.Options()
    ) throws -> any SourceSet {
        for location in locations {
            if case .url(let scheme, _) = Location(location) {
                throw BackendError.unknownScheme(scheme, location: location, port: port.rawValue, known: ["a path"])
            }
        }
        return try FileSet(locations, port: port, options: options)
    }

    private static func pick<Adapter>(
        _ location: String, from adapters: [String: @Sendable (String) throws -> Adapter], otherwise: String,
        port: String
    ) throws -> Adapter {
        let (scheme, path) = split(location, otherwise: otherwise)
        guard let open = adapters[scheme] else {
            let known = adapters.keys.sorted().map { "\($0):" }
            throw BackendError.unknownScheme(scheme, location: location, port: port, known: known)
        }
        guard !path.isEmpty else { throw BackendError.noPath(location: location, port: port) }
        return try open(path)
    }

    /// The scheme of a location, and the path or what else follows it.
    static func split(_ location: String, otherwise: String) -> (scheme: String, rest: String) {
        switch Location(location) {
        case .path(let path): (otherwise, path)
        case .url(let scheme, let rest): (scheme, Location.place(scheme: scheme, rest: rest))
        }
    }
}

/// A location that no adapter is for.
enum BackendError: Error {
    case unknownScheme(String, location: String, port: String, known: [String])
    case noPath(location: String, port: String)
    case noPlace(location: String, name: String, option: String)

    var description: String {
        switch self {
        case .unknownScheme(let scheme, let location, let port, _):
            "this version has no '\(scheme):' for the \(port): \(Redaction.url(location))"
        case .noPath(let location, let port): "the \(port) '\(Redaction.url(location))' names no file"
        case .noPlace(let location, let name, let option):
            (option == "raw"
                ? "--raw takes a folder, not standard output"
                : "--\(option) takes a file, not "
                    + (name == "-" ? "standard input or output" : "a database in memory"))
                + ": '\(Redaction.url(location))'"
        }
    }

    var hint: String {
        switch self {
        case .unknownScheme(_, _, _, let known): "It takes " + known.joined(separator: ", ") + "."
        case .noPath:
            "Write a path after it: sqlite:///warehouse.db is in this folder, sqlite:////srv/warehouse.db is not."
        case .noPlace(_, let name, "raw"):
            "Name a folder, as in --raw data/raw; one of that name is ./\(name)."
        case .noPlace(_, let name, _):
            "Name a file, as in -w warehouse.db; one of that name is ./\(name)."
                + (name == "-" ? "" : " To see what a run would do and keep nothing, use `reelhouse run --dry-run`.")
        }
    }

    var status: ExitStatus { .usage }
}

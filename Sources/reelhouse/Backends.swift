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

    /// Opens a warehouse for writing.
    static func warehouse(_ location: String) throws -> any Warehouse {
        try pick(location, from: warehouses, otherwise: "sqlite", port: "warehouse")
    }

    /// Whether there is a warehouse already, so that a dry run of a file that is not there makes none.
    static func isThere(_ location: String) -> Bool {
        let (scheme, rest) = scheme(of: location) ?? ("sqlite", location)
        return scheme != "sqlite" || access(rest, F_OK) == 0
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
        _ port: SourceIdentity.Port, _ locations: [String], options: FileSet.Options = FileSet.Options()
    ) throws -> any SourceSet {
        for location in locations {
            if let scheme = scheme(of: location)?.scheme {
                throw BackendError.unknownScheme(scheme, location: location, port: port.rawValue, known: ["a path"])
            }
        }
        return try FileSet(locations, port: port, options: options)
    }

    private static func pick<Adapter>(
        _ location: String, from adapters: [String: @Sendable (String) throws -> Adapter], otherwise: String,
        port: String
    ) throws -> Adapter {
        let (scheme, rest) = scheme(of: location) ?? (otherwise, location)
        guard let open = adapters[scheme] else {
            let known = adapters.keys.sorted().map { "\($0):" }
            throw BackendError.unknownScheme(scheme, location: location, port: port, known: known)
        }
        return try open(rest)
    }

    /// The scheme of a location and what follows it; nil for a plain path.
    static func scheme(of location: String) -> (scheme: String, rest: String)? {
        guard let colon = location.firstIndex(of: ":") else { return nil }
        let scheme = location[..<colon]
        guard let first = scheme.first, first.isASCII, first.isLetter,
            scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }),
            !scheme.contains("."), scheme.count > 1
        else { return nil }
        return (String(scheme), String(location[location.index(after: colon)...]))
    }
}

/// A location that no adapter is for.
enum BackendError: Error {
    case unknownScheme(String, location: String, port: String, known: [String])

    var description: String {
        switch self {
        case .unknownScheme(let scheme, let location, let port, _):
            "this version has no '\(scheme):' for the \(port): \(Redaction.url(location))"
        }
    }

    var hint: String {
        switch self {
        case .unknownScheme(_, _, _, let known): "It takes " + known.joined(separator: ", ") + "."
        }
    }

    var status: ExitStatus { .usage }
}

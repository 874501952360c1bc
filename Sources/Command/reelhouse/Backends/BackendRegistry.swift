import Domain
import Files
import PostgreSQL
import SQLite

/// The backends that this version has. A new one is a line here for each kind of port that it serves; the rest of the
/// command finds it by these lists.
enum BackendRegistry {
    static let warehouses: [WarehouseBackend] = [
        .sqlite,
        .postgreSQL,
    ]
    static let rawStores: [RawStoreBackend] = [
        .files
    ]
    static let sources: [SourceBackend] = [
        .files
    ]

    /// Schemes that a later version will have: a location of theirs is no path, and the error says that this version
    /// does not have them.
    private static let laterSchemes: Set<String> = [
        "kafka", "mongodb", "mongodb+srv", "tmdb",
    ]

    static let all: [any Backend] = warehouses + rawStores + sources
    /// Schemes that mean a URL, with `//` behind the colon or not.
    static let schemes = laterSchemes.union(all.flatMap(\.naming.schemes))

    /// What `--help` says that an option takes, of all backends of a port: `a folder, or mongodb://HOST/DATABASE`.
    static func help(_ backends: [some Backend]) -> String {
        backends.map(\.naming.help).joined(separator: "; or ")
    }

    /// The backends that lines of a port come from.
    static func sources(_ port: SourcePort) -> [SourceBackend] { sources.filter { $0.ports.contains(port) } }

    /// The backend that a location names.
    ///
    /// - Parameter port: the port in words, for the error.
    /// - Throws: `LocationError.unknownScheme`.
    static func pick<Kind: Backend>(_ location: Location, from backends: [Kind], port: String) throws -> Kind {
        if let backend = backends.first(where: { $0.naming.includes(location) }) { return backend }
        let takes = backends.flatMap { backend in
            (backend.naming.takesPaths ? ["a path"] : []) + backend.naming.schemes.map { $0 + ":" }
        }
        throw LocationError.unknownScheme(location, port: port, takes: takes)
    }
}

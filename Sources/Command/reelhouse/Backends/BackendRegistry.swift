import Domain
import Files
import Kafka
import MongoDB
import PostgreSQL
import SQLite
import TMDB

/// The backends of this version. A new backend adds one line here for each kind of port that it serves; all other code
/// of the command finds it in these lists.
enum BackendRegistry {
    /// What the libraries of backends need at the start of the process.
    static func begin() { SharedCounters.remove() }

    static let warehouses: [WarehouseBackend] = [
        .sqlite,
        .postgreSQL,
    ]
    static let rawStores: [RawStoreBackend] = [
        .files,
        .mongoDB,
    ]
    static let sources: [SourceBackend] = [
        .files,
        .kafka,
        .mongoDB,
    ]
    static let messageTargets: [MessageTargetBackend] = [
        .kafka
    ]
    /// Where a run can send what it accepts (`--backup`).
    static let backups: [MessageTargetBackend] = [
        .kafka,
        .mongoDB,
    ]

    /// Where `reelhouse fetch` gets documents from.
    static let services: [ServiceBackend] = [
        .tmdb
    ]

    static let all: [any Backend] = warehouses + rawStores + sources + messageTargets + backups + services
    /// All schemes that make a location a URL, with or without `//` after the colon.
    static let schemes = Set(all.flatMap(\.naming.schemes))

    /// The text of `--help` for the locations of a port: `a folder, or mongodb://HOST/DATABASE`.
    static func help(_ backends: [some Backend]) -> String {
        backends.map(\.naming.help).joined(separator: "; or ")
    }

    /// The backends that can serve an input port.
    static func sources(_ port: SourcePort) -> [SourceBackend] { sources.filter { $0.ports.contains(port) } }

    /// The backend of a location.
    ///
    /// - Parameter port: the name of the port, for the error.
    /// - Throws: `LocationError.unknownScheme`; `CommandError` for a service that documents are fetched from.
    static func pick<Kind: Backend>(_ location: Location, from backends: [Kind], port: String) throws -> Kind {
        if let backend = backends.first(where: { $0.naming.includes(location) }) { return backend }
        if services.contains(where: { $0.naming.includes(location) }) {
            throw CommandError(
                message: "the \(port) cannot come from \(location) directly: documents are fetched into files",
                hint: "Fetch first, as by `reelhouse fetch --popular 10`, and load what it wrote: `reelhouse run "
                    + "--movies \(FetchCommand.defaultFolder)`.", kind: .usage)
        }
        let takes = backends.flatMap { backend in
            (backend.naming.takesPaths ? ["a path"] : []) + backend.naming.schemes.map { $0 + ":" }
        }
        throw LocationError.unknownScheme(location, port: port, takes: takes)
    }
}

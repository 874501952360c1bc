import Arguments
import Domain
import Files

/// Opens the locations of the command line with the backends that are registered for them.
enum Backends {
    /// Checks the text of the warehouse's and the raw store's location, before a command does anything.
    ///
    /// - Throws: the backend's error for a wrong location.
    static func check(_ arguments: ParsedArguments) throws {
        if arguments.takesValue("warehouse") { try validate(warehouse(arguments), BackendRegistry.warehouses) }
        for name in ["from", "to"] where arguments.command == ["copy"] {
            guard let text = arguments.string(name) else { continue }
            switch CopyCommand.subject(arguments) {
            case .warehouse: try validate(Location(text), BackendRegistry.warehouses)
            case .raw: try validate(Location(text), BackendRegistry.rawStores)
            }
        }
        if arguments.command == ["publish"], let text = arguments.string("to") {
            try validate(Location(text), BackendRegistry.messageTargets)
        }
        if [["run"], ["fetch"]].contains(arguments.command) {
            for backup in arguments.strings("backup").map({ BackupLocation($0) }) {
                try validate(backup.location, BackendRegistry.backups)
            }
        }
        if arguments.command == ["restore"], let text = arguments.string("from") {
            try validate(Location(text), BackendRegistry.sources(.movies))
        }
        if arguments.command == ["rebuild"], let text = arguments.string("to") {
            try validate(Location(text), BackendRegistry.warehouses)
        }
        if arguments.takesValue("raw") { try validate(rawStore(arguments), BackendRegistry.rawStores) }
    }

    /// Ignores an unknown scheme, which is reported when the location is opened. `doctor` reports it with its other
    /// findings.
    private static func validate(_ location: Location, _ backends: [some Backend]) throws {
        try backends.first { $0.naming.includes(location) }?.validate(location)
    }

    /// The warnings about passwords in options.
    static func passwordWarnings(_ arguments: ParsedArguments) -> [Report] {
        var options: [String: [String]] = [:]
        let others =
            [
                ["publish"]: ["to"], ["restore"]: ["from"], ["run"]: ["backup"], ["fetch"]: ["backup"],
                ["copy"]: ["from", "to"], ["rebuild"]: ["to"],
            ][arguments.command] ?? []
        for name in ["warehouse", "raw", "movies", "events"] + others {
            guard arguments.takesValue(name), arguments.isGiven(name) else { continue }
            let texts = arguments.strings(name).isEmpty ? [arguments.string(name) ?? ""] : arguments.strings(name)
            let locations = texts.map { name == "backup" ? BackupLocation($0).location : Location($0) }
            let secret = locations.first { $0.scheme != nil && $0.description != $0.text }
            guard let secret else { continue }
            let naming = backends(of: name, arguments).first { $0.naming.includes(secret) }?.naming
            let isCopyOfRaw = arguments.command == ["copy"] && CopyCommand.subject(arguments) == .raw
            options[(isCopyOfRaw ? naming?.passwordPlaceOfCopy : naming?.passwordPlace) ?? "", default: []]
                .append("--\(name)")
        }
        return options.sorted { $0.key < $1.key }.map { place, names in
            Report(
                kind: .warning,
                message: "the password in \(names.joined(separator: ", ")) can be seen in the list of processes; "
                    + (place.isEmpty
                        ? "there is no other place for it, so run the command where nobody else sees that list"
                        : "give it by \(place) instead"))
        }
    }

    /// The backends that an option with a location may name.
    private static func backends(of option: String, _ arguments: ParsedArguments) -> [any Backend] {
        switch (option, arguments.command) {
        case ("raw", _): BackendRegistry.rawStores
        case ("movies", _), (_, ["restore"]): BackendRegistry.sources(.movies)
        case ("events", _): BackendRegistry.sources(.events)
        case ("backup", _): BackendRegistry.backups
        case (_, ["publish"]): BackendRegistry.messageTargets
        case (_, ["copy"]) where CopyCommand.subject(arguments) == .raw: BackendRegistry.rawStores
        default: BackendRegistry.warehouses
        }
    }

    private static func warehouse(_ arguments: ParsedArguments) -> Location {
        Location(arguments.string("warehouse") ?? "")
    }

    private static func rawStore(_ arguments: ParsedArguments) -> Location { Location(arguments.string("raw") ?? "") }

    // MARK: - Warehouses

    static func warehouseBackend(_ location: String) throws -> (WarehouseBackend, Location) {
        let location = Location(location)
        return (try BackendRegistry.pick(location, from: BackendRegistry.warehouses, port: "warehouse"), location)
    }

    /// Opens a warehouse for writing.
    static func warehouse(_ location: String) throws -> any Warehouse {
        let (backend, location) = try warehouseBackend(location)
        return try backend.open(location)
    }

    /// Opens a warehouse for a run that is rolled back.
    static func dryRunWarehouse(_ location: String) throws -> DryRunWarehouse {
        let (backend, location) = try warehouseBackend(location)
        return try backend.openDryRun(location)
    }

    /// Opens a warehouse for reading.
    static func reader(_ location: String) throws -> any WarehouseReader {
        let (backend, location) = try warehouseBackend(location)
        return try backend.openReader(location)
    }

    /// Opens a warehouse to be copied from.
    static func copySource(_ location: String) throws -> any CopySource {
        let (backend, location) = try warehouseBackend(location)
        guard let open = backend.openCopySource else { throw cannotBeCopied(location) }
        return try open(location)
    }

    /// Opens a warehouse to be copied into.
    static func copyTarget(_ location: String) throws -> any CopyTarget {
        let (backend, location) = try warehouseBackend(location)
        guard let open = backend.openCopyTarget else { throw cannotBeCopied(location) }
        return try open(location)
    }

    /// Begins to build a warehouse anew that takes the place of the one at a location.
    static func replacement(_ location: String) throws -> any WarehouseReplacement {
        let (backend, location) = try warehouseBackend(location)
        guard let open = backend.openReplacement else {
            throw CommandError(
                message: "a warehouse like \(location) cannot be replaced in its place",
                hint: "Build it in another schema or database with --to, and let its readers change to that.",
                kind: .usage)
        }
        return try open(location)
    }

    private static func cannotBeCopied(_ location: Location) -> CommandError {
        CommandError(
            message: "a warehouse like \(location) cannot be copied",
            hint: "Copy between databases that `reelhouse copy --help` names.", kind: .usage)
    }

    /// Whether a warehouse exists at a location.
    static func isThere(_ location: String) -> Bool {
        guard let (backend, location) = try? warehouseBackend(location) else { return false }
        return backend.isThere(location)
    }

    /// Stores in the warehouse that a command wrote a file, so that no run reads it as input. Does nothing when the
    /// warehouse cannot be written to, for example because another run is writing.
    static func remember(output path: String, warehouse location: String) {
        guard let file = FileState(path: path), let (backend, location) = try? warehouseBackend(location) else {
            return
        }
        try? backend.remember(file, path, location)
    }

    // MARK: - Raw stores

    static func rawStoreBackend(_ location: String) throws -> (RawStoreBackend, Location) {
        let location = Location(location)
        return (try BackendRegistry.pick(location, from: BackendRegistry.rawStores, port: "raw store"), location)
    }

    /// Opens a raw store.
    static func rawStore(_ location: String) throws -> any RawStore {
        let (backend, location) = try rawStoreBackend(location)
        return try backend.open(location, nil)
    }

    // MARK: - Sources

    /// The backend of all locations of a port.
    ///
    /// - Throws: `LocationError`; the backend's error for a wrong location.
    static func sourceBackend(
        _ port: SourcePort, _ locations: [String]
    ) throws -> (backend: SourceBackend, locations: [Location]) {
        let locations = locations.map { Location($0) }
        let known = BackendRegistry.sources(port)
        let backend = try BackendRegistry.pick(locations.first ?? Location(path: ""), from: known, port: port.rawValue)
        for location in locations.dropFirst() {
            _ = try BackendRegistry.pick(location, from: known, port: port.rawValue)
            guard backend.naming.includes(location) else {
                throw LocationError.mixed(locations[0], location, port: port.rawValue)
            }
        }
        for location in locations { try backend.validate(location) }
        return (backend, locations)
    }

    /// Finds the sources of a port.
    static func sources(
        _ port: SourcePort, _ locations: [String], options: SourceOptions = SourceOptions()
    ) throws -> any SourceSet {
        let (backend, locations) = try sourceBackend(port, locations)
        return try backend.open(locations, port, options)
    }

    // MARK: - Topics and backups

    /// A place that lines which a run accepts are sent to.
    static func backupTarget(_ location: Location) throws -> any MessageTarget {
        try BackendRegistry.pick(location, from: BackendRegistry.backups, port: "backup").makeTarget(location)
    }

    /// The topic that lines are published to.
    static func messageTarget(_ location: String) throws -> any MessageTarget {
        let location = Location(location)
        return try BackendRegistry.pick(location, from: BackendRegistry.messageTargets, port: "messages")
            .makeTarget(location)
    }

    // MARK: - Local files

    /// The files of a warehouse and a raw store on this machine, which are never read as input.
    static func ownFiles(warehouse: String, rawStore: String) -> LocalFiles {
        var own = LocalFiles(folders: [
            LocalFiles.Place(path: "snapshots", what: "the folder of snapshots"),
            LocalFiles.Place(
                path: PublishCommand.defaultState, what: "the folder of `reelhouse publish`", isTold: false),
        ])
        own.add(localFiles(warehouse: warehouse))
        own.add(localFiles(rawStore: rawStore))
        return own
    }

    /// The files that the output of a command with these arguments must not overwrite.
    static func protectedPlaces(_ arguments: ParsedArguments) -> ProtectedPlaces {
        var own = LocalFiles()
        if arguments.takesValue("warehouse") {
            own.files = localFiles(warehouse: arguments.string("warehouse") ?? "").files
        }
        let rawStore = arguments.takesValue("raw") ? arguments.string("raw") : nil
        own.folders = localFiles(rawStore: rawStore ?? CommonOption.defaultRawStore).folders
        return ProtectedPlaces(own)
    }

    private static func localFiles(warehouse location: String) -> LocalFiles {
        guard let (backend, location) = try? warehouseBackend(location) else { return LocalFiles() }
        return backend.localFiles(location)
    }

    private static func localFiles(rawStore location: String) -> LocalFiles {
        guard let (backend, location) = try? rawStoreBackend(location) else { return LocalFiles() }
        return backend.localFiles(location)
    }
}

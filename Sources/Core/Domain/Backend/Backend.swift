/// What is behind a port: a kind of place that a location of the command line may name. A backend describes itself by
/// such a value in its own folder; the command lists these values in one file (`BackendRegistry`), and its help, its
/// errors for unknown schemes and `reelhouse doctor` follow from them.
///
/// There is a description a port: `WarehouseBackend`, `RawStoreBackend` and `SourceBackend` (movies and events). What
/// serves several ports has several descriptions, or one `SourceBackend` for both ports that lines come in by.
public protocol Backend: Sendable {
    /// How a place of it is named.
    var naming: BackendNaming { get }
    /// Refuses a location that can be told to be wrong by its text alone: one without a path or host, or a name that
    /// means standard output. Opens nothing. Called before anything is opened.
    var validate: @Sendable (Location) throws -> Void { get }
    /// What `doctor` says of the libraries that this backend needs, whatever the command line names.
    var libraries: @Sendable () -> [Finding] { get }
}

/// How places of a backend are named on the command line.
public struct BackendNaming: Sendable {
    /// The schemes of its URLs, in lower case: `["postgresql", "postgres"]`.
    public var schemes: [String]
    /// Whether a path, which has no scheme, is one of its places. One backend of a port does so.
    public var takesPaths: Bool
    /// What `--help` says that the option takes: `a SQLite file, as a path or sqlite:PATH`.
    public var help: String

    /// How places are named.
    public init(schemes: [String], takesPaths: Bool = false, help: String) {
        self.schemes = schemes
        self.takesPaths = takesPaths
        self.help = help
    }

    /// Whether a location names a place of this backend.
    public func includes(_ location: Location) -> Bool {
        location.scheme.map { schemes.contains($0) } ?? takesPaths
    }
}

/// A warehouse for a run that is rolled back.
public struct DryRunWarehouse {
    /// The warehouse.
    public let warehouse: any Warehouse
    /// What is removed when it is let go, after the warehouse: a folder for a warehouse that is not to stay.
    public let scratch: AnyObject?

    /// A warehouse for a run that is rolled back.
    public init(_ warehouse: any Warehouse, scratch: AnyObject? = nil) {
        self.warehouse = warehouse
        self.scratch = scratch
    }
}

/// A database that warehouses can be in.
public struct WarehouseBackend: Backend {
    /// How a place of it is named.
    public var naming: BackendNaming
    /// Refuses a location that can be told to be wrong by its text alone.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` says of the libraries that it needs.
    public var libraries: @Sendable () -> [Finding]
    /// Opens a warehouse for writing; one that is not there is made.
    public var open: @Sendable (Location) throws -> any Warehouse
    /// Opens a warehouse for a run that is rolled back. Where there is none, none is left behind.
    public var openDryRun: @Sendable (Location) throws -> DryRunWarehouse
    /// Opens a warehouse for reading.
    public var openReader: @Sendable (Location) throws -> any WarehouseReader
    /// Whether there is a warehouse already, or something else in its place. Where a server has to be asked, true.
    public var isThere: @Sendable (Location) -> Bool
    /// What `doctor` says of the place. `content` opens the warehouse for reading and checks what every warehouse has
    /// (schema, integrity, last run); it throws what opening throws.
    public var check: @Sendable (Location, _ content: () throws -> [Finding]) -> [Finding]
    /// What belongs to the warehouse on this machine.
    public var localFiles: @Sendable (Location) -> LocalFiles
    /// Remembers a file that a command wrote, so that `localFiles` names it later.
    public var remember: @Sendable (_ output: FileState, _ path: String, Location) throws -> Void

    /// A database. What a server's description may leave out has a default: a dry run in the warehouse itself, a check
    /// that opens it, and no local files.
    public init(
        naming: BackendNaming,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        open: @escaping @Sendable (Location) throws -> any Warehouse,
        openDryRun: (@Sendable (Location) throws -> DryRunWarehouse)? = nil,
        openReader: @escaping @Sendable (Location) throws -> any WarehouseReader,
        isThere: @escaping @Sendable (Location) -> Bool = { _ in true },
        check: (@Sendable (Location, () throws -> [Finding]) -> [Finding])? = nil,
        localFiles: @escaping @Sendable (Location) -> LocalFiles = { _ in LocalFiles() },
        remember: @escaping @Sendable (FileState, String, Location) throws -> Void = { _, _, _ in }
    ) {
        self.naming = naming
        self.validate = validate
        self.libraries = libraries
        self.open = open
        self.openDryRun = openDryRun ?? { DryRunWarehouse(try open($0)) }
        self.openReader = openReader
        self.isThere = isThere
        self.check =
            check ?? { _, content in
                do { return try content() } catch { return [.fail("warehouse", error)] }
            }
        self.localFiles = localFiles
        self.remember = remember
    }
}

/// A place that raw documents can be kept in.
public struct RawStoreBackend: Backend {
    /// How a place of it is named.
    public var naming: BackendNaming
    /// Refuses a location that can be told to be wrong by its text alone.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` says of the libraries that it needs.
    public var libraries: @Sendable () -> [Finding]
    /// Opens a raw store; one that is not there is made when something is put.
    public var open: @Sendable (Location) throws -> any RawStore
    /// What `doctor` says of the place.
    public var check: @Sendable (Location) -> [Finding]
    /// What belongs to the raw store on this machine.
    public var localFiles: @Sendable (Location) -> LocalFiles

    /// A place for raw documents. Without a check of its own, `doctor` opens it.
    public init(
        naming: BackendNaming,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        open: @escaping @Sendable (Location) throws -> any RawStore,
        check: (@Sendable (Location) -> [Finding])? = nil,
        localFiles: @escaping @Sendable (Location) -> LocalFiles = { _ in LocalFiles() }
    ) {
        self.naming = naming
        self.validate = validate
        self.libraries = libraries
        self.open = open
        self.check =
            check ?? { location in
                do {
                    _ = try open(location)
                    return [.ok("raw store", "\(location)")]
                } catch { return [.fail("raw store", error)] }
            }
        self.localFiles = localFiles
    }
}

/// How the sources of a port are found and read, whatever backend they come from.
public struct SourceOptions: Sendable {
    /// About how many bytes a chunk of lines has at most; nil leaves it to the backend.
    public var chunkBytes: Int?
    /// Whether a last line without LF is read as it is, whatever it is (`--whole`).
    public var readsUnfinished = false
    /// What is never input.
    public var own = LocalFiles()

    /// The defaults.
    public init() {}
}

/// What movies, events or both can come from.
public struct SourceBackend: Backend {
    /// How a place of it is named.
    public var naming: BackendNaming
    /// The ports that its lines can come in by.
    public var ports: Set<SourcePort>
    /// Refuses a location that can be told to be wrong by its text alone.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` says of the libraries that it needs.
    public var libraries: @Sendable () -> [Finding]
    /// Finds the sources that some locations, all of this backend, name for a port.
    public var open: @Sendable ([Location], SourcePort, SourceOptions) throws -> any SourceSet
    /// What `doctor` says of these locations. `isNamed`: whether a person named them, so that they have to be there.
    public var check: @Sendable ([Location], SourcePort, _ isNamed: Bool, SourceOptions) -> [Finding]

    /// A place that lines come from. Without a check of its own, `doctor` opens it and lists its sources.
    public init(
        naming: BackendNaming, ports: Set<SourcePort>,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        open: @escaping @Sendable ([Location], SourcePort, SourceOptions) throws -> any SourceSet,
        check: (@Sendable ([Location], SourcePort, Bool, SourceOptions) -> [Finding])? = nil
    ) {
        self.naming = naming
        self.ports = ports
        self.validate = validate
        self.libraries = libraries
        self.open = open
        self.check =
            check ?? { locations, port, _, options in
                do {
                    let sources = try open(locations, port, options).describe()
                    let place = locations.map(\.description).joined(separator: ", ")
                    let count = NumberFormat.count(sources.count, "source", "sources")
                    return [.ok(port.rawValue, "\(count) in \(place)")]
                } catch { return [.fail(port.rawValue, error)] }
            }
    }
}

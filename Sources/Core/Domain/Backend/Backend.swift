/// The description of a backend: an outside system that a port can use, such as SQLite, a folder or Kafka. Each backend
/// declares such a value in its own folder. The command lists these values in one file (`BackendRegistry`); the help,
/// the errors for unknown schemes and `reelhouse doctor` are made from that list.
///
/// There is one type of description for each kind of port: `WarehouseBackend`, `RawStoreBackend` and `SourceBackend`
/// (movies and events). A backend that serves several kinds of ports has several descriptions.
public protocol Backend: Sendable {
    /// How the command line names a location of this backend.
    var naming: BackendNaming { get }
    /// Throws when the text of a location is wrong: it has no path or host, or names standard output. Opens nothing,
    /// and is called before anything is opened.
    var validate: @Sendable (Location) throws -> Void { get }
    /// What `doctor` reports about the libraries that this backend needs, whatever the command line names.
    var libraries: @Sendable () -> [Finding] { get }
}

/// How the command line names the locations of a backend.
public struct BackendNaming: Sendable {
    /// The schemes of its URLs, in lower case: `["postgresql", "postgres"]`.
    public var schemes: [String]
    /// Whether a path, which has no scheme, is a location of this backend. This is true of one backend a port.
    public var takesPaths: Bool
    /// The text of `--help` for the option's value: `a SQLite file, as a path or sqlite:PATH`.
    public var help: String
    /// Where a password is given that is not to be in the command line, as part of a sentence: `PGPASSWORD or ~/.pgpass`;
    /// nil where there is no such place.
    public var passwordPlace: String?
    /// The same for `copy raw`, whose places are always named.
    public var passwordPlaceOfCopy: String?
    /// Whether the backend, or the library that it stands on, reads a variable of the environment of this name. Those of a
    /// `.env` file that no backend reads are not passed on to the libraries.
    public var readsVariable: @Sendable (_ name: String) -> Bool

    /// The naming of a backend. By default it reads no variables.
    public init(
        schemes: [String], takesPaths: Bool = false, help: String, passwordPlace: String? = nil,
        passwordPlaceOfCopy: String? = nil,
        readsVariable: @escaping @Sendable (_ name: String) -> Bool = { _ in false }
    ) {
        self.schemes = schemes
        self.takesPaths = takesPaths
        self.help = help
        self.passwordPlace = passwordPlace
        self.passwordPlaceOfCopy = passwordPlaceOfCopy
        self.readsVariable = readsVariable
    }

    /// Whether a location belongs to this backend.
    public func includes(_ location: Location) -> Bool {
        location.scheme.map { schemes.contains($0) } ?? takesPaths
    }
}

/// A warehouse for a run that is rolled back.
public struct DryRunWarehouse {
    /// The warehouse.
    public let warehouse: any Warehouse
    /// An object that removes temporary files when it is deallocated, such as the folder of a temporary warehouse. It
    /// is released after the warehouse.
    public let scratch: AnyObject?

    /// A warehouse for a run that is rolled back.
    public init(_ warehouse: any Warehouse, scratch: AnyObject? = nil) {
        self.warehouse = warehouse
        self.scratch = scratch
    }
}

/// The description of a database that can hold a warehouse.
public struct WarehouseBackend: Backend {
    /// How the command line names a location of this backend.
    public var naming: BackendNaming
    /// Throws when the text of a location is wrong. Opens nothing.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` reports about the libraries that this backend needs.
    public var libraries: @Sendable () -> [Finding]
    /// Opens a warehouse for writing; creates it when it does not exist.
    public var open: @Sendable (Location) throws -> any Warehouse
    /// Opens a warehouse for a run that is rolled back. When no warehouse exists, none exists afterwards.
    public var openDryRun: @Sendable (Location) throws -> DryRunWarehouse
    /// Opens a warehouse for reading.
    public var openReader: @Sendable (Location) throws -> any WarehouseReader
    /// Opens a warehouse to be copied from; nil when this database cannot be copied.
    public var openCopySource: (@Sendable (Location) throws -> any CopySource)?
    /// Opens a warehouse to be copied into; nil when this database cannot be copied into.
    public var openCopyTarget: (@Sendable (Location) throws -> any CopyTarget)?
    /// Begins to build a warehouse anew that takes the place of the one at a location; nil where this database has to be
    /// given another place.
    public var openReplacement: (@Sendable (Location) throws -> any WarehouseReplacement)?
    /// Whether a warehouse, or anything else, exists at a location. True where only a server could tell.
    public var isThere: @Sendable (Location) -> Bool
    /// What `doctor` reports about a location. It opens the warehouse for reading, and `content` checks what every
    /// warehouse has (schema, integrity, last run).
    public var check: @Sendable (Location, _ content: (any WarehouseReader) throws -> [Finding]) -> [Finding]
    /// The files of the warehouse on this machine.
    public var localFiles: @Sendable (Location) -> LocalFiles
    /// Stores that a command wrote a file, so that `localFiles` lists it later.
    public var remember: @Sendable (_ output: FileState, _ path: String, Location) throws -> Void
    /// Makes this process the only one that does nightly batches for a warehouse, which need not exist yet, as long as the
    /// object lives. Throws `NightlyInUse` where another one does.
    public var lockNightly: @Sendable (Location) throws -> AnyObject?
    /// What the command says of the database's own SQL.
    public var queryHelp: QueryHelp

    /// A description of a database. The defaults fit a server: a dry run uses the warehouse itself, `check` opens the
    /// warehouse, and there are no local files.
    public init(
        naming: BackendNaming,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        open: @escaping @Sendable (Location) throws -> any Warehouse,
        openDryRun: (@Sendable (Location) throws -> DryRunWarehouse)? = nil,
        openReader: @escaping @Sendable (Location) throws -> any WarehouseReader,
        openCopySource: (@Sendable (Location) throws -> any CopySource)? = nil,
        openCopyTarget: (@Sendable (Location) throws -> any CopyTarget)? = nil,
        openReplacement: (@Sendable (Location) throws -> any WarehouseReplacement)? = nil,
        isThere: @escaping @Sendable (Location) -> Bool = { _ in true },
        check: (@Sendable (Location, (any WarehouseReader) throws -> [Finding]) -> [Finding])? = nil,
        localFiles: @escaping @Sendable (Location) -> LocalFiles = { _ in LocalFiles() },
        remember: @escaping @Sendable (FileState, String, Location) throws -> Void = { _, _, _ in },
        lockNightly: @escaping @Sendable (Location) throws -> AnyObject? = { _ in nil },
        queryHelp: QueryHelp
    ) {
        self.naming = naming
        self.validate = validate
        self.libraries = libraries
        self.open = open
        self.openDryRun = openDryRun ?? { DryRunWarehouse(try open($0)) }
        self.openReader = openReader
        self.openCopySource = openCopySource
        self.openCopyTarget = openCopyTarget
        self.openReplacement = openReplacement
        self.isThere = isThere
        self.check =
            check ?? { location, content in
                do { return try content(openReader(location)) } catch { return [.fail("warehouse", error)] }
            }
        self.localFiles = localFiles
        self.remember = remember
        self.lockNightly = lockNightly
        self.queryHelp = queryHelp
    }
}

/// Where a raw store really is, whatever its location is called. It is equal for two locations of one raw store.
///
///     RawStorePlace(parts: ["file", "srv", "data", "raw"])
///     RawStorePlace(parts: ["mongodb", "db.example:27017", "movies"])
public struct RawStorePlace: Sendable, Equatable {
    /// The place's name in parts, the outermost first: the kind of place, then the folders, or the server and the
    /// database. It contains no password.
    public var parts: [String]

    /// A place.
    public init(parts: [String]) { self.parts = parts }

    /// Whether another place lies within this one.
    public func contains(_ other: RawStorePlace) -> Bool {
        other.parts.count > parts.count && other.parts.starts(with: parts)
    }
}

/// The description of a backend that can store raw documents.
public struct RawStoreBackend: Backend {
    /// How the command line names a location of this backend.
    public var naming: BackendNaming
    /// Throws when the text of a location is wrong. Opens nothing.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` reports about the libraries that this backend needs.
    public var libraries: @Sendable () -> [Finding]
    /// Opens a raw store, and asks a server whether it is there. One that does not exist is created by the first put.
    /// `patience` is for how long at most a lost server is looked for at a time; nil and zero leave that to the backend.
    public var open: @Sendable (Location, _ patience: Duration?) throws -> any RawStore
    /// Whether a raw store exists at a location. Throws when a server that has to tell it cannot be reached.
    public var isThere: @Sendable (Location) throws -> Bool
    /// Where the raw store of a location really is.
    public var place: @Sendable (Location) throws -> RawStorePlace
    /// What `doctor` reports about a location.
    public var check: @Sendable (Location) -> [Finding]
    /// The files of the raw store on this machine.
    public var localFiles: @Sendable (Location) -> LocalFiles

    /// A description of a raw store. By default `check` opens the raw store, one exists at each location, and its place is
    /// the location's text.
    public init(
        naming: BackendNaming,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        open: @escaping @Sendable (Location, _ patience: Duration?) throws -> any RawStore,
        isThere: @escaping @Sendable (Location) throws -> Bool = { _ in true },
        place: @escaping @Sendable (Location) throws -> RawStorePlace = { RawStorePlace(parts: [$0.text]) },
        check: (@Sendable (Location) -> [Finding])? = nil,
        localFiles: @escaping @Sendable (Location) -> LocalFiles = { _ in LocalFiles() }
    ) {
        self.naming = naming
        self.validate = validate
        self.libraries = libraries
        self.open = open
        self.isThere = isThere
        self.place = place
        self.check =
            check ?? { location in
                do {
                    _ = try open(location, nil)
                    return [.ok("raw store", "\(location)")]
                } catch { return [.fail("raw store", error)] }
            }
        self.localFiles = localFiles
    }
}

/// Where a source begins that the warehouse has no position of.
public enum SourceStart: Sendable, Equatable {
    /// With the first line that there is.
    case earliest
    /// After the last line that there is when it is opened.
    case latest
    /// With the first line of a time or later, in milliseconds since 1970.
    case time(Int64)
}

/// Options for finding and reading the sources of a port, for every backend.
public struct SourceOptions: Sendable {
    /// Whether the lines that come later are read too, until the reading is closed (`--follow`). Only for backends with
    /// `SourceBackend.canFollow`.
    public var isFollowed = false
    /// Where a source without a position begins (`--start`). Only for backends with `SourceBackend.canFollow`.
    public var start = SourceStart.earliest
    /// How long a source whose server is lost is waited for (`--retry-for`).
    public var patience = Duration.seconds(300)
    /// The greatest number of lines in a chunk, so that a load can commit after that many; nil leaves it to the backend.
    public var chunkLines: Int?
    /// Whether a last line without LF is read although it may be unfinished (`--whole`).
    public var readsUnfinished = false
    /// Sources whose name has a date after this one are left; days since 1970-01-01 (`--through`). Only of sources that have
    /// names with dates, such as files.
    public var lastDay: Int32?
    /// Files that are never read as input.
    public var own = LocalFiles()

    /// The defaults.
    public init() {}
}

/// The description of a backend that movies, events or both can come from.
public struct SourceBackend: Backend {
    /// How the command line names a location of this backend.
    public var naming: BackendNaming
    /// The ports that it can serve.
    public var ports: Set<SourcePort>
    /// Whether its sources get lines while they are read, so that they can be followed, and read from a time on.
    public var canFollow: Bool
    /// Throws when the text of a location is wrong. Opens nothing.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` reports about the libraries that this backend needs.
    public var libraries: @Sendable () -> [Finding]
    /// Finds the sources of a port that some locations of this backend name.
    public var open: @Sendable ([Location], SourcePort, SourceOptions) throws -> any SourceSet
    /// What `doctor` reports about some locations. `isNamed` says whether the user named them: then they have to exist.
    /// `known` are the rows of the warehouse's ledger; none where there is no warehouse, or it cannot be read.
    public var check:
        @Sendable ([Location], SourcePort, _ isNamed: Bool, SourceOptions, _ known: [Checkpoint]) -> [Finding]

    /// A description of a source backend. By default `check` opens the locations and counts their sources.
    public init(
        naming: BackendNaming, ports: Set<SourcePort>, canFollow: Bool = false,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        open: @escaping @Sendable ([Location], SourcePort, SourceOptions) throws -> any SourceSet,
        check: (@Sendable ([Location], SourcePort, Bool, SourceOptions, [Checkpoint]) -> [Finding])? = nil
    ) {
        self.naming = naming
        self.ports = ports
        self.canFollow = canFollow
        self.validate = validate
        self.libraries = libraries
        self.open = open
        self.check =
            check ?? { locations, port, _, options, _ in
                do {
                    let sources = try open(locations, port, options).describe()
                    let place = locations.map(\.description).joined(separator: ", ")
                    let count = NumberFormat.count(sources.count, "source", "sources")
                    return [.ok(port.rawValue, "\(count) in \(place)")]
                } catch { return [.fail(port.rawValue, error)] }
            }
    }
}

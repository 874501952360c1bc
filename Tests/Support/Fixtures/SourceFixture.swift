import Domain

/// A line that a test publishes.
public struct SourceLine: Sendable, Equatable {
    /// The bytes without LF.
    public var bytes: [UInt8]
    /// The snapshot date of the line, as days since 1970-01-01; nil for none.
    public var snapshotDay: Int32?

    /// Creates a line from bytes.
    public init(_ bytes: [UInt8], snapshotDay: Int32? = nil) {
        self.bytes = bytes
        self.snapshotDay = snapshotDay
    }

    /// Creates a line from text.
    public init(_ text: String, snapshotDay: Int32? = nil) { self.init(Array(text.utf8), snapshotDay: snapshotDay) }
}

/// An outside system into which a test puts lines. It is empty at first, and removed with this object.
public protocol SourceFixture: AnyObject {
    /// Publishes lists of lines, each as one source of the port.
    ///
    /// - Parameter name: distinguishes these sources from others of the same fixture.
    func publish(_ sources: [[SourceLine]], port: SourcePort, named name: String) throws -> any PublishedSources
}

/// The sources that a test has published.
public protocol PublishedSources: AnyObject {
    /// The names of the sources in the ledger, in the order of publication.
    var names: [String] { get }
    /// Whether a reading of the sources ends.
    var ends: Bool { get }
    /// The sources as a source set, read in chunks of about `chunkBytes` bytes.
    func set(chunkBytes: Int) throws -> any SourceSet
    /// Adds lines at the end of the source with an index.
    func append(_ lines: [SourceLine], to source: Int) throws
    /// How many lines each source has, counted without the project's code.
    func lineCounts() throws -> [Int64]
}

/// An ability of a kind of source. Tests that need an ability skip the kinds without it.
public enum SourceAbility: Sendable {
    /// There may be several sources.
    case severalSources
    /// A reading ends. Without this ability, the reader waits for more lines until it is closed.
    case end
    /// Each line may have its own snapshot date. Without this ability, all lines of a source have the same one.
    case datedLines
    /// Lines can be added to a source.
    case growth
    /// A later reading can begin at a position of an earlier one.
    case lastingPositions
    /// A source that was read to its end is read again only where it was asked for, or has more lines.
    case rememberedEnd
    /// Lines of any bytes can be published; without it each line is a JSON object.
    case anyBytes
}

/// A kind of outside system that lines come from: the argument of a test that runs against each kind.
public struct SourceKind: Sendable, CustomStringConvertible {
    /// The name, for example `files`.
    public var name: String
    /// Why the kind cannot be tested on this machine, and what to set; nil when it can.
    public var lack: String?
    /// What can be published in it.
    public var ports: Set<SourcePort>
    /// What it can do.
    public var abilities: Set<SourceAbility>
    /// The snapshot date of a line that a test gives none; nil where the clock's day counts.
    public var undatedDay: Int32?
    private let makeFixture: @Sendable () throws -> any SourceFixture

    /// Creates a kind of source.
    public init(
        name: String, lack: String? = nil, ports: Set<SourcePort> = Set(SourcePort.allCases),
        abilities: Set<SourceAbility>, undatedDay: Int32? = nil,
        make: @escaping @Sendable () throws -> any SourceFixture
    ) {
        self.name = name
        self.lack = lack
        self.ports = ports
        self.abilities = abilities
        self.undatedDay = undatedDay
        makeFixture = make
    }

    /// Whether these ports can be published in it, and it can do all this.
    public func serves(_ ports: Set<SourcePort>, _ abilities: Set<SourceAbility> = []) -> Bool {
        self.ports.isSuperset(of: ports) && self.abilities.isSuperset(of: abilities)
    }

    /// Makes an outside system that has no lines.
    public func make() throws -> any SourceFixture { try makeFixture() }

    /// The name.
    public var description: String { name }
}

/// An error of a fixture that cannot do what a test asks for.
public struct FixtureFailure: Error {
    /// The reason.
    public var message: String

    /// Creates an error.
    public init(message: String) { self.message = message }
}

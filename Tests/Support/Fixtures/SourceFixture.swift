import Domain

/// A line as a test publishes it.
public struct SourceLine: Sendable, Equatable {
    /// Its bytes, without LF.
    public var bytes: [UInt8]
    /// The snapshot date that comes with it, as days since 1970-01-01; nil for none.
    public var snapshotDay: Int32?

    /// A line.
    public init(_ bytes: [UInt8], snapshotDay: Int32? = nil) {
        self.bytes = bytes
        self.snapshotDay = snapshotDay
    }

    /// A line of text.
    public init(_ text: String, snapshotDay: Int32? = nil) { self.init(Array(text.utf8), snapshotDay: snapshotDay) }
}

/// An outside system that lines can be put into, empty at first, which goes with this object.
public protocol SourceFixture: AnyObject {
    /// Puts lists of lines where the port reads them; each list is a source.
    ///
    /// - Parameter name: tells these sources from others of this fixture.
    func publish(_ sources: [[SourceLine]], port: SourcePort, named name: String) throws -> any PublishedSources
}

/// Sources that a test has published.
public protocol PublishedSources: AnyObject {
    /// What the ledger calls them, in the order in which they were published.
    var names: [String] { get }
    /// Whether a reading of them comes to an end.
    var ends: Bool { get }
    /// The sources as the port reads them, in chunks of about so many bytes.
    func set(chunkBytes: Int) throws -> any SourceSet
    /// Adds lines at the end of a source, by its place among these.
    func append(_ lines: [SourceLine], to source: Int) throws
    /// How many lines each source has, counted by none of the project's code.
    func lineCounts() throws -> [Int64]
}

/// What a kind of source can do, and so which tests apply to it.
public enum SourceAbility: Sendable {
    /// There may be several sources.
    case severalSources
    /// A reading comes to an end; without it the reader waits for more lines until it is closed.
    case end
    /// Each line may have a snapshot date of its own; without it all lines of a source have one.
    case datedLines
    /// Lines can be added to a source.
    case growth
    /// A position is found again by a later reading.
    case lastingPositions
    /// Lines of any bytes can be published; without it each line is a JSON object.
    case anyBytes
}

/// An outside system that lines come from, as suites of tests take it for an argument.
public struct SourceKind: Sendable, CustomStringConvertible {
    /// Its name: `files`.
    public var name: String
    /// What it lacks to be tested here, and what to set; nil where all is there.
    public var lack: String?
    /// What can be published in it.
    public var ports: Set<SourcePort>
    /// What it can do.
    public var abilities: Set<SourceAbility>
    private let makeFixture: @Sendable () throws -> any SourceFixture

    /// A kind of source.
    public init(
        name: String, lack: String? = nil, ports: Set<SourcePort> = Set(SourcePort.allCases),
        abilities: Set<SourceAbility>, make: @escaping @Sendable () throws -> any SourceFixture
    ) {
        self.name = name
        self.lack = lack
        self.ports = ports
        self.abilities = abilities
        makeFixture = make
    }

    /// Whether these ports can be published in it, and it can do all this.
    public func serves(_ ports: Set<SourcePort>, _ abilities: Set<SourceAbility> = []) -> Bool {
        self.ports.isSuperset(of: ports) && self.abilities.isSuperset(of: abilities)
    }

    /// Makes an outside system that has no lines.
    public func make() throws -> any SourceFixture { try makeFixture() }

    /// Its name.
    public var description: String { name }
}

/// Why a fixture cannot do what a test asks for.
public struct FixtureFailure: Error {
    /// Why.
    public var message: String

    /// A failure.
    public init(message: String) { self.message = message }
}

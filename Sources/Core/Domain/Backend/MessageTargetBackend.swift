/// The description of a backend that lines can be published to, or that keeps the lines that a run accepts as a backup.
public struct MessageTargetBackend: Backend {
    /// How the command line names a location of this backend.
    public var naming: BackendNaming
    /// Throws when the text of a location is wrong. Opens nothing.
    public var validate: @Sendable (Location) throws -> Void
    /// What `doctor` reports about the libraries that this backend needs.
    public var libraries: @Sendable () -> [Finding]
    /// The ports whose accepted lines a location can keep as a backup. The first one is meant where the command line does
    /// not say which.
    public var backupPorts: @Sendable (Location) -> [SourcePort]
    /// Makes a target, which connects when it is opened.
    public var makeTarget: @Sendable (Location) throws -> any MessageTarget

    /// A description of a backend.
    public init(
        naming: BackendNaming,
        validate: @escaping @Sendable (Location) throws -> Void = { _ in },
        libraries: @escaping @Sendable () -> [Finding] = { [] },
        backupPorts: @escaping @Sendable (Location) -> [SourcePort],
        makeTarget: @escaping @Sendable (Location) throws -> any MessageTarget
    ) {
        self.naming = naming
        self.validate = validate
        self.libraries = libraries
        self.backupPorts = backupPorts
        self.makeTarget = makeTarget
    }
}

/// The description of a service that movie documents are fetched from.
public struct ServiceBackend: Backend {
    /// How the command line names it. Its scheme is no location of a port: documents are fetched into files, which are.
    public var naming: BackendNaming
    /// Does nothing: a service has no locations.
    public var validate: @Sendable (Location) throws -> Void = { _ in }
    /// What `doctor` reports about the libraries that this backend needs.
    public var libraries: @Sendable () -> [Finding]

    /// A description of a service.
    public init(naming: BackendNaming, libraries: @escaping @Sendable () -> [Finding]) {
        self.naming = naming
        self.libraries = libraries
    }
}

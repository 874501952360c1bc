/// What holds for all transfers.
public struct TransferSettings: Sendable {
    /// The most connections.
    public var connections = 20
    /// The most streams on one connection of HTTP/2, so that a connection that is dead holds up only those.
    public var streamsOfAConnection = 10
    /// For how many seconds a connection may be made.
    public var connectSeconds = 10
    /// For how many seconds a transfer may stand still.
    public var silentSeconds = 30
    /// How long a transfer may last.
    public var totalSeconds = 300
    /// Whether names are resolved to addresses of IPv4 only.
    public var isIPv4Only = false
    /// Addresses of names, as `HOST:PORT:ADDRESS`.
    public var resolved: [String] = []
    /// The file with the certificates of authorities; nil for those of the system.
    public var authorityFile: String?
    /// What the program calls itself.
    public var userAgent = "reelhouse"

    /// The defaults.
    public init() {}
}

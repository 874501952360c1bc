/// How a connection is made and watched.
public struct PostgresOptions: Sendable {
    /// What a connection is for.
    public enum Purpose: Sendable {
        /// It only reads: any server will do, and a statement ends when the program is asked to stop.
        case reading
        /// It writes: only a server that takes writes will do, and a statement goes on to its end.
        case writing
    }

    /// How long is waited for what.
    public struct Deadlines: Sendable {
        /// For one address of one host to let the connection in; `connect_timeout` of the URL goes first.
        public var connect: Duration = .seconds(10)
        /// For all hosts and addresses together.
        public var connectInAll: Duration = .seconds(60)
        /// Without a byte from the server, until another connection asks whether it still works on the statement.
        public var silence: Duration = .seconds(60)
        /// The same, when the program has been asked to stop.
        public var silenceOnStop: Duration = .seconds(5)
        /// For the other connection that asks, or cancels a statement.
        public var inquiry: Duration = .seconds(5)

        /// The default ones.
        public init() {}
    }

    /// What the connection is for.
    public var purpose: Purpose
    /// What `pg_stat_activity` shows, with the process's number and a word that tells this connection from others.
    public var applicationName = "reelhouse"
    /// How long is waited for what.
    public var deadlines = Deadlines()
    /// Whether the program has been asked to stop. Called ten times a second while something is waited for.
    public var isStopRequested: @Sendable () -> Bool

    /// Options with the default deadlines.
    public init(_ purpose: Purpose, isStopRequested: @escaping @Sendable () -> Bool = { false }) {
        self.purpose = purpose
        self.isStopRequested = isStopRequested
    }
}

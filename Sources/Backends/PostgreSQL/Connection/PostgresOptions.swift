/// The purpose and the deadlines of a connection.
public struct PostgresOptions: Sendable {
    /// The purpose of a connection.
    public enum Purpose: Sendable {
        /// It only reads: a standby is accepted, and a statement is cancelled when the program is asked to stop.
        case reading
        /// It writes: only a primary is accepted, and a statement is not cancelled.
        case writing
    }

    /// The limits on waiting.
    public struct Deadlines: Sendable {
        /// For one address of one host to accept the connection; `connect_timeout` in the URL takes precedence.
        public var connect: Duration = .seconds(10)
        /// For all hosts and addresses together.
        public var connectInAll: Duration = .seconds(60)
        /// Without a byte from the server, until a second connection asks whether it still runs the statement.
        public var silence: Duration = .seconds(60)
        /// The same after the program was asked to stop.
        public var silenceOnStop: Duration = .seconds(5)
        /// For the second connection, which asks about a statement or cancels it.
        public var inquiry: Duration = .seconds(5)

        /// The default ones.
        public init() {}
    }

    /// The purpose of the connection.
    public var purpose: Purpose
    /// The start of the name in `pg_stat_activity`; the process number and a random word are appended.
    public var applicationName = "reelhouse"
    /// The limits on waiting.
    public var deadlines = Deadlines()
    /// Whether the program was asked to stop. Called ten times a second during a wait.
    public var isStopRequested: @Sendable () -> Bool

    /// Options with the default deadlines.
    public init(_ purpose: Purpose, isStopRequested: @escaping @Sendable () -> Bool = { false }) {
        self.purpose = purpose
        self.isStopRequested = isStopRequested
    }
}

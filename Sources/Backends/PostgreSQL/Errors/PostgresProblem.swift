/// The kind of an error. It follows from the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)
/// and the state of the connection, never from the message, whose language depends on the server.
public enum PostgresProblem: String, Sendable, CaseIterable {
    /// The location in the command line or the environment cannot be used.
    case location
    /// No connection could be made: unknown host, refused, no answer in time.
    case unreachable
    /// The two sides did not agree on an encrypted connection.
    case encryption
    /// An established connection was lost.
    case lostConnection
    /// The server is starting, or recovering.
    case startingUp
    /// The server is shutting down, or an administrator ended the connection.
    case shuttingDown
    /// The server is a standby, which takes no writes.
    case standby
    /// The role's transactions are read-only, on a server that takes writes.
    case readOnly
    /// The server takes no more connections.
    case tooManyConnections
    /// Wrong or missing password, or no such role, or the server does not let it in.
    case authentication
    /// There is no such database.
    case missingDatabase
    /// The role lacks a right.
    case permission
    /// There is no such table, column, schema or function.
    case missingObject
    /// The transaction waited for another one that waited for it.
    case deadlock
    /// The transaction cannot be ordered among those at the same time.
    case serialization
    /// A lock was not granted in time.
    case lockTimeout
    /// The statement or transaction was ended by the server: `statement_timeout`, `transaction_timeout`, or an
    /// administrator.
    case statementTimeout
    /// The statement was ended because this program was asked to stop.
    case interrupted
    /// A row breaks a constraint.
    case constraint
    /// A text holds what the database's encoding cannot.
    case encoding
    /// A value does not fit its column's type.
    case value
    /// A row, a statement or an index entry is larger than the server can hold.
    case tooLarge
    /// The server's disk is full.
    case diskFull
    /// The server is short of memory or another resource.
    case outOfResources
    /// The server failed in itself, or found damage.
    case serverFault
    /// The server or its database is of a kind that cannot be used: too old, or in another encoding.
    case unsupported
    /// The statement is wrong.
    case statement
    /// Another run has become the writer of the warehouse.
    case overtaken
    /// A transaction that was to be committed was rolled back, or had failed before.
    case failedTransaction
    /// Anything else.
    case other

    /// The kind of an SQLSTATE.
    init(sqlState: String) {
        self = PostgresProblem.ofCode[sqlState] ?? PostgresProblem.ofClass[String(sqlState.prefix(2))] ?? .other
    }

    private static let ofCode: [String: PostgresProblem] = [
        "57P01": .shuttingDown, "57P02": .shuttingDown, "57P03": .startingUp, "57P04": .missingDatabase,
        "57P05": .lostConnection, "25P03": .lostConnection, "40003": .lostConnection,
        "25006": .standby, "25P02": .failedTransaction,
        "53300": .tooManyConnections, "53100": .diskFull,
        "3D000": .missingDatabase, "42501": .permission,
        "42P01": .missingObject, "42703": .missingObject, "42883": .missingObject, "3F000": .missingObject,
        "40P01": .deadlock, "55P03": .lockTimeout, "57014": .statementTimeout, "25P04": .statementTimeout,
        "22021": .encoding, "22P05": .encoding,
        "0A000": .statement,
    ]

    private static let ofClass: [String: PostgresProblem] = [
        "08": .lostConnection, "22": .value, "23": .constraint, "28": .authentication, "40": .serialization,
        "42": .statement, "53": .outOfResources, "54": .tooLarge, "58": .serverFault, "XX": .serverFault,
    ]

    /// What the program can do without the user.
    public enum Remedy: Sendable {
        /// Nothing.
        case none
        /// Begin the transaction anew on the same connection.
        case beginAnew
        /// Make a new connection, and begin the transaction anew.
        case reconnect
    }

    /// What the program can do without the user.
    public var remedy: Remedy {
        switch self {
        case .deadlock, .serialization, .lockTimeout: .beginAnew
        case .unreachable, .lostConnection, .startingUp, .shuttingDown, .standby, .tooManyConnections: .reconnect
        default: .none
        }
    }
}

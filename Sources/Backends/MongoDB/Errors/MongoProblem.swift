import CMongo

/// The kind of an error. It follows from libmongoc's and the server's codes, never from the message.
public enum MongoProblem: String, Sendable, CaseIterable {
    /// The location cannot be used.
    case location
    /// No server could be reached, or none answered in time.
    case unreachable
    /// A host's name has no address.
    case unknownHost
    /// The servers that answer are starting, stopping, or none of them is the primary.
    case notPrimary
    /// Wrong or missing user or password.
    case authentication
    /// The two sides did not agree on an encrypted connection, or a file for it cannot be used.
    case encryption
    /// The user lacks a right.
    case permission
    /// The server's version is older, or much newer, than what the driver knows.
    case version
    /// A write was done, but was not confirmed by most servers in time.
    case unconfirmed
    /// A value has to be there once, and is there already.
    case duplicateKey
    /// The server refuses a document for what is in it.
    case refusedDocument
    /// A document is larger than the server allows.
    case tooLarge
    /// The server's disk is full, or a quota is reached.
    case noRoom
    /// The server failed for a reason that only its log says.
    case serverFault
    /// The cursor is not there any more.
    case lostCursor
    /// What is stored is not what was written.
    case damaged
    /// A document of another program cannot be read.
    case foreign
    /// The program was asked to stop.
    case interrupted
    /// Anything else.
    case other

    /// The kind of an error of libmongoc, whose domain and code these are.
    init(domain: UInt32, code: UInt32) {
        switch mongoc_error_domain_t(domain) {
        case MONGOC_ERROR_SERVER, MONGOC_ERROR_WRITE_CONCERN:
            let known = MongoProblem.ofServerCode[code]
            self = known ?? (mongoc_error_domain_t(domain) == MONGOC_ERROR_WRITE_CONCERN ? .unconfirmed : .other)
        case MONGOC_ERROR_STREAM:
            self = mongoc_error_code_t(code) == MONGOC_ERROR_STREAM_NAME_RESOLUTION ? .unknownHost : .unreachable
        case MONGOC_ERROR_SERVER_SELECTION:
            self =
                mongoc_error_code_t(code) == MONGOC_ERROR_SERVER_SELECTION_BAD_WIRE_VERSION ? .version : .unreachable
        case MONGOC_ERROR_PROTOCOL:
            self = mongoc_error_code_t(code) == MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION ? .version : .unreachable
        case MONGOC_ERROR_CLIENT:
            self = MongoProblem.ofClientCode[code] ?? .other
        case MONGOC_ERROR_SASL, MONGOC_ERROR_SCRAM: self = .authentication
        default: self = .other
        }
    }

    private static let ofClientCode: [UInt32: MongoProblem] = [
        MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue: .authentication,
        MONGOC_ERROR_CLIENT_GETNONCE.rawValue: .authentication,
        MONGOC_ERROR_CLIENT_TOO_BIG.rawValue: .version,
        MONGOC_ERROR_CLIENT_TOO_SMALL.rawValue: .version,
        MONGOC_ERROR_CLIENT_NOT_READY.rawValue: .unreachable,
        MONGOC_ERROR_CLIENT_NO_ACCEPTABLE_PEER.rawValue: .unreachable,
    ]

    /// The codes of servers (https://www.mongodb.com/docs/manual/reference/error-codes/).
    private static let ofServerCode: [UInt32: MongoProblem] = {
        var kinds: [UInt32: MongoProblem] = [:]
        for (kind, codes) in groups { for code in codes { kinds[code] = kind } }
        return kinds
    }()

    private static let groups: [(MongoProblem, [UInt32])] = [
        // HostUnreachable, HostNotFound, NetworkTimeout, ExceededTimeLimit, SocketException, MaxTimeMSExpired,
        // LockTimeout, WriteConflict, Interrupted, FailedToSatisfyReadPreference, ReadConcernMajorityNotAvailableYet.
        (.unreachable, [6, 7, 89, 262, 9001, 50, 24, 112, 11601, 133, 134]),
        // ShutdownInProgress, PrimarySteppedDown, NotWritablePrimary, InterruptedAtShutdown,
        // InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, and what older servers say.
        (.notPrimary, [91, 189, 10107, 11600, 11602, 13435, 13436, 10058]),
        // UserNotFound, AuthenticationFailed, MechanismUnavailable, AtlasError (a wrong password there).
        (.authentication, [11, 18, 334, 8000]),
        // Unauthorized.
        (.permission, [13]),
        // IncompatibleServerVersion, IncompatibleWithUpgradedServer.
        (.version, [188, 285]),
        // WriteConcernFailed, UnsatisfiableWriteConcern.
        (.unconfirmed, [64, 100]),
        (.duplicateKey, [11000, 11001, 12582]),
        // DollarPrefixedFieldName, InvalidIdField, NotSingleValueField, InvalidDBRef,
        // EmptyFieldName, DottedFieldName, Overflow (too many levels), DocumentValidationFailure.
        (.refusedDocument, [52, 53, 54, 55, 56, 57, 15, 121]),
        // BSONObjectTooLarge, and documents that an update made too large.
        (.tooLarge, [10334, 17419, 17420]),
        // InternalError.
        (.serverFault, [1]),
        // OutOfDiskSpace.
        (.noRoom, [14031]),
        // CursorNotFound, CursorKilled, QueryPlanKilled, CappedPositionLost.
        (.lostCursor, [43, 237, 175, 136]),
    ]
}

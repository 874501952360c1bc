import CMongo
import Testing

@testable import MongoDB

/// What the threads that watch the servers tell, and what that means for an error.
@Suite struct ServerWatchTests {
    private static func failure(_ domain: UInt32, _ code: UInt32) -> bson_error_t {
        var error = bson_error_t()
        (error.domain, error.code) = (domain, code)
        return error
    }

    /// A failure that is told, and what is known of the servers then.
    static let failures: [(domain: UInt32, code: UInt32, isEncrypted: Bool, known: MongoProblem?)] = [
        (MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_STREAM_CONNECT.rawValue, false, .unreachable),
        (MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_STREAM_NAME_RESOLUTION.rawValue, false, .unknownHost),
        (MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_STREAM_SOCKET.rawValue, false, .unreachable),
        (MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_STREAM_SOCKET.rawValue, true, .encryption),
        (MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_STREAM_CONNECT.rawValue, true, .unreachable),
        (MONGOC_ERROR_SERVER.rawValue, 91, false, .notPrimary),
        // A look at a server that libmongoc itself has ended, because another connection was lost: neither domain nor code.
        (0, 0, false, nil), (0, 0, true, nil),
    ]

    @Test(arguments: failures)
    func aFailureIsRemembered(_ example: (domain: UInt32, code: UInt32, isEncrypted: Bool, known: MongoProblem?)) {
        let watch = ServerWatch()
        watch.failed(Self.failure(example.domain, example.code), isEncrypted: example.isEncrypted)
        #expect(watch.lastFailure?.problem == example.known)
    }

    @Test func whatALookThatWasEndedSaysChangesNothing() {
        let watch = ServerWatch()
        watch.failed(Self.failure(MONGOC_ERROR_SERVER.rawValue, 91), isEncrypted: false)
        watch.failed(Self.failure(0, 0), isEncrypted: false)
        #expect(watch.lastFailure?.problem == .notPrimary && watch.lastFailure?.code == 91)
        watch.succeeded()
        #expect(watch.lastFailure == nil)
        // A server that has answered is one that can be talked to: later it is a lost connection.
        watch.failed(Self.failure(MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_STREAM_SOCKET.rawValue), isEncrypted: true)
        #expect(watch.lastFailure?.problem == .unreachable)
    }

    private static func error(_ problem: MongoProblem, _ code: UInt32? = nil) -> MongoError {
        var error = MongoError(problem, "words")
        error.code = code
        return error
    }

    /// An error, what is known of the servers, and what becomes of the error.
    static let explained: [(error: MongoError, cause: MongoError?, problem: MongoProblem, code: UInt32?)] = [
        (error(.unreachable), nil, .unreachable, nil),
        (error(.unreachable), error(.unreachable), .unreachable, nil),
        (error(.unreachable), error(.unknownHost), .unknownHost, nil),
        (error(.unreachable), error(.notPrimary, 91), .notPrimary, 91),
        (error(.unreachable), error(.encryption), .encryption, nil),
        // A connection that was cut stays one, whatever else could not be understood.
        (error(.unreachable), error(.other), .unreachable, nil),
        (error(.unreachable), error(.other, 424_242), .unreachable, nil),
        (error(.unreachable, 89), error(.notPrimary, 91), .unreachable, 89),
        (error(.permission, 13), error(.unknownHost), .permission, 13),
        (error(.other), error(.unreachable), .other, nil),
    ]

    @Test(arguments: explained)
    func aCauseExplainsOnlyWhatIsLost(
        _ example: (error: MongoError, cause: MongoError?, problem: MongoProblem, code: UInt32?)
    ) {
        let found = example.error.explained(by: example.cause)
        #expect(found.problem == example.problem && found.code == example.code)
        #expect(found.words == "words")
    }

    @Test func theTimeIsToldWhereAServerWasWaitedFor() {
        for problem in MongoProblem.allCases {
            let waited = MongoError(problem, "words").afterWaiting(8.04).during("reading", at: "mongodb://h/d")
            let isWaiting = [.unreachable, .unknownHost, .notPrimary].contains(problem)
            #expect(waited.message == "mongodb://h/d: words\(isWaiting ? ", after 8.0 s" : "") while reading")
        }
    }

    @Test func aMissingLoginIsNoMissingRight() {
        let refused = Self.error(.permission, 13).withoutLogin()
        #expect(refused.problem == .authentication && refused.kind == .failed && !refused.mayRetry)
        #expect(refused.hint.contains("mongodb://USER:PASSWORD@HOST/DATABASE") && refused.hint.contains("authSource"))
        #expect(Self.error(.other, 1).withoutLogin().hint == Self.error(.other, 1).hint)
    }

    @Test(
        arguments: [
            (nil, 8), (.zero, 8), (.seconds(4), 4), (.milliseconds(100), 1), (.seconds(300), 8),
        ] as [(Duration?, Double)])
    func aServerIsLookedForNoLongerThanAllowed(_ patience: Duration?, _ seconds: Double) {
        #expect(MongoClient.Limits(patience: patience).selection == seconds)
    }
}

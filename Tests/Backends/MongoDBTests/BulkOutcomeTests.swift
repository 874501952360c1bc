import CMongo
import Testing

@testable import MongoDB

/// What the answer to a bulk of writes says. A refused write never hides what is worse.
@Suite struct BulkOutcomeTests {
    private static let duplicate: BSONValue = [
        "index": 1, "code": 11000, "errmsg": "E11000 duplicate key", "keyPattern": ["_id": 1],
    ]
    private static let tooLarge: BSONValue = ["index": 2, "code": 10334, "errmsg": "too large"]
    private static let unconfirmed: BSONValue = ["code": 64, "errmsg": "waiting for replication timed out"]

    private static func reply(
        matched: Int32 = 0, upserted: Int32 = 0, _ refusals: [BSONValue] = [], unconfirmed: BSONValue? = nil
    ) -> BSONDocument {
        var fields: [BSONValue.Field] = [
            .init(name: "nMatched", value: .int32(matched)), .init(name: "nUpserted", value: .int32(upserted)),
            .init(name: "writeErrors", value: .array(refusals)),
        ]
        if let unconfirmed { fields.append(.init(name: "writeConcernErrors", value: [unconfirmed])) }
        return BSONValue.document(fields).bson
    }

    private static func error(_ domain: mongoc_error_domain_t, _ code: UInt32) -> MongoError {
        var error = bson_error_t()
        (error.domain, error.code) = (domain.rawValue, code)
        return MongoError(error)
    }

    @Test func whatIsRefusedIsTold() throws {
        let all = Self.reply(matched: 1, upserted: 2)
        let done = try BulkOutcome(all.bytes, nil, writes: 3)
        #expect(done.refusals.isEmpty)
        let some = Self.reply(upserted: 1, [Self.duplicate, Self.tooLarge])
        let refused = try BulkOutcome(some.bytes, Self.error(MONGOC_ERROR_SERVER, 11000), writes: 3)
        #expect(refused.refusals.map(\.place) == [1, 2])
        #expect(refused.refusals.map(\.problem) == [.duplicateKey, .tooLarge])
        #expect(refused.refusals[0].keys == ["_id"] && refused.refusals[0].words.contains("E11000"))
    }

    /// libmongoc reports the refused write alone in each of these cases.
    @Test func whatIsWorseIsNotHidden() throws {
        let reported = Self.error(MONGOC_ERROR_SERVER, 11000)
        func problem(_ reply: BSONDocument, _ error: MongoError?, writes: Int) -> MongoProblem? {
            #expect(throws: MongoError.self) { try BulkOutcome(reply.bytes, error, writes: writes) }?.problem
        }
        #expect(
            problem(Self.reply(upserted: 1, [Self.duplicate], unconfirmed: Self.unconfirmed), reported, writes: 2)
                == .unconfirmed)
        #expect(problem(Self.reply(upserted: 3, unconfirmed: Self.unconfirmed), nil, writes: 3) == .unconfirmed)
        #expect(problem(Self.reply(upserted: 1, [Self.duplicate]), reported, writes: 500) == .unreachable)
        #expect(problem(Self.reply(upserted: 1), nil, writes: 2) == .unreachable)
        let lost = Self.error(MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET.rawValue)
        #expect(problem(Self.reply(), lost, writes: 1) == .unreachable)
        #expect(problem(Self.reply(upserted: 1, [Self.duplicate]), lost, writes: 2) == .unreachable)
        #expect(problem(Self.reply(), Self.error(MONGOC_ERROR_SERVER, 10107), writes: 1) == .notPrimary)
        #expect(problem(BSONDocument(), nil, writes: 1) == .unreachable)
    }

    static let problems: [(mongoc_error_domain_t, UInt32, MongoProblem, Bool)] = [
        (MONGOC_ERROR_SERVER, 18, .authentication, false), (MONGOC_ERROR_SERVER, 13, .permission, false),
        (MONGOC_ERROR_SERVER, 10107, .notPrimary, true), (MONGOC_ERROR_SERVER, 11600, .notPrimary, true),
        (MONGOC_ERROR_SERVER, 43, .lostCursor, true), (MONGOC_ERROR_SERVER, 14031, .noRoom, false),
        (MONGOC_ERROR_SERVER, 1, .serverFault, false),
        (MONGOC_ERROR_SERVER, 121, .refusedDocument, false), (MONGOC_ERROR_SERVER, 64, .unconfirmed, true),
        (MONGOC_ERROR_SERVER, 424_242, .other, false), (MONGOC_ERROR_WRITE_CONCERN, 79, .unconfirmed, true),
        (MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_NAME_RESOLUTION.rawValue, .unknownHost, true),
        (MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT.rawValue, .unreachable, true),
        (MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE.rawValue, .unreachable, true),
        (MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_BAD_WIRE_VERSION.rawValue, .version, false),
        (MONGOC_ERROR_PROTOCOL, MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION.rawValue, .version, false),
        (MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue, .authentication, false),
        (MONGOC_ERROR_SCRAM, MONGOC_ERROR_SCRAM_PROTOCOL_ERROR.rawValue, .authentication, false),
        (MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET.rawValue, .unreachable, true),
        (MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID.rawValue, .other, false),
    ]

    @Test(arguments: problems)
    func codesDecide(_ example: (mongoc_error_domain_t, UInt32, MongoProblem, Bool)) {
        let error = Self.error(example.0, example.1)
        #expect(error.problem == example.2)
        #expect(error.mayRetry == example.3)
    }
}

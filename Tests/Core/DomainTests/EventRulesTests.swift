import Testing

@testable import Domain

/// Each rule of contract §3 with what breaks it and what just does not.
@Suite struct EventRulesTests {
    private static let types: [(String, String)] =
        EventType.allCases.map { ($0.name, $0.name) }
        + [("dwelltime", "dwell"), ("rating", "rate"), (" view ", "view")]

    /// Metadata with which an event of a type is accepted.
    private static func metadata(_ type: String) -> String {
        switch type {
        case "rate", "rating": #"{"score":7}"#
        case "comment": #"{"comment_id":"c","body":"b"}"#
        case "comment_vote": #"{"comment_id":"c","vote":1}"#
        case "watchlist": #"{"status":"planned"}"#
        default: "{}"
        }
    }

    @Test(arguments: types)
    func aTypeIsKnown(text: String, name: String) throws {
        #expect(try CleanEvent(event(text, Self.metadata(text)))["event_type"] == name)
    }

    @Test(
        arguments: [
            nil, "null", #""""#, #"" ""#, #""View""#, #""teleport""#, "7", "true", #"["view"]"#, #"{"view":1}"#,
            #""view\u0000""#, #""comment-vote""#, #""dwellTime""#, #""ratings""#,
        ] as [String?])
    func anUnknownTypeIsRejected(json: String?) throws {
        #expect(try verdict(event(["event_type": json])) == "unknown_event_type")
    }

    @Test(arguments: [
        (#""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11""#, "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"),
        (#""0B54F0C6-0D1C-4D3B-9A57-1F6B1A3C9E11""#, "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"),
        (#"" 0b54F0C6-0d1c-4d3b-9a57-1f6b1a3c9e11\n""#, "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"),
        (#""00000000-0000-0000-0000-000000000000""#, "00000000-0000-0000-0000-000000000000"),
        (#""FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF""#, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    ])
    func anIDIsRead(json: String, id: String) throws { #expect(try CleanEvent(event(["event_id": json])).id == id) }

    @Test(arguments: [
        "5", "0", "true", "false", "[]", "{}", #""12345""#, #""0b54f0c60d1c4d3b9a571f6b1a3c9e11""#,
        #""{0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11}""#, #""urn:uuid:0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11""#,
        #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e1""#, #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e111""#,
        #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9g11""#, #""0b54f0c6_0d1c-4d3b-9a57-1f6b1a3c9e11""#,
        #""0b54f0c6-0d1c4-d3b-9a57-1f6b1a3c9e11""#, #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e1é""#,
        #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e`1""#, #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e:1""#,
    ])
    func anIDThatIsThereAndNoneIsRejected(json: String) throws {
        #expect(try verdict(event(["event_id": json])) == "invalid_event_id")
    }

    @Test func eachDigitOfAnIDIsReadByItself() {
        let id = Array("0123456f-89ab-cdef-8123-456789abcdef".utf8)
        for place in id.indices where id[place] != UInt8(ascii: "-") {
            for byte in UInt8.min...UInt8.max {
                var changed = id
                changed[place] = byte
                let parsed = changed.withUnsafeBytes { UUIDText.parse($0) }
                let text = byte < 0x80 ? String(decoding: changed, as: UTF8.self) : "no id"
                let isDigit = Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
                #expect(
                    parsed.map { UUIDText.text(high: $0.high, low: $0.low) } == (isDigit ? text.lowercased() : nil),
                    "\(byte) at \(place)")
            }
        }
    }

    @Test(arguments: [nil, "null", #""""#, #""\t \u2003""#] as [String?])
    func anIDThatIsNotThereIsDerived(json: String?) throws {
        #expect(try CleanEvent(event(["event_id": json])).id == "ffed50dd-3d11-520c-bf34-9b517d392037")
    }

    @Test(arguments: [
        ("1", "1"), ("4711", "4711"), (#""4711""#, "4711"), (#"" 4711 ""#, "4711"), ("603.0", "603"), ("6.03e2", "603"),
        (#""603.0""#, "603"), ("9223372036854775807", "9223372036854775807"),
        ("9007199254740993.0", "9007199254740993"), ("603000e-3", "603"), (#""0.6030e3""#, "603"),
        ("9223372036854775807.0", "9223372036854775807"), ("9.223372036854775807e18", "9223372036854775807"),
    ])
    func anIntegerFromOneIsAnID(json: String, id: String) throws {
        #expect(try CleanEvent(event(["user_id": json]))["user_id"] == id)
        #expect(try CleanEvent(event(["movie_id": json]))["movie_id"] == id)
    }

    private static let noIDs: [String?] = [
        nil, "null", "0", "-1", "-0", "1.5", "true", "[1]", "{}", #""""#, #""anonymous""#, #""1 2""#, #""0x1""#,
        #""+1""#, #""01""#, #"".5""#, #""１""#, "9223372036854775808", "9223372036854775808.0", "1e300", "1e-1",
        "1.0000000000000000001", "1e-999999999999",
        "0e999999999",
        #""NaN""#, #""Infinity""#,
    ]

    @Test(arguments: noIDs)
    func aUserThatIsNoIDIsRejected(json: String?) throws {
        #expect(try verdict(event(["user_id": json])) == "invalid_user_id")
    }

    @Test(arguments: noIDs)
    func aMovieThatIsNoIDIsRejectedWhereOneIsRequired(json: String?) throws {
        for type in EventType.allCases {
            let line = event(type.name, Self.metadata(type.name), ["movie_id": json])
            if type == .search || type == .commentVote {
                #expect(try CleanEvent(line)["movie_id"] == "-", "\(type)")
            } else {
                #expect(try verdict(line) == "missing_movie_id", "\(type)")
            }
        }
    }

    private static let times = [
        ("trailer", "seconds"), ("dwell", "seconds"), ("dwelltime", "seconds"), ("watch", "watched_seconds"),
    ]

    @Test(
        arguments: times,
        [
            ("0", "0.0"), ("-0", "0.0"), ("-0.0", "0.0"), ("12", "12.0"), ("12.5", "12.5"), (#""12.5""#, "12.5"),
            (#"" 1e3 ""#, "1000.0"), ("1e308", "1e+308"), ("null", "-"), ("1e-400", "0.0"), ("0.1", "0.1"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ])
    func secondsAreRead(time: (String, String), value: (String, String)) throws {
        #expect(try CleanEvent(event(time.0, #"{"\#(time.1)":\#(value.0)}"#))["seconds"] == value.1)
        #expect(try CleanEvent(event(time.0, "{}"))["seconds"] == "-")
    }

    @Test(
        arguments: times,
        [
            "-1", "-0.001", "true", "false", "[]", "{}", #""""#, #"" ""#, #""a""#, #""1:30""#, "1e309", #""1e309""#,
            #""NaN""#,
            #""-1""#, #""0x10""#,
        ])
    func secondsThatAreNoneAreRejected(time: (String, String), json: String) throws {
        #expect(try verdict(event(time.0, #"{"\#(time.1)":\#(json)}"#)) == "invalid_seconds")
    }

    @Test(arguments: EventType.allCases.map(\.name))
    func whatIsNotOfTheTypeIsNotRead(type: String) throws {
        let own = ["trailer": "seconds", "dwell": "seconds", "watch": "watched_seconds", "rate": "score"][type]
        for (key, value) in [("seconds", "true"), ("watched_seconds", "-5"), ("score", "99")] where key != own {
            let metadata = Self.metadata(type).dropLast() + (Self.metadata(type) == "{}" ? "" : ",")
            #expect(try verdict(event(type, metadata + "\"\(key)\":\(value)}")) == "accepted", "\(type) \(key)")
        }
    }

    @Test(arguments: [
        ("0.5", "0.5"), ("10", "10.0"), ("8.5", "8.5"), (#""7""#, "7.0"), ("7.25", "7.25"), ("1e1", "10.0"),
        ("null", "-"),
    ])
    func aScoreIsRead(json: String, score: String) throws {
        #expect(try CleanEvent(event("rate", #"{"score":\#(json)}"#))["score"] == score)
    }

    @Test(
        arguments: [
            #"{}"#, "null", nil, #"{"score":0.4999}"#, #"{"score":10.0001}"#, #"{"score":0}"#, #"{"score":-1}"#,
            #"{"score":true}"#, #"{"score":""}"#, #"{"score":" "}"#, #"{"score":"good"}"#, #"{"score":[8]}"#,
            #"{"Score":8}"#, #"[8]"#, #""8""#, "8",
        ] as [String?])
    func aScoreThatIsNoneIsRejected(metadata: String?) throws {
        #expect(try verdict(event("rate", metadata)) == "invalid_score")
    }

    @Test(arguments: [
        ("-1", "-1"), ("0", "0"), ("1", "1"), (#""1""#, "1"), ("-1.0", "-1"), ("-0", "0"), ("10e-1", "1"),
    ])
    func aVoteIsRead(json: String, vote: String) throws {
        #expect(try CleanEvent(event("comment_vote", #"{"comment_id":"c","vote":\#(json)}"#))["vote"] == vote)
    }

    @Test(arguments: ["2", "-2", "0.5", "null", "true", #""up""#, #""""#, "[1]", "1e300"])
    func aVoteThatIsNoneIsRejected(json: String) throws {
        #expect(try verdict(event("comment_vote", #"{"comment_id":"c","vote":\#(json)}"#)) == "invalid_vote")
        #expect(try verdict(event("comment_vote", #"{"comment_id":"c"}"#)) == "invalid_vote")
    }

    @Test(arguments: ["watching", "completed", "planned", "dropped", "removed"])
    func aStatusIsRead(status: String) throws {
        #expect(try CleanEvent(event("watchlist", #"{"status":" \#(status)"}"#))["status"] == status)
    }

    @Test(arguments: [#""maybe""#, #""Watching""#, #""""#, "null", "1", "true", #"["planned"]"#])
    func aStatusThatIsNoneIsRejected(json: String) throws {
        #expect(try verdict(event("watchlist", #"{"status":\#(json)}"#)) == "invalid_status")
        #expect(try verdict(event("watchlist", "{}")) == "invalid_status")
    }

    @Test(arguments: [
        ("true", "true"), ("false", "false"), ("null", "false"), (#""true""#, "false"), ("1", "false"), ("[]", "false"),
    ])
    func undoAndDeletedCountOnlyAsTrue(json: String, expected: String) throws {
        #expect(try CleanEvent(event("like", #"{"undo":\#(json)}"#))["undo"] == expected)
        #expect(try CleanEvent(event("dislike", #"{"undo":\#(json)}"#))["undo"] == expected)
        let comment = #"{"comment_id":"c","body":"b","deleted":\#(json)}"#
        #expect(try CleanEvent(event("comment", comment))["deleted"] == expected)
        let empty = try verdict(event("comment", #"{"comment_id":"c","deleted":\#(json)}"#))
        #expect(empty == (expected == "true" ? "accepted" : "empty_comment"))
    }

    @Test(arguments: [nil, "null", #""""#, #"" \u00a0\u2029""#, "5", "true", #"["text"]"#] as [String?])
    func aCommentWithoutABodyIsEmpty(json: String?) throws {
        let body = json.map { ",\"body\":\($0)" } ?? ""
        #expect(try verdict(event("comment", "{\"comment_id\":\"c\"\(body)}")) == "empty_comment")
        let deleted = try CleanEvent(event("comment", "{\"comment_id\":\"c\",\"deleted\":true\(body)}"))
        #expect(deleted["body"] == "-")
    }

    @Test(arguments: [nil, "null", #""""#, #"" ""#, "true", "1.5", "[]", "{}", "9223372036854775808"] as [String?])
    func aCommentIDThatIsNoKeyIsRejected(json: String?) throws {
        let id = json.map { "\"comment_id\":\($0)," } ?? ""
        #expect(try verdict(event("comment", "{\(id)\"body\":\"b\"}")) == "invalid_comment_id")
        #expect(try verdict(event("comment_vote", "{\(id)\"vote\":1}")) == "invalid_comment_id")
    }

    /// An event that breaks every rule, mended rule by rule in the order of the contract's table.
    @Test func theFirstRuleOfTheTableIsTheOneThatIsStored() throws {
        var members: [(String, String)] = [
            ("event_type", #""no""#), ("event_id", "5"), ("event_time", #""no""#), ("user_id", "0"), ("movie_id", "0"),
        ]
        func mend(_ key: String, _ value: String) {
            members = members.map { $0.0 == key ? (key, value) : $0 }
        }
        func now(_ metadata: String) throws -> String {
            let text = members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
            return try verdict("{\(text),\"metadata\":\(metadata)}")
        }
        for (type, metadata, rest) in [
            ("watch", #"{"watched_seconds":-1}"#, ["invalid_seconds"]), ("rate", #"{"score":11}"#, ["invalid_score"]),
            ("comment", #"{}"#, ["invalid_comment_id"]), ("comment", #"{"comment_id":1}"#, ["empty_comment"]),
            ("watchlist", #"{}"#, ["invalid_status"]),
        ] {
            members = [
                ("event_type", #""no""#), ("event_id", "5"), ("event_time", #""no""#), ("user_id", "0"),
                ("movie_id", "0"),
            ]
            #expect(try now(metadata) == "unknown_event_type")
            mend("event_type", "\"\(type)\"")
            #expect(try now(metadata) == "invalid_event_id")
            mend("event_id", "null")
            #expect(try now(metadata) == "invalid_event_time")
            mend("event_time", "5")
            #expect(try now(metadata) == "event_time_out_of_range")
            mend("event_time", "1763661802517")
            #expect(try now(metadata) == "invalid_user_id")
            mend("user_id", "1")
            #expect(try now(metadata) == "missing_movie_id")
            mend("movie_id", "1")
            #expect([try now(metadata)] == rest)
        }
        #expect(try verdict(event("comment_vote", #"{"vote":7}"#)) == "invalid_comment_id")
        #expect(try verdict(event("comment_vote", #"{"vote":7,"comment_id":1}"#)) == "invalid_vote")
        #expect(try verdict(String(event(["event_type": #""no""#]).dropLast())) == "malformed_json")
    }

    @Test(arguments: [
        "[]", "5", "null", #""x""#, "{", "{}{}", "{} x", #"{"a":1,}"#, #"{"unread":[1,2}"#, #"{"unread":"\ud800"}"#,
        #"{"unread":01}"#, #"{"unread":nul}"#, "{\"unread\":\"\u{1}\"}", #"{"unread":"\x"}"#,
    ])
    func whatIsNotOneObjectIsMalformed(line: String) throws { #expect(try verdict(line) == "malformed_json") }

    @Test func invalidUTF8IsMalformedAlsoWhereNobodyReads() throws {
        for bytes in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]] {
            let line = Array(event(["unread": "\"\""]).utf8.dropLast(2)) + bytes + Array("\"}".utf8)
            #expect(try eventBatch([line]).rejections.map(\.rule) == [.malformedJSON])
        }
    }

    @Test(arguments: [(63, "accepted"), (64, "malformed_json")])
    func theDepthIsLimited(arrays: Int, expected: String) throws {
        let nested = String(repeating: "[", count: arrays) + String(repeating: "]", count: arrays)
        #expect(try verdict(event(["unread": nested])) == expected)
    }

    @Test func ofADoubledKeyTheLastCounts() throws {
        let line = event("rate", #"{"score":99,"score":7}"#, ["user_id": "1"]).dropLast() + #","user_id":2}"#
        let clean = try CleanEvent(String(line))
        #expect(clean["score"] == "7.0")
        #expect(clean["user_id"] == "2")
        #expect(try verdict(event("rate", #"{"score":7,"score":99}"#)) == "invalid_score")
        #expect(try verdict(event(["user_id": "1"]).dropLast() + #","user_id":null}"#) == "invalid_user_id")
    }

    @Test func aRejectionSaysWhereAndWhy() throws {
        let bad = event("rate", #"{"score":11}"#)
        let batch = try eventBatch([event([:]), bad, "{"])
        #expect(batch.read == 3)
        #expect(batch.rowCount == 1)
        #expect(batch.rejections.map(\.rule) == [.invalidScore, .malformedJSON])
        let first = batch.rejections[0]
        #expect(first.source == "events.ndjson")
        #expect(first.line == 2)
        #expect(first.byteOffset == Int64(event([:]).utf8.count))
        #expect(first.raw == Array(bad.utf8))
        #expect(first.message == "score is 11; expected a number from 0.5 to 10, or null to withdraw the rating")
        #expect(first.snapshotDay == nil)
    }

    /// A long value is cut between two code points, wherever its bytes end; controls are spelled.
    @Test(
        arguments: [
            (#"" ""#, "blank"), (#""a\n\u001b[31m\u009b\u0000""#, #""a\n\u{1b}[31m\u{9b}\u{0}""#),
            ("\"x\(String(repeating: "é", count: 200))\"", "\"x\(String(repeating: "é", count: 59))…\""),
            ("\"xy\(String(repeating: "界", count: 200))\"", "\"xy\(String(repeating: "界", count: 58))…\""),
            ("\"x\(String(repeating: "🎬", count: 200))\"", "\"x\(String(repeating: "🎬", count: 59))…\""),
            // One character of many code points.
            ("\"e\(String(repeating: "\u{301}", count: 200))\"", "\"e\(String(repeating: "\u{301}", count: 59))…\""),
        ] as [(String, String)]
    )
    func aRejectionNamesTheValue(json: String, words: String) throws {
        let message = try eventBatch([event(["event_type": json])]).rejections.map(\.message)
        #expect(
            message == [
                "event_type is \(words); expected one of the types that `reelhouse explain unknown_event_type` lists"
            ])
    }
}

import Testing

@testable import Domain

/// Keys and texts (contract §2.1), the older form key by key and the session (§2.3).
@Suite struct EventKeysTests {
    private static let longest = String(repeating: "x", count: 512)
    private static let longestWide = String(repeating: "é", count: 256)

    private static let keys: [(String, String)] = [
        (#""s-4711-88""#, "s-4711-88"), (#"" s ""#, "s"), (#""a b""#, "a b"), ("5", "5"), ("-5", "-5"), ("0", "0"),
        ("-0", "0"), ("603.0", "603"), ("6.03e2", "603"), ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"), (#""603.0""#, "603.0"), (#""007""#, "007"),
        (#""\u0000""#, "\u{fffd}"), (#""a\u0000b""#, "a\u{fffd}b"), (#""\ud83c\udfac""#, "🎬"), (#""é""#, "é"),
        (#""e\u0301""#, "e\u{301}"), ("\"\(longest)\"", longest), ("\"  \(longest)  \"", longest),
        ("\"\(longestWide)\"", longestWide),
    ]
    private static let none: [String?] = [
        nil, "null", "true", "1.5", "[]", "{}", #""""#, #"" \u0085\u2028""#, "9223372036854775808", "1e300",
        "\"\(longest)x\"", "\"\(longestWide)x\"", "\"\(longest.dropLast(2))\\u0000\"",
    ]

    @Test(arguments: keys)
    func aKeyIsRead(json: String, key: String) throws {
        let clean = try CleanEvent(
            event("comment", #"{"comment_id":\#(json),"parent_id":\#(json),"body":"b"}"#, ["session_id": json]))
        #expect(clean["session_id"] == key)
        #expect(clean["comment_id"] == key)
        #expect(clean["parent_id"] == key)
        #expect(clean.batch.warnings == 0)
    }

    @Test(arguments: none)
    func whatIsNoKeyIsNone(json: String?) throws {
        #expect(try CleanEvent(event(["session_id": json]))["session_id"] == "-")
        let parent = json.map { ",\"parent_id\":\($0)" } ?? ""
        #expect(try CleanEvent(event("comment", "{\"comment_id\":1,\"body\":\"b\"\(parent)}"))["parent_id"] == "-")
    }

    @Test func aKeyThatIsTooLongIsAWarning() throws {
        let long = "\"\(Self.longest)x\""
        #expect(try eventBatch([event(["session_id": long])]).warnings == 1)
        #expect(try eventBatch([event(["session_id": "true"])]).warnings == 0)
        let comment = event("comment", "{\"comment_id\":1,\"body\":\"b\",\"parent_id\":\(long)}", ["session_id": long])
        #expect(try eventBatch([comment, comment]).warnings == 4)
    }

    /// Warnings are of lines that were not rejected; a comment without a key is.
    @Test func aRejectedLineIsNoWarning() throws {
        let long = "\"\(Self.longest)x\""
        let batch = try eventBatch([event("comment", "{\"comment_id\":\(long),\"body\":\"b\"}")])
        #expect(batch.rejections.map(\.rule) == [.invalidCommentID])
        #expect(batch.warnings == 0)
    }

    /// Unicode's White_Space (PropList.txt 15.0), all 25 of it.
    private static let whiteSpace: [UInt32] = [
        0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
        0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
    ]

    @Test(arguments: whiteSpace)
    func whiteSpaceIsTrimmed(scalar: UInt32) throws {
        let escape =
            "\\u" + String(repeating: "0", count: 4 - String(scalar, radix: 16).count) + String(scalar, radix: 16)
        let text = "\"\(escape)\(escape)a\(escape)b\(escape)\""
        let inner = try String(#require(Unicode.Scalar(scalar)))
        #expect(try CleanEvent(event("search", "{\"query\":\(text)}"))["query"] == "a\(inner)b")
        #expect(try CleanEvent(event("search", "{\"query\":\"\(escape)\"}"))["query"] == "-")
    }

    @Test func nothingElseIsTrimmed() throws {
        let property = Set(Self.whiteSpace)
        for scalar in (1...0x3100 as ClosedRange<UInt32>) where !property.contains(scalar) {
            guard let unicode = Unicode.Scalar(scalar), !unicode.properties.isWhitespace else {
                Issue.record("\(scalar) is white space to Swift")
                continue
            }
            let bytes = Array(String(unicode).utf8)
            #expect(bytes.withUnsafeBytes { ScalarRules.trim($0).count } == bytes.count, "\(scalar)")
        }
        for scalar in property { #expect(Unicode.Scalar(scalar)?.properties.isWhitespace == true) }
        for text in ["\u{feff}", "\u{200b}", "\u{180e}", "\u{1c}", "\u{0}"] {
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBytes { ScalarRules.trim($0).count } == bytes.count)
        }
    }

    @Test func aTextKeepsItsCodePoints() throws {
        #expect(try CleanEvent(event("search", #"{"query":"a\u0000\u0000"}"#))["query"] == "a\u{fffd}\u{fffd}")
        #expect(try CleanEvent(event("search", #"{"query":"\\\"\/\b"}"#))["query"] == "\\\"/\u{8}")
        #expect(try CleanEvent(event("search", #"{"query":7}"#))["query"] == "-")
        let composed = try CleanEvent(event("search", #"{"query":"\u00e9"}"#))
        let decomposed = try CleanEvent(event("search", #"{"query":"e\u0301"}"#))
        #expect(composed.row.contentHash != decomposed.row.contentHash)
    }

    // MARK: - The older form

    @Test(arguments: [
        // The newer key, the older key, and what is read of both, of the older alone, and of a null beside it.
        ("event_type", #""view""#, "action_type", #""click""#, "view", "click"),
        (
            "event_time", "1763661802517", "timestamp", "1763661802518", "2025-11-20T18:03:22.517Z",
            "2025-11-20T18:03:22.518Z"
        ),
    ])
    func theOlderKeyIsReadWhereTheNewerIsNot(
        newer: String, newerJSON: String, older: String, olderJSON: String, both: String, alone: String
    ) throws {
        #expect(try CleanEvent(event([newer: newerJSON, older: olderJSON]))[newer] == both)
        #expect(try CleanEvent(event([newer: nil, older: olderJSON]))[newer] == alone)
        #expect(try CleanEvent(event([newer: "null", older: olderJSON]))[newer] == alone)
        #expect(try CleanEvent(event([newer: newerJSON, older: "null"]))[newer] == both)
    }

    @Test func aNewerKeyThatIsWrongIsNotMendedByTheOlder() throws {
        #expect(try verdict(event(["event_type": #""""#, "action_type": #""click""#])) == "unknown_event_type")
        #expect(try verdict(event(["event_time": #""""#, "timestamp": "1763661802517"])) == "invalid_event_time")
        #expect(try verdict(event("rate", #"{"score":99}"#, ["rating": "5"])) == "invalid_score")
        #expect(try verdict(event("dwell", #"{"seconds":-1}"#, ["dwell_time": "5"])) == "invalid_seconds")
        #expect(try CleanEvent(event("search", #"{"query":" "}"#, ["query": #""old""#]))["query"] == "-")
    }

    @Test(arguments: [
        ("rate", "score", "score", "rating", "5"), ("trailer", "seconds", "seconds", "trailer_time", "5"),
        ("dwell", "seconds", "seconds", "dwell_time", "5"), ("dwelltime", "seconds", "seconds", "dwell_time", "5"),
        ("search", "query", "query", "query", #""5""#),
    ])
    func thePayloadIsReadAtTheTopLevel(type: String, field: String, newer: String, older: String, json: String) throws {
        let expected = field == "query" ? "5" : "5.0"
        for metadata in [nil, "null", "{}", "{\"\(newer)\":null}", "[]", "7"] {
            #expect(try CleanEvent(event(type, metadata, [older: json]))[field] == expected, "\(metadata ?? "nil")")
        }
        let newerJSON = field == "query" ? #""9""# : "9"
        let both = try CleanEvent(event(type, "{\"\(newer)\":\(newerJSON)}", [older: json]))
        #expect(both[field] == (field == "query" ? "9" : "9.0"))
    }

    @Test func theOlderKeysAreOfTheirTypesAlone() throws {
        #expect(try CleanEvent(event("trailer", "{}", ["dwell_time": "5"]))["seconds"] == "-")
        #expect(try CleanEvent(event("dwell", "{}", ["trailer_time": "5"]))["seconds"] == "-")
        #expect(try CleanEvent(event("watch", "{}", ["dwell_time": "5", "trailer_time": "6"]))["seconds"] == "-")
        #expect(try verdict(event("view", "{}", ["rating": "99", "dwell_time": "-1"])) == "accepted")
        #expect(try verdict(event("rate", "{}", ["score": "5"])) == "invalid_score")
        #expect(try verdict(event("comment", nil, ["comment_id": "1", "body": #""b""#])) == "invalid_comment_id")
        #expect(try verdict(event("watchlist", nil, ["status": #""planned""#])) == "invalid_status")
    }

    @Test func aNullWithdrawsInTheOlderFormToo() throws {
        #expect(try CleanEvent(event("rate", nil, ["rating": "null"]))["score"] == "-")
        #expect(try CleanEvent(event("rate", #"{"score":null}"#))["score"] == "-")
        #expect(try CleanEvent(event("rate", #"{"score":null}"#, ["rating": "5"]))["score"] == "5.0")
        #expect(try verdict(event("rate", nil, ["rating": "11"])) == "invalid_score")
        #expect(try verdict(event("dwell", nil, ["dwell_time": #""a""#])) == "invalid_seconds")
    }

    // MARK: - The session

    private static let device =
        #"{"device":"mobile","browser":" Firefox 132 ","os":"Android 15","screen_resolution":"1x2"}"#
    private static let agent = #""Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0""#

    private func fields(_ clean: CleanEvent) -> [String] {
        ["device", "browser", "os", "screen_resolution"].map { clean[$0] }
    }

    @Test func theSessionsFieldsAreRead() throws {
        let clean = try CleanEvent(event(["session_id": #""s""#, "session": Self.device]))
        #expect(fields(clean) == ["mobile", "Firefox 132", "Android 15", "1x2"])
    }

    @Test(arguments: [nil, "null", #""""#, "true"] as [String?])
    func withoutASessionThereAreNone(id: String?) throws {
        let clean = try CleanEvent(event(["session_id": id, "session": Self.device, "user_agent": Self.agent]))
        #expect(fields(clean) == ["-", "-", "-", "-"])
        let bare = try CleanEvent(event(["session_id": id]))
        #expect(clean.row.contentHash == bare.row.contentHash)
        #expect(clean.id == bare.id)
    }

    @Test(
        arguments: [
            (nil, ["-", "Firefox 132", "Linux", "-"]), ("null", ["-", "Firefox 132", "Linux", "-"]),
            ("[]", ["-", "Firefox 132", "Linux", "-"]), ("{}", ["-", "Firefox 132", "Linux", "-"]),
            (#"{"device":"tv","screen_resolution":"1x2"}"#, ["tv", "Firefox 132", "Linux", "1x2"]),
            (#"{"browser":" ","os":7}"#, ["-", "Firefox 132", "Linux", "-"]),
            (#"{"browser":"B"}"#, ["-", "B", "-", "-"]), (#"{"os":"O"}"#, ["-", "-", "O", "-"]),
            (#"{"browser":"B","os":"O"}"#, ["-", "B", "O", "-"]),
            (#"{"browser":"B","browser":null}"#, ["-", "Firefox 132", "Linux", "-"]),
        ] as [(String?, [String])])
    func theUserAgentIsReadWhereTheSessionNamesNeither(session: String?, expected: [String]) throws {
        let clean = try CleanEvent(event(["session_id": "1", "session": session, "user_agent": Self.agent]))
        #expect(fields(clean) == expected)
    }

    /// The text of the user agent is content where it is read, and only there.
    @Test func theUserAgentIsContentWhereItIsRead() throws {
        func hash(_ session: String, _ agent: String?) throws -> UInt64 {
            try CleanEvent(event(["session_id": "1", "session": session, "user_agent": agent])).row.contentHash
        }
        #expect(try hash("{}", #""a""#) != hash("{}", #""b""#))
        #expect(try hash("{}", #""a""#) == hash("{}", #"" a ""#))
        #expect(try hash("{}", nil) == hash("{}", "7"))
        #expect(try hash("{}", nil) != hash("{}", #""a""#))
        #expect(try hash(#"{"os":"O"}"#, #""a""#) == hash(#"{"os":"O"}"#, #""b""#))
        // What is derived from it is none.
        #expect(try hash("{}", Self.agent) != hash(#"{"browser":"Firefox 132","os":"Linux"}"#, nil))
    }
}

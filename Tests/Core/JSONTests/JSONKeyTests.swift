import JSON
import Testing

@Suite struct JSONKeyTests {
    static let keys: [StaticString] = [
        "event_type", "event_time", "event_id", "user_id", "session_id", "movie_id", "session", "metadata", "device",
        "browser", "os", "screen_resolution", "user_agent", "action_type", "timestamp", "rating", "query",
        "trailer_time", "dwell_time", "seconds", "watched_seconds", "score", "comment_id", "parent_id", "body",
        "deleted", "vote", "status", "undo", "", "12345678", "1234567890123456", "aaaaaaaa_b_zzzzzzzz",
        "aaaaaaaa_c_zzzzzzzz", "é",
    ]

    @Test(arguments: keys.indices)
    func findsEachKey(index: Int) throws {
        let key = Self.keys[index].description
        let escaped = key.utf16.map { "\\u" + String(0x10000 + Int($0), radix: 16).dropFirst() }.joined()
        for spelling in [key, escaped] {
            for padding in [0x00, 0x22, 0xFF] as [UInt8] {
                let line = #"{"\#(spelling)":1}"#
                try parse(line.utf8, keys: Self.keys, keepsUnknown: false, padding: padding) { value in
                    #expect(value.members.map(\.key) == [index])
                    #expect(value.members.map(\.name.text) == [key])
                    #expect(value.member(index)?.bytes.text == "1")
                }
            }
        }
    }

    @Test(arguments: [
        "event_typ", "event_typf", "Event_type", "event_type ", "event_type_", "vent_type", "o", "oss", "\\u0000",
        "os\\u0000", "\\u0000os",
        "1234567", "123456789", "123456780", "1234567890123457", "0234567890123456", "12345678901234567",
        "aaaaaaaa_d_zzzzzzzz", "aaaaaaaazzzzzzzz", "e\\u0301", "scre3n_resolution",
    ])
    func othersAreUnknown(key: String) throws {
        let line = #"{"os":0,"\#(key)":{"os":[1,{"os":2}]},"undo":3}"#
        try parse(line.utf8, keys: Self.keys, keepsUnknown: false) { value in
            #expect(value.members.map(\.key) == [10, 28])
            #expect(value.members.map(\.value.bytes.text) == ["0", "3"])
        }
        try parse(line.utf8, keys: Self.keys, keepsUnknown: true) { value in
            #expect(value.members.map(\.key) == [10, -1, 28])
        }
    }

    @Test func nestedKeysAreKnownToo() throws {
        let line = #"{"session":{"x":[{"os":9}],"os":"a","y":1},"metadata":[{"x":0,"score":1},{"score":2},3]}"#
        try parse(line.utf8, keys: Self.keys, keepsUnknown: false) { value in
            let session = try #require(value.member(6))
            #expect(session.members.map(\.key) == [10])
            #expect(session.member(10)?.bytes.text == "a")
            let metadata = try #require(value.member(7))
            #expect(metadata.elements.map(\.kind) == [.object, .object, .number])
            #expect(metadata.elements.compactMap { $0.member(21)?.bytes.text } == ["1", "2"])
        }
    }

    @Test func theLastOfDoubledKeysCounts() throws {
        try parse(#"{"os":1,"os":{"os":7},"query":null,"o\u0073":3}"#.utf8, keys: Self.keys) { value in
            #expect(value.member(10)?.bytes.text == "3")
            #expect(value.member(16)?.isNull == true)
            #expect(value.member(0) == nil)
            #expect(value.members.map(\.key) == [10, 10, 16, 10])
        }
    }

    @Test func ofADoubledKeyInTheListTheFirstCounts() throws {
        try parse(#"{"b":1}"#.utf8, keys: ["a", "b", "b"]) { value in
            #expect(value.members.map(\.key) == [1])
        }
    }

    @Test func whatIsLeftOutIsValidatedAllTheSame() {
        for (unread, expected) in [
            (#"[{"x":nul}]"#, JSONError.invalidLiteral), (#"[1,01]"#, .invalidNumber),
            (#"{"a":{"b":"\ud800"}}"#, .invalidEscape),
            (#"{"\udfff":1}"#, .invalidEscape), ("{\"a\":\"\u{1}\"}", .controlCharacter), ("[1,2,]", .structure),
        ] {
            #expect(fault(#"{"x":\#(unread)}"#.utf8, keepsUnknown: false) == expected)
        }
    }

    @Test func wrongKindsHaveNoMembersOrElements() throws {
        try parse(#"{"a":[1],"b":{"c":2},"d":"e","f":3}"#.utf8, keys: ["a", "b", "d", "f"]) { value in
            let values = try (0..<4).map { try #require(value.member($0)) }
            #expect(values.map { Array($0.members).count } == [0, 1, 0, 0])
            #expect(values.map { Array($0.elements).count } == [1, 0, 0, 0])
            #expect(values.map(\.bytes.text) == ["", "", "e", "3"])
            #expect(Array(value.elements).isEmpty)
        }
    }
}

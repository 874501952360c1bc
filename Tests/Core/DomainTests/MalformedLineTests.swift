import Testing

@testable import Domain

@Suite struct MalformedLineTests {
    private static let array = "jq -c '.[]' FILE"

    @Test(arguments: [
        ("x", "invalid JSON at character 1"), (#"{"a":nope}"#, "invalid JSON at character 6"),
        (#"  {"é":"ü","a":nul }"#, "invalid JSON at character 16"),
        (#"{"a" 1}"#, "invalid JSON at character 6: a comma"),
        (#"{"a":1,}"#, "invalid JSON at character 8: a comma"), (#"{"a":01}"#, "an invalid number at character 6"),
        (#"{"a":1"#, "the line ends in the middle of the object"), (#"{"a":"b"#, "the line ends in the middle"),
        (#"{"a":1}{"#, "something follows the object at character 8"),
        (#"{"a":1},"#, "something follows the object at character 8. A comma follows as in a JSON array"),
        (#"{"ab":"x\ud800"}"#, #"an invalid \ escape in the string at character 7 (ignored fields count too)"#),
        (#"{"a\q":1}"#, #"an invalid \ escape in the string at character 2 (ignored fields count too)"#),
        ("{\"a\":\"é\u{1}\"}", "a control character in a string that is not escaped at character 8"),
        ("{\"a\\\"\u{2}\":1}", "a control character in a string that is not escaped at character 6"),
        ("[", "It begins like a JSON array"), ("[{}]", "but not an object. It begins like a JSON array"),
        ("{", "pretty-printed JSON"), ("7", "it is a JSON value, but not an object"),
        (#"{"a":\#(String(repeating: "[", count: 64))"#, "nested deeper than 64 levels at character 69"),
    ])
    func theMessageSaysWhereAndWhat(line: String, words: String) throws {
        for messages in [
            try eventBatch([line]).rejections.map(\.message), try movieBatch([line]).rejections.map(\.message),
        ] {
            #expect(messages.count == 1)
            #expect(messages[0].hasPrefix("The line is not one JSON object: "), "\(messages)")
            #expect(messages[0].contains(words), "\(messages)")
            #expect(messages[0].contains(Self.array) == (words.contains("JSON array")), "\(messages)")
        }
    }

    @Test func bytesThatAreNotUTF8AreFound() throws {
        let line = Array(#"{"é":"a"#.utf8) + [0xff] + Array(#""}"#.utf8)
        let message = try eventBatch([line]).rejections[0].message
        #expect(message == "The line is not one JSON object: bytes that are not UTF-8 at character 8")
    }
}

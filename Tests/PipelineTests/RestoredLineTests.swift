import Testing

@testable import Pipeline

/// The line of a file for a document of a topic.
@Suite struct RestoredLineTests {
    @Test(
        arguments: [
            ("{\"id\":1}", "{\"id\":1}\n"), ("no JSON", "no JSON\n"), (" {} ", " {} \n"),
            ("{\n \"id\":\n1\n}", "{  \"id\": 1 }\n"), ("{\"a\\\"\":1,\n\"b\":2}", "{\"a\\\"\":1, \"b\":2}\n"),
            ("{\"a\":\"\\\\\",\n\"b\":2}", "{\"a\":\"\\\\\", \"b\":2}\n"), ("{\"a\":\"x\ny\"}", nil),
            ("{\"a\":\"\\\\\\\"\n\"}", nil), ("\n \n", nil), ("{}\n{}", "{} {}\n"),
            // A reader takes one byte order mark and one CR away.
            ("\u{FEFF}{}", "\u{FEFF}\u{FEFF}{}\n"), ("{}\r", "{}\r\r\n"), ("{\r\n}", "{\r }\n"),
        ] as [(String, String?)])
    func isTheSameDocument(document: String, line: String?) {
        let restored = RestoredLine()
        let found = Array(document.utf8).withUnsafeBytes { bytes in
            // The line is in memory of this object.
            withExtendedLifetime(restored) { restored.of(bytes).map { String(decoding: $0, as: UTF8.self) } }
        }
        #expect(found == line)
    }
}

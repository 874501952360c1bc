import Testing

@testable import Logging

@Suite struct PlainTextTests {
    @Test(arguments: [
        ("plain é 😀", "plain é 😀"), ("a\nb\rc\td", #"a\nb\rc\td"#), ("\u{1B}[2J", #"\u{1b}[2J"#),
        ("\r\n", #"\r\n"#), ("\u{0}\u{7F}\u{85}", #"\u{0}\u{7f}\u{85}"#),
        ("\u{2028}\u{2029}\u{202E}\u{2066}", #"\u{2028}\u{2029}\u{202e}\u{2066}"#),
    ])
    func controlCharactersAreEscaped(text: String, expected: String) { #expect(PlainText.escape(text) == expected) }

    @Test(
        arguments: [
            (.string("plain"), "plain"), (.string(""), "\"\""), (.string("two words"), "\"two words\""),
            (.string("a=b"), "\"a=b\""), (.string("a\"b"), #""a\"b""#), (.string("a\nb"), #""a\nb""#),
            (.integer(-7), "-7"), (.number(0.5), "0.5"), (.boolean(true), "true"),
        ] as [(LogValue, String)]
    )
    func valuesAreQuotedWhereTheyNeedIt(value: LogValue, expected: String) {
        #expect(PlainText.value(value) == expected)
    }
}

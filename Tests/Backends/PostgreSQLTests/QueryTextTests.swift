import Testing

@testable import PostgreSQL

@Suite struct QueryTextTests {
    @Test(arguments: [
        ("SELECT 1", "SELECT"), ("  ;\n-- COMMIT\n\tcopy x", "COPY"), ("/* a /* b */ ; */ With x", "WITH"),
        ("(SELECT 1)", ""), ("--", nil), ("", nil), (" ; ;", nil), ("/* no end", nil), ("/**/", nil), ("-x", ""),
    ])
    func theFirstWordIsFound(sql: String, word: String?) { #expect(QueryText(sql).firstWord == word) }

    @Test(arguments: [
        ("SELECT titel FROM x", 8, "titel"), ("SELECT M.Titel FROM x", 8, "titel"),
        ("SELECT \"m\".\"Ti\"\"tel\" FROM x", 8, "Ti\"tel"), ("SELECT é_1$.a", 8, "a"), ("SELECT 'x'", 8, nil),
        ("SELECT \"open", 8, nil), ("x", 9, nil), ("x", 0, nil), ("SELECT größe", 8, "größe"),
    ])
    func theNameAtAPlaceIsFound(sql: String, position: Int, name: String?) {
        #expect(QueryText(sql).name(at: position) == name)
    }

    @Test func aPlaceHasALineAndACharacter() {
        let text = QueryText("SELECT é,\n  x\nFROM y")
        #expect(text.place(of: 1) == (1, 1))
        #expect(text.place(of: 9) == (1, 9))
        #expect(text.place(of: 13) == (2, 3))
        #expect(text.place(of: 15) == (3, 1))
    }
}

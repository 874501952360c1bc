import Testing

@testable import EnvironmentFile

/// The grammar of a `.env` file, case by case.
@Suite struct EnvironmentFileTests {
    private static func values(_ text: String) throws -> [String] {
        try EnvironmentFile(parsing: Array(text.utf8)).variables.map { "\($0.name)=\($0.value)" }
    }

    @Test(
        arguments: [
            ("", []), ("\n \t\n\r\n", []), ("# a note\n  # another", []),
            ("A=1", ["A=1"]), ("A=1\nB=2\n", ["A=1", "B=2"]), ("_a1=x", ["_a1=x"]),
            ("A=1\r\nB=2\r\n", ["A=1", "B=2"]), ("A=1\r", ["A=1"]), ("\u{FEFF}A=1", ["A=1"]),
            ("\u{FEFF}# note\nA=1", ["A=1"]),
            // Empty, and a name alone.
            ("A=", ["A="]), ("A= \t", ["A="]), ("A=\r\n", ["A="]), ("A=''", ["A="]), ("A=\"\"", ["A="]),
            ("A", []), ("export A", []), ("A # note", []), ("A\r\nB=1", ["B=1"]),
            // `export`, and white space.
            ("export A=1", ["A=1"]), ("  export\t A=1", ["A=1"]), ("export=1", ["export=1"]),
            ("export =1", ["export=1"]),
            ("export", []), ("A = 1", ["A=1"]), ("A\t=\t1 \t", ["A=1"]), ("  A=1", ["A=1"]), ("A=1 2  3", ["A=1 2  3"]),
            // Comments.
            ("A=1 # note", ["A=1"]), ("A=1\t#note", ["A=1"]), ("A=1#2", ["A=1#2"]), ("A=#1", ["A=#1"]),
            ("A= #1", ["A="]), ("A=a#b # c", ["A=a#b"]), ("A='1' # note", ["A=1"]), ("A=\"1 # 2\"", ["A=1 # 2"]),
            // Quotes.
            ("A='a \"b\" \\n $C # d'", ["A=a \"b\" \\n $C # d"]), ("A=\"it's\"", ["A=it's"]), ("A=it's", ["A=it's"]),
            ("A=a\"b\"", ["A=a\"b\""]), ("A = 'x'  ", ["A=x"]), ("A=' x '", ["A= x "]),
            ("A=\"a\\nb\\tc\\rd\\\\e\\\"f\\$g\\`h\\i\"", ["A=a\nb\tc\rd\\e\"f$g`h\\i"]), ("A=a\\nb", ["A=a\\nb"]),
            ("A='a\\'", ["A=a\\"]),
            // Several lines.
            ("A='a\nb'\nB=2", ["A=a\nb", "B=2"]), ("A=\"a\r\n# b\r\n\"\r\nB=2", ["A=a\n# b\n", "B=2"]),
            ("A=\"\n\n\" # note\nB=2", ["A=\n\n", "B=2"]),
            // Nothing is replaced.
            ("A=$B${C}$(d)", ["A=$B${C}$(d)"]), ("A=\"${B}\"", ["A=${B}"]), ("A=x=y==", ["A=x=y=="]),
            ("A=postgresql://u:p%20@h/d?a=b&c=d", ["A=postgresql://u:p%20@h/d?a=b&c=d"]), ("A=é ü", ["A=é ü"]),
            // The last of several counts.
            ("A=1\nB=2\nA=3", ["B=2", "A=3"]), ("A=1\nA=", ["A="]), ("A=1\nA", ["A=1"]),
        ] as [(String, [String])])
    func values(_ text: String, _ expected: [String]) throws { #expect(try Self.values(text) == expected, "\(text)") }

    @Test(
        arguments: [
            ("A=1\nsecret words", .notAnAssignment, 2), ("\n-----END KEY-----", .notAnAssignment, 2),
            ("export A B", .notAnAssignment, 1), ("A#b", .notAnAssignment, 1), ("1", .notAnAssignment, 1),
            ("=x", .notAName, 1), ("1A=x", .notAName, 1), ("A-B=x", .notAName, 1), ("A.B=x", .notAName, 1),
            ("A B=x", .notAName, 1), ("# \nÄ=x", .notAName, 2), ("export export A=1", .notAName, 1),
            ("A='x", .openQuote, 1), ("\nA=\"x\n\n\\\"", .openQuote, 2), ("A=\"x\\", .openQuote, 1),
            ("A='x'y", .textAfterQuote, 1), ("A='x'#y", .textAfterQuote, 1), ("A=\"x\n\"y", .textAfterQuote, 2),
            ("A='it''s'", .textAfterQuote, 1), ("A=1\nB=x\0", .zeroCharacter, 2),
        ] as [(String, EnvironmentFileFault.Kind, Int)])
    func faults(_ text: String, _ kind: EnvironmentFileFault.Kind, _ line: Int) {
        #expect(throws: EnvironmentFileFault(kind, line: line), "\(text)") { try Self.values(text) }
    }

    @Test func bytesThatAreNotUTF8AreNamedByTheirLine() {
        #expect(throws: EnvironmentFileFault(.notUTF8, line: 2)) {
            try EnvironmentFile(parsing: Array("A=1\nB=".utf8) + [0xFF])
        }
        #expect(throws: EnvironmentFileFault(.zeroCharacter, line: 1)) {
            try EnvironmentFile(parsing: [0xFF, 0xFE, 0x41, 0x00, 0x3D, 0x00])
        }
    }

    @Test func linesAreCounted() throws {
        let file = try EnvironmentFile(parsing: Array("\n# x\r\nA=1\nB='\n\n'\nexport C=3\n\nB=4".utf8))
        #expect(file.variables.map(\.name) == ["A", "C", "B"])
        #expect(file.variables.map(\.line) == [3, 7, 9])
    }

    @Test(arguments: [
        ("A=${B}", true), ("A=$B", true), ("A=\"x$(y)\"", true), ("A='$B'", false), ("A=\"\\$B\"", false),
        ("A=1$", false), ("A=$9.99", false), ("A=$ B", false), ("A=x # $B", false), ("A=\"$B\n\"", true),
    ])
    func whatAShellWouldReplaceIsNoticed(_ text: String, _ expected: Bool) throws {
        #expect(try EnvironmentFile(parsing: Array(text.utf8)).variables.map(\.looksReplaced) == [expected], "\(text)")
    }

    @Test func eachFaultSaysWhatToDo() {
        for kind in EnvironmentFileFault.Kind.allCases {
            let fault = EnvironmentFileFault(kind, line: 7)
            #expect(!fault.message.isEmpty && !fault.message.hasSuffix("."))
            #expect(fault.remedy.hasSuffix("."))
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// Words as the files of schedulers need them.
@Suite struct ScheduleTextTests {
    /// Words that are hard to quote.
    static let words = [
        "", "plain", "two words", "it's", "\"", "$HOME", "$$", "`id`", "100%", "%h", "\\", "\\%", "\\\\%", "%\\%",
        "a\\'b",
        "\\n", "~", "*", "#", ";", "&&", "!", "{{ x }}", "{% raw %}", "é🎬", "-o", " ", "'%'\\'", "a=b", "ſ",
    ]

    /// What cron does to a command (its `do_command.c`): a `%` ends it, unless a backslash is before it, which goes away. Some
    /// crons make one of two backslashes.
    private static func asCronReads(_ command: String, collapsing: Bool) -> String {
        var result: [Character] = []
        var isEscaped = false
        for character in command {
            if isEscaped {
                if character == "%" || (collapsing && character == "\\") { result.removeLast() }
                result.append(character)
                isEscaped = false
                continue
            }
            if character == "%" { break }
            result.append(character)
            isEscaped = character == "\\"
        }
        return String(result)
    }

    @Test(arguments: words) func aShellReadsAWordAsItWas(_ word: String) throws {
        let result = try ChildProcess("/bin/sh", ["-c", "printf '<%s>' \(ScheduleText.shellWord(word))"]).wait()
        #expect(result.output == "<\(word)>")
    }

    @Test(arguments: words, [false, true]) func soItDoesAfterCron(_ word: String, _ collapsing: Bool) throws {
        let command = "printf '<\\%s>' \(ScheduleText.cronWord(word)) end"
        let read = Self.asCronReads(command, collapsing: collapsing)
        #expect(try ChildProcess("/bin/sh", ["-c", read]).wait().output == "<\(word)><end>")
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("", #""""#), ("a b", #""a b""#), ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#),
            ("it's", #""it's""#), ("$HOME", #""$$HOME""#), ("100%h", #""100%%h""#), (";", #"";""#),
            ("a\nb", #""a\nb""#), ("\u{1}", #""\x01""#), ("é", #""é""#), ("{{x}}", #""{{x}}""#),
        ])
    func anArgumentOfAUnit(_ text: String, _ word: String) { #expect(ScheduleText.unitArgument(text) == word) }

    @Test func pathsOfAUnitHaveTheirOwnRules() {
        #expect(ScheduleText.unitProgram("/srv/a $b%") == #""/srv/a $b%%""#)
        #expect(ScheduleText.unitPath("/srv/a", prefix: "-") == "-/srv/a")
        #expect(ScheduleText.unitPath("/srv/a \"$b\"\\%", prefix: "-") == #""-/srv/a \"$b\"\\%%""#)
        #expect(ScheduleText.unitSetting("/srv/a \"$b\"\\%") == #"/srv/a "$b"\%%"#)
    }

    @Test(
        arguments: [
            ("plain", #""plain""#), ("it's \"x\"", #""it's \"x\"""#), ("a\\b", #""a\\b""#), ("a\nb\tc", #""a\nb\tc""#),
            ("\u{0}\u{7F}", #""\u0000\u007f""#), ("é🎬", #""é🎬""#), ("\u{202E}\u{2028}\u{A0}", #""\u202e\u2028\u00a0""#),
            ("\u{E0001}", #""\U000e0001""#), ("{{ x }} {% raw %}", #""{{ x }} {% raw %}""#),
        ])
    func aLiteralOfPython(_ text: String, _ literal: String) { #expect(ScheduleText.pythonLiteral(text) == literal) }
}

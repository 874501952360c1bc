import Arguments
import TestSupport
import Testing

@testable import reelhouse

/// The declared command line: every command has a help text, and accepts the options that it describes.
@Suite struct CommandLineTests {
    /// All commands with the words that call them.
    private static func commands(
        _ command: CommandDeclaration = CommandRegistry.root, path: [String] = []
    ) -> [(path: [String], command: CommandDeclaration)] {
        [(path, command)] + command.subcommands.flatMap { commands($0, path: path + [$0.name]) }
    }

    @Test func declarationsAreConsistent() { #expect(CommandRegistry.root.faults() == []) }

    @Test func everyCommandHasExamplesThatParse() throws {
        var parsed = 0
        for (path, command) in Self.commands() {
            #expect(!command.examples.isEmpty, "\(path)")
            for example in command.examples {
                let help = try CommandRegistry.root.parse(path + ["--help"], width: 200)
                guard case .help(let text) = help else {
                    Issue.record("\(path) --help gives no help")
                    continue
                }
                #expect(text.contains(example.command), "\(path): \(example.command)")
                let words = try Self.words(of: example.command)
                guard let words else { continue }
                parsed += 1
                #expect(throws: Never.self, "\(example.command)") {
                    _ = try CommandRegistry.root.parse(words, width: 80)
                }
            }
        }
        #expect(parsed > 15, "most examples call the program by its name")
    }

    /// The words after the program's name in its last call, as a shell gives them; nil when it is not called by itself.
    private static func words(of example: String) throws -> [String]? {
        let folder = try TemporaryFolder()
        let script =
            "reelhouse() { : > words; for word in \"$@\"; do printf '%s\\n' \"$word\" >> words; done; }\n\(example)\n"
        let result = try ChildProcess(
            "/bin/sh", ["-c", "set -f\ncat() { :; }; zstdcat() { :; }\n" + script + "\nexit 0"],
            currentFolder: folder.path
        ).wait()
        let words = String(decoding: folder.read("words"), as: UTF8.self).split(separator: "\n").map(String.init)
        return result.status == 0 && !words.isEmpty ? words : nil
    }

    @Test func everyFlagOfTheHelpIsAccepted() throws {
        for (path, command) in Self.commands() where command.subcommands.isEmpty {
            let operands = command.operands.filter { !$0.isOptional }.map { Self.value(of: $0.kind) }
            for option in command.options + CommandRegistry.root.options {
                let words = ["--" + option.name] + (option.value.map { [Self.value(of: $0.kind)] } ?? [])
                let line = path + operands + words
                #expect(throws: Never.self, "\(line)") {
                    guard case .run = try CommandRegistry.root.parse(line, width: 80) else {
                        Issue.record("\(line) does not run")
                        return
                    }
                }
                guard !option.isHidden else { continue }
                guard case .help(let text) = try CommandRegistry.root.parse(path + ["--help"], width: 100) else {
                    continue
                }
                #expect(text.contains("--" + option.name), "\(path): --\(option.name)")
            }
        }
    }

    private static func value(of kind: ValueKind) -> String {
        switch kind {
        case .text, .path, .folder, .location: "a"
        case .integer(let bounds): String(bounds.lowerBound)
        case .number(let bounds): String(bounds.lowerBound)
        case .date: "2026-11-20"
        case .time, .timeOr: "2026-11-20T00:00:00Z"
        case .duration: "1s"
        case .limit: "5%"
        case .choice(let words): words[0]
        }
    }

    @Test func theBuiltCommandHelps() throws {
        let folder = try TemporaryFolder()
        for (path, command) in Self.commands() {
            let result = try Program.start(path + ["--help"], in: folder).wait()
            #expect(result.status == 0)
            #expect(result.output.contains(command.examples[0].command.prefix(20)), "\(path)")
            #expect(result.errors == "")
        }
        #expect(try Program.run("--version", in: folder).output.hasPrefix("reelhouse "))
        #expect(folder.names() == [])
    }
}

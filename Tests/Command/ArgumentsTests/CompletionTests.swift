import Arguments
import Testing

/// A command line with the cursor at its end, and what a shell must offer there.
struct Completion: Sendable, CustomTestStringConvertible {
    /// As Readline cuts it, with `=` as a word of its own.
    var words: [String]
    var offers: [String]

    var testDescription: String { words.joined(separator: " ") }
}

@Suite struct CompletionTests {
    static let runOptions = [
        "--movies", "--events", "--warehouse", "--max-rejects", "--max-duration", "--now", "--snapshot-date", "--seed",
        "--dirt", "--tag", "--json", "--json-progress", "--reload", "--help", "--log-level", "--quiet",
    ]

    static let table = [
        Completion(words: [""], offers: ["run", "explain", "query", "quarantine", "help"]),
        Completion(words: ["q"], offers: ["query", "quarantine"]),
        Completion(words: ["-"], offers: ["--log-level", "--quiet", "--help", "--version"]),
        Completion(words: ["--log-level", ""], offers: ["debug", "info", "error"]),
        Completion(words: ["--log-level", "debug", "r"], offers: ["run"]),
        Completion(words: ["-q", "ex"], offers: ["explain"]),
        Completion(words: ["help", "qua"], offers: ["quarantine"]),
        Completion(words: ["run", "--"], offers: runOptions),
        Completion(words: ["run", "--json"], offers: ["--json", "--json-progress"]),
        Completion(words: ["run", "--movies", ""], offers: ["PATHS"]),
        Completion(words: ["run", "--movies", "a", "b"], offers: ["PATHS"]),
        Completion(words: ["run", "-jm", ""], offers: ["PATHS"]),
        Completion(words: ["run", "-ma", "b"], offers: ["PATHS"]),
        Completion(words: ["run", "--movies", "a", "--ev"], offers: ["--events"]),
        Completion(words: ["run", "--max-rejects", ""], offers: []),
        Completion(words: ["run", ""], offers: []),
        Completion(words: ["run", "-j", "--log-level", "e"], offers: ["error"]),
        Completion(words: ["explain", ""], offers: ["missing_title", "invalid_score"]),
        Completion(words: ["explain", "missing_title", ""], offers: []),
        Completion(words: ["query", "SELECT 1", "f"], offers: ["PATHS"]),
        Completion(words: ["query", "SELECT 1", "f", "g"], offers: ["PATHS"]),
        Completion(words: ["query", "SELECT 1", "--format", "c"], offers: ["csv"]),
        Completion(words: ["query", "--", "-"], offers: []),
        Completion(words: ["quarantine", ""], offers: ["list", "retry"]),
        Completion(
            words: ["quarantine", "retry", "--"],
            offers: ["--dry-run", "--help", "--rule", "--log-level", "--quiet"]
        ),
        Completion(words: ["quarantine", "--rule", "missing_title", "retry", "--dr"], offers: ["--dry-run"]),
    ]

    @Test(
        arguments: table + [
            Completion(words: ["run", "--log-level", "="], offers: ["debug", "info", "error"]),
            Completion(words: ["run", "--log-level", "=", "e"], offers: ["error"]),
            Completion(words: ["run", "--log-level=e"], offers: ["--log-level=error"]),
            Completion(words: ["run", "--movies", "=", "a"], offers: ["PATHS"]),
            Completion(words: ["run", "--movies", "=", "a", "b"], offers: ["PATHS"]),
        ]
    )
    func bashOffers(_ completion: Completion) throws {
        let words = (["reel"] + completion.words).map { "'\($0)'" }.joined(separator: " ")
        let offers = try Self.offers(
            "bash",
            ["--norc", "--noprofile"],
            script: sample.completionScript(for: .bash),
            test: """
                compopt() { paths=PATHS; }
                complete -p reel >/dev/null || exit 1
                COMP_WORDS=(\(words)) COMP_CWORD=\(completion.words.count)
                _reel
                printf '%s\\n' $paths "${COMPREPLY[@]}"
                """
        )
        #expect(offers == completion.offers)
    }

    /// The Z shell's function, with the completion system's commands replaced by ones that print.
    @Test(
        .enabled(if: ShellRunner.find("zsh") != nil, "zsh is not installed"),
        arguments: table + [Completion(words: ["run", "--log-level=e"], offers: ["debug", "info", "error"])]
    )
    func zshOffers(_ completion: Completion) throws {
        let words = (["reel"] + completion.words).map { "'\($0)'" }.joined(separator: " ")
        let offers = try Self.offers(
            "zsh",
            ["-f"],
            script: "compdef() { }\n" + sample.completionScript(for: .zsh),
            test: """
                _files() { print PATHS }
                _message() { }
                compset() { }
                compadd() { shift; print -l -- $@ }
                _describe() { local -a all=(${(P)@[-1]}); print -l -- ${all%%:*} }
                words=(\(words)) CURRENT=\(completion.words.count + 1)
                _reel
                """
        )
        // zsh itself picks those that begin with what is written.
        let written = completion.words.last ?? ""
        #expect(offers.filter { $0 == "PATHS" || written.contains("=") || $0.hasPrefix(written) } == completion.offers)
    }

    /// fish can be asked for the completions of a line. Its own order is by name, and it completes no paths here.
    @Test(
        .enabled(if: ShellRunner.find("fish") != nil, "fish is not installed"),
        arguments: table.filter { !$0.offers.contains("PATHS") && !$0.words.contains("--") || $0.words.first == "run" }
    )
    func fishOffers(_ completion: Completion) throws {
        let line = (["reel"] + completion.words.map { $0.contains(" ") ? "\"\($0)\"" : $0 }).joined(separator: " ")
        let offers = try Self.offers(
            "fish",
            ["--no-config"],
            script: sample.completionScript(for: .fish),
            test: "complete -C '\(line)' | string replace -r '\\t.*' ''; true",
            files: ["afile": ""]
        )
        let long = offers.filter { $0.hasPrefix("--") || !$0.hasPrefix("-") }
        if completion.offers == ["PATHS"] || completion.words == ["run", ""] {
            // The word at the cursor is an operand: any file fits.
            #expect(long == (completion.words.last == "b" ? [] : ["afile"]))
        } else {
            #expect(Set(long) == Set(completion.offers))
        }
    }

    @Test(arguments: [("bash", Shell.bash), ("zsh", .zsh), ("fish", .fish)])
    func scriptsAreValid(program: String, shell: Shell) throws {
        guard let path = ShellRunner.find(program) else {
            print("SKIPPED: \(program) is not installed; its completion script was not checked")
            return
        }
        let script = sample.completionScript(for: shell)
        let output = try ShellRunner.run(path, ["-n", "script"], files: ["script": script])
        #expect(output == .init(status: 0, text: "", errors: ""))
        #expect(!script.contains("fail-here"), "a hidden option must not be shown")
    }

    private static func offers(
        _ program: String,
        _ arguments: [String],
        script: String,
        test: String,
        files: [String: String] = [:]
    ) throws -> [String] {
        let path = try #require(ShellRunner.find(program))
        let output = try ShellRunner.run(
            path,
            arguments + [".test"],
            files: files.merging([".script": script, ".test": "source ./.script\n\(test)\n"]) { first, _ in first }
        )
        #expect(output.errors == "")
        #expect(output.status == 0)
        return output.text.split(separator: "\n").map(String.init)
    }
}

import EnvironmentFile
import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// `.env.example`, which other programs read too.
@Suite struct EnvironmentExampleTests {
    /// The file, and the file with those lines in force that are comments in it.
    private static let texts: [String] = {
        let path = DemoFolder.repository + "/.env.example"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return [text, lines.map { isSwitchedOff($0) ? $0.dropFirst() : $0 }.joined(separator: "\n")]
    }()

    /// Whether a line is `#NAME=value`.
    private static func isSwitchedOff(_ line: Substring) -> Bool {
        let name = line.dropFirst().prefix { $0.isUppercase || $0 == "_" }
        return line.hasPrefix("#") && name.count > 2 && line.dropFirst(1 + name.count).hasPrefix("=")
    }

    private static func variables(_ text: String) throws -> [String: String] {
        let file = try EnvironmentFile(parsing: Array(text.utf8))
        return Dictionary(uniqueKeysWithValues: file.variables.map { ($0.name, $0.value) })
    }

    @Test func eachNameIsReadAndEachIsThere() throws {
        #expect(try Self.variables(Self.texts[0]).count == 4)
        let all = try Self.variables(Self.texts[1])
        for name in all.keys { #expect(KnownVariables.reads(name), "\(name)") }
        for variable in KnownVariables.ports { #expect(all[variable.name] != nil, "\(variable.name)") }
    }

    /// Nothing in it has a meaning for any of the programs.
    @Test func valuesHaveNoSignsThatProgramsReadDifferently() throws {
        for (name, value) in try Self.variables(Self.texts[1]) {
            let isPlain = value.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "_-.,:/@%+=?".utf8.contains(byte)
                }
            }
            #expect(isPlain && !value.isEmpty, "\(name)")
        }
    }

    @Test(arguments: ["sh", "bash", "dash"])
    func aShellReadsTheSame(_ shell: String) throws {
        let path = ["/bin/", "/usr/bin/"].map { $0 + shell }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let path else {
            print("skipped, for lack of \(shell)")
            return
        }
        for text in Self.texts {
            let folder = try TemporaryFolder()
            try folder.write("variables", text)
            let expected = try Self.variables(text)
            let script =
                "set -a; . ./variables; for name in \(expected.keys.sorted().joined(separator: " ")); do "
                + "eval \"printf '%s=%s\\n' $name \\\"\\$$name\\\"\"; done"
            let result = try ChildProcess(path, ["-eu", "-c", script], currentFolder: folder.path).wait()
            let lines = expected.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
            #expect(result.status == 0 && result.output == lines.joined(), "\(result.errors)")
        }
    }

    /// `docker run --env-file` takes all after `=` as it is
    /// (https://docs.docker.com/reference/cli/docker/container/run/#env).
    @Test func dockerReadsTheSame() throws {
        for text in Self.texts {
            var read: [String: String] = [:]
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                read[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
            }
            #expect(try read == Self.variables(text))
        }
    }

    @Test func pythonReadsTheSame() throws {
        let script = "import dotenv, json; print(json.dumps(dotenv.dotenv_values('variables')))"
        for text in Self.texts {
            let folder = try TemporaryFolder()
            try folder.write("variables", text)
            let result = try ChildProcess("/bin/sh", ["-c", "python3 -c \"$0\"", script], currentFolder: folder.path)
                .wait()
            guard result.status == 0 else {
                print("skipped, for lack of Python's module dotenv")
                return
            }
            let read = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: String]
            #expect(try read == Self.variables(text))
        }
    }
}

import Foundation
import TestSupport
import Testing

/// What a person has after `make demo`: a copy of the sample in `data/`, and the warehouse that is loaded from it.
final class DemoFolder: Sendable {
    /// The root of the repository.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Loaded once, and copied for each test.
    private static let loaded = Result { try DemoFolder(loading: true) }

    let files: TemporaryFolder

    /// A copy of one that is loaded.
    init() throws {
        let loaded = try DemoFolder.loaded.get()
        files = try TemporaryFolder()
        for name in loaded.files.names() {
            try FileManager.default.copyItem(atPath: loaded.files.path(name), toPath: files.path(name))
        }
    }

    private init(loading: Bool) throws {
        files = try TemporaryFolder()
        // What is static is never released.
        atexit {
            guard case .success(let demo) = DemoFolder.loaded else { return }
            try? FileManager.default.removeItem(atPath: demo.files.path)
        }
        try FileManager.default.copyItem(atPath: DemoFolder.repository + "/data", toPath: files.path("data"))
        try? FileManager.default.removeItem(atPath: files.path("data/raw"))
        let result = try Program.run("run", "--now", Program.now, "--quiet", in: files)
        #expect(result.status == 0, "\(result.errors)")
    }

    /// Runs lines of a shell as a person does who has the command on the PATH.
    func shell(_ script: String) throws -> ChildProcess.Result {
        let programs = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        let path = programs + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        return try ChildProcess(
            "/bin/bash", ["-c", "set -o pipefail\n" + script], environment: ["PATH": path, "MANPAGER": "cat"],
            currentFolder: files.path
        ).wait()
    }

    /// The programs that a script needs and that are not there.
    static func missingPrograms(of script: String) -> [String] {
        let words = Set(script.split { !($0.isLetter || $0.isNumber || "-_".contains($0)) }.map(String.init))
        return ["jq", "sqlite3", "python3", "man", "zstdcat", "duckdb"].filter { words.contains($0) && !isThere($0) }
    }

    private static func isThere(_ program: String) -> Bool {
        let result = try? ChildProcess("/bin/sh", ["-c", "command -v \"$0\" > /dev/null && \"$0\" --version", program])
            .wait()
        return result?.status == 0
    }
}

/// The fenced blocks of a page.
struct PageBlocks {
    /// Language, content, and what follows the block up to the next one.
    let blocks: [(language: String, text: String, after: [String])]

    init(page name: String) throws {
        let page = try String(contentsOfFile: DemoFolder.repository + "/" + name, encoding: .utf8)
        var blocks: [(language: String, text: String, after: [String])] = []
        var language: String?
        var lines: [String] = []
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if let open = language {
                if line == "```" {
                    blocks.append((open, lines.joined(separator: "\n"), []))
                    language = nil
                } else {
                    lines.append(line)
                }
            } else if line.hasPrefix("```") {
                language = String(line.dropFirst(3))
                lines = []
            } else if !blocks.isEmpty {
                blocks[blocks.count - 1].after.append(line)
            }
        }
        self.blocks = blocks
    }

    func texts(_ language: String) -> [String] { blocks.filter { $0.language == language }.map(\.text) }
}

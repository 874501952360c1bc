import Arguments
import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// Every example of the help and of the pages runs in a fresh clone after `make demo`.
@Suite struct ExampleTests {
    private static func examples(_ command: CommandDeclaration) -> [String] {
        command.examples.map(\.command) + command.subcommands.flatMap(examples)
    }

    private static let all = examples(CommandRegistry.root)

    /// Each by itself: a person tries any of them, in any order.
    @Test(arguments: all)
    func examplesOfTheHelp(_ example: String) throws { try Self.run(example, in: DemoFolder()) }

    @Test(arguments: ["README.md", "schema/EVENTS.md", "schema/MOVIES.md", "data/README.md"])
    func examplesOfThePages(_ page: String) throws {
        let demo = try DemoFolder()
        let blocks = try PageBlocks(page: page)
        if let line = blocks.texts("json").first(where: { $0.hasPrefix("{") }) {
            try demo.files.write("event.ndjson", line + "\n")
            try demo.files.write("movie.ndjson", line + "\n")
        }
        for script in blocks.texts("sh") {
            let lines = script.split(separator: "\n").map(String.init)
            // What `make` does needs the network and a toolchain, and is what the other tests do.
            for line in lines where !line.hasPrefix("make ") && !line.hasPrefix("#") { try Self.run(line, in: demo) }
        }
        for script in blocks.texts("python") {
            let imports = script.split(separator: "\n").filter { $0.hasPrefix("import ") }.joined(separator: "\n")
            try demo.files.write("imports.py", imports)
            guard DemoFolder.missingPrograms(of: "python3").isEmpty, try demo.shell("python3 imports.py").status == 0
            else {
                print("skipped, for lack of Python or a module: \(imports)")
                continue
            }
            try demo.files.write("example.py", script)
            try Self.run("python3 example.py", in: demo)
        }
    }

    private static func run(_ example: String, in demo: DemoFolder) throws {
        let missing = DemoFolder.missingPrograms(of: example)
        guard missing.isEmpty else {
            print("skipped, for lack of \(missing.joined(separator: ", ")): \(example)")
            return
        }
        guard !example.contains("kafka://localhost"), !example.contains("--live") else {
            print("skipped, for lack of servers on this machine: \(example)")
            return
        }
        guard !example.contains("reelhouse fetch") || example.contains("--offline") else {
            print("skipped, for lack of a network and a key: \(example)")
            return
        }
        let result = try demo.shell(example)
        // The sample is dirty on purpose, and an example of --max-rejects says so.
        let isExpected = result.status == 0 || (result.status == 3 && example.contains("--max-rejects"))
        #expect(isExpected, "\(example): \(result.status) \(result.errors)")
        #expect(!result.errors.contains("error:"), "\(example): \(result.errors)")
    }

    @Test func pagesHaveTheirBlocks() throws {
        #expect(try PageBlocks(page: "README.md").texts("sh").count >= 2)
        #expect(try PageBlocks(page: "schema/EVENTS.md").texts("json").count >= 20)
        #expect(Self.all.count > 30)
    }
}

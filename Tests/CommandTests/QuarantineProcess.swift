import Foundation
import Testing

/// A folder with a warehouse in it that the built command works on, as a process of its own.
final class QuarantineProcess {
    struct Result {
        let status: Int32
        let isKilled: Bool
        let output: Data
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
        var lines: [String] { text.split(separator: "\n").map(String.init) }

        /// The output as one JSON object.
        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any], "\(text)\(errors)")
        }

        /// The output as one JSON object a line.
        func objects() throws -> [[String: Any]] {
            try lines.map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("reelhouse-quarantine-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> URL { folder.appendingPathComponent(name) }

    func write(_ name: String, _ bytes: Data) throws { try bytes.write(to: path(name)) }

    /// Runs the command in the folder, to its end or until it is killed.
    @discardableResult
    func run(_ arguments: String..., input: Data? = nil, killAfter seconds: Double? = nil) throws -> Result {
        let process = Process()
        // The command is built beside the test program.
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("reelhouse")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let name = UUID().uuidString
        let (output, errors, given) = (path("\(name).out"), path("\(name).err"), path("\(name).in"))
        for file in [output, errors, given] { try (file == given ? input ?? Data() : Data()).write(to: file) }
        defer { for file in [output, errors, given] { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = try FileHandle(forReadingFrom: given)
        try process.run()
        if let seconds {
            Thread.sleep(forTimeInterval: seconds)
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, isKilled: process.terminationReason == .uncaughtSignal,
            output: try Data(contentsOf: output), errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    /// The rows of a query, one JSON object a line.
    func query(_ sql: String, warehouse: String = "w.db") throws -> [String] {
        try run("query", "-w", warehouse, "-f", "ndjson", sql).lines
    }
}

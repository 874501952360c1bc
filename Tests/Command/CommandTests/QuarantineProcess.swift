import Foundation
import TestSupport
import Testing

/// A folder with a warehouse in it that the built command works on, as a process of its own.
final class QuarantineProcess {
    let files: TemporaryFolder

    init() throws { files = try TemporaryFolder() }

    /// Runs the command in the folder, to its end or until it is killed.
    @discardableResult
    func run(
        _ arguments: String..., input: [UInt8] = [], killAfter seconds: Double? = nil
    ) throws -> ChildProcess.Result {
        let process = try Program.start(arguments, input: input, in: files)
        if let seconds {
            Thread.sleep(forTimeInterval: seconds)
            process.send(SIGKILL)
        }
        return process.wait()
    }

    /// The rows of a query, one JSON object a line.
    func query(_ sql: String, warehouse: String = "w.db") throws -> [String] {
        try run("query", "-w", warehouse, "-f", "ndjson", sql).lines
    }
}

extension ChildProcess.Result {
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The output as one JSON object.
    func json() throws -> [String: Any] { try Program.object(output) }

    /// The output as one JSON object a line.
    func objects() throws -> [[String: Any]] { try lines.map(Program.object) }
}

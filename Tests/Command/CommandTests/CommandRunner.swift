import Arguments
import Foundation

@testable import reelhouse

/// How a command ended; Swift Testing has another type of the name.
typealias CommandStatus = reelhouse.ExitStatus

/// Runs commands in this process, in a folder of its own that is removed with this object.
final class CommandRunner {
    let folder: String
    private(set) var output = ""
    private(set) var errors = ""

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("reelhouse-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file of lines, and gives its path.
    @discardableResult
    func write(_ name: String, _ lines: [String]) throws -> String {
        let path = path(name)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try lines.map { $0 + "\n" }.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Runs a command line; what it prints is in `output` and `errors`.
    func run(_ arguments: String...) -> CommandStatus { run(arguments) }

    /// Runs a command line; what it prints is in `output` and `errors`.
    func run(_ arguments: [String]) -> CommandStatus {
        let (out, err) = (MemoryOutput(), MemoryOutput())
        defer { (output, errors) = (out.text, err.text) }
        func console(isQuiet: Bool) -> Console {
            Console(output: out, errors: err, environment: ["REELHOUSE_NO_PROGRESS": "1"], isQuiet: isQuiet)
        }
        do {
            guard case .run(let parsed) = try CommandRegistry.root.parse(arguments, width: 80) else { return .done }
            let console = console(isQuiet: parsed.isDeclaredFlag("quiet"))
            let context = try CommandContext(arguments: parsed, console: console)
            return try CommandRegistry.command(for: parsed.command).run(parsed, context)
        } catch {
            let failure = Failure(error)
            console(isQuiet: false).report(failure.report)
            return failure.status
        }
    }

    /// What was printed, as JSON.
    func json() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return object as? [String: Any] ?? [:]
    }
}

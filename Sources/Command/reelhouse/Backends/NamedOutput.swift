import Arguments
import Files
import Glibc
import Synchronization

/// The output of a command that has the option `--output FILE`: that file, or standard output.
final class NamedOutput: TextOutput {
    /// The options of such a command.
    static let options = [
        Option.value(
            "output", short: "o", .path, placeholder: "file",
            help: "The file to write; it appears when it is complete. Standard output without it, or for -."),
        Option.flag("force", help: "Replace the file if it exists."),
    ]

    private struct State {
        var kept: [UInt8] = []
        /// Nil for standard output.
        let file: OutputFile?
    }

    private static let capacity = 1 << 16

    /// The file's name; nil for standard output.
    let name: String?
    private let console: Console
    private let state: Mutex<State>

    /// Opens the output that the command line names.
    ///
    /// - Throws: `OutputRefusal`, `FileError`.
    init(_ arguments: ParsedArguments, _ console: Console) throws {
        name = arguments.string("output").flatMap { $0 == "-" ? nil : $0 }
        self.console = console
        let file = try name.map { name in
            try OutputFile(
                path: name, isReplacing: arguments.flag("force"), protected: Backends.protectedPlaces(arguments))
        }
        state = Mutex(State(file: file))
    }

    var isTerminal: Bool { name == nil && console.output.isTerminal }
    var width: Int? { name == nil ? console.outputWidth : nil }

    func write(bytes: [UInt8]) throws(OutputError) {
        if name == nil { return try console.output.write(bytes: bytes) }
        let error = state.withLock { state -> OutputError? in
            state.kept += bytes
            return state.kept.count < Self.capacity ? nil : Self.writeOut(&state)
        }
        if let error { throw error }
    }

    func flush() throws(OutputError) {
        if name == nil { return try console.output.flush() }
        if let error = state.withLock({ Self.writeOut(&$0) }) { throw error }
    }

    private static func writeOut(_ state: inout State) -> OutputError? {
        defer { state.kept.removeAll(keepingCapacity: true) }
        do {
            try state.kept.withUnsafeBytes { try state.file?.write($0) }
            return nil
        } catch let error as FileError {
            return .file(error)
        } catch {
            return .failed(errno: EIO)
        }
    }

    /// Moves the complete file to its name. Called once, at the end.
    func finish() throws {
        try flush()
        try state.withLock { try $0.file?.finish() }
    }
}

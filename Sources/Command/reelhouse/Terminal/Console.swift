import Glibc
import Logging

/// What a command talks to: results go to standard output, everything else to standard error, where it pushes the live
/// line of progress down. Nothing else in the command prints.
final class Console: Sendable {
    let output: any TextOutput
    let errors: any TextOutput
    let environment: [String: String]
    /// Progress on standard error; also the output of the log.
    let progress: ProgressLine
    /// Whether messages and progress are wanted; errors and warnings always are.
    let isQuiet: Bool

    init(
        output: any TextOutput = FileOutput.standardOutput,
        errors: any TextOutput = FileOutput.standardError,
        environment: [String: String] = Console.processEnvironment(),
        isQuiet: Bool = false,
        progressFormat: ProgressLine.Format = .text,
        clock: @escaping @Sendable () -> Double = ProgressLine.monotonicSeconds
    ) {
        self.output = output
        self.errors = errors
        self.environment = environment
        self.isQuiet = isQuiet
        progress = ProgressLine(
            output: errors,
            settings: ProgressLine.Settings(
                isTerminal: errors.isTerminal,
                isQuiet: isQuiet,
                format: progressFormat,
                environment: environment
            ),
            clock: clock
        )
    }

    /// The emphasis that standard output takes.
    var style: TextStyle { TextStyle(isTerminal: output.isTerminal, environment: environment) }
    /// The emphasis that standard error takes.
    var errorStyle: TextStyle { TextStyle(isTerminal: errors.isTerminal, environment: environment) }

    /// Columns that results are laid out for: `COLUMNS` if that is set, else the terminal's; nil elsewhere.
    var outputWidth: Int? { Self.columns(in: environment) ?? output.width }

    /// Columns that errors are laid out for, as `outputWidth` is for results.
    private var errorWidth: Int? { Self.columns(in: environment) ?? errors.width }

    /// Columns that help texts and charts are laid out for: those of results up to 100, or 80.
    var textWidth: Int { min(outputWidth ?? 80, 100) }

    /// The width that `COLUMNS` asks for, or nil.
    static func columns(in environment: [String: String]) -> Int? {
        environment["COLUMNS"].flatMap(Int.init).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }

    /// Writes a result to standard output.
    func write(_ text: String) throws(OutputError) {
        if output.isTerminal, errors.isTerminal { progress.clear() }
        try output.write(text)
    }

    /// Writes a line of a result to standard output.
    func print(_ line: String = "") throws(OutputError) { try write(line + "\n") }

    /// Writes a table as wide as the terminal, or one cell a line where that is too narrow for it; only its first column
    /// when quiet.
    func print(_ table: TextTable) throws(OutputError) {
        try write(isQuiet ? table.quietText : table.readableText(width: outputWidth))
    }

    /// Writes a paragraph, wrapped to the terminal; whole elsewhere. Lines after the first are indented as told.
    func print(paragraph text: String, hangingIndent: Int = 0) throws(OutputError) {
        guard let width = outputWidth else { return try print(text) }
        let indent = String(repeating: " ", count: hangingIndent)
        let lines = DisplayWidth.wrap(text, to: max(20, min(width, 100) - hangingIndent))
        try print(text.prefix { $0 == " " } + lines.joined(separator: "\n" + indent))
    }

    /// Says something to the person, on standard error and unless quiet.
    func say(_ line: String) {
        if !isQuiet { writeToErrors(line + "\n") }
    }

    /// Reports an error or a warning on standard error.
    func report(_ report: Report) { writeToErrors(report.text(errorStyle, width: errorWidth)) }

    private func writeToErrors(_ text: String) {
        // Where both go to one file, they stand in the order in which they were written. If standard output fails, the
        // next one to write to it is told.
        try? output.flush()
        progress.write(line: Array(text.utf8))
    }

    /// Clears the live line and writes out what is kept back. To be called before the process ends.
    func finish() throws(OutputError) {
        progress.finish()
        try output.flush()
    }

    /// The process's environment.
    static func processEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let variable = entry.pointee {
            let text = String(cString: variable)
            if let sign = text.firstIndex(of: "=") {
                result[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            entry += 1
        }
        return result
    }
}

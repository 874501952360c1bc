import Glibc
import Logging

/// Prints everything that a command prints: results to standard output, everything else to standard error, above the
/// live line of progress.
final class Console: Sendable {
    let output: any TextOutput
    let errors: any TextOutput
    let environment: [String: String]
    /// Progress on standard error; also the output of the log.
    let progress: ProgressLine
    /// Whether messages and progress are suppressed. Errors and warnings are always printed.
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

    /// The emphasis on standard output.
    var style: TextStyle { TextStyle(isTerminal: output.isTerminal, environment: environment) }
    /// The emphasis on standard error.
    var errorStyle: TextStyle { TextStyle(isTerminal: errors.isTerminal, environment: environment) }

    /// The width of results in columns: `COLUMNS` if that is set, else that of the terminal; nil if there is neither.
    var outputWidth: Int? { Self.columns(in: environment) ?? output.width }

    /// The width of errors in columns; see `outputWidth`.
    private var errorWidth: Int? { Self.columns(in: environment) ?? errors.width }

    /// The width of help texts and charts in columns: that of results, at most 100; 80 if it is not known.
    var textWidth: Int { min(outputWidth ?? 80, 100) }

    /// The width that `COLUMNS` gives, or nil.
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

    /// Writes a table as wide as the terminal, or with one cell on each line if the terminal is too narrow. With
    /// `--quiet` only the first column is written.
    func print(_ table: TextTable) throws(OutputError) {
        try write(isQuiet ? table.quietText : table.readableText(width: outputWidth))
    }

    /// Writes a paragraph, which is wrapped on a terminal. `hangingIndent` indents the lines after the first.
    func print(paragraph text: String, hangingIndent: Int = 0) throws(OutputError) {
        guard let width = outputWidth else { return try print(text) }
        let indent = String(repeating: " ", count: hangingIndent)
        let lines = DisplayWidth.wrap(text, to: max(20, min(width, 100) - hangingIndent))
        try print(text.prefix { $0 == " " } + lines.joined(separator: "\n" + indent))
    }

    /// Writes a message to standard error, unless quiet.
    func say(_ line: String) {
        if !isQuiet { writeToErrors(line + "\n") }
    }

    /// Reports an error or a warning on standard error.
    func report(_ report: Report) { writeToErrors(report.text(errorStyle, width: errorWidth)) }

    private func writeToErrors(_ text: String) {
        // If both are redirected to one file, their order is kept. An error of standard output is reported by the next
        // write to it.
        try? output.flush()
        progress.write(line: Array(text.utf8))
    }

    /// Clears the live line and writes what is buffered. Called before the process ends.
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

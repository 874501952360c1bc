import Arguments
import Domain
import Files
import Pipeline

/// The file of `--metrics-file`, for the textfile collector of Prometheus's node_exporter: it is written beside, flushed
/// and renamed, and everybody may read it.
struct MetricsFile {
    /// The option.
    static let option = Option.value(
        "metrics-file", .path, placeholder: "file",
        help: "Write the metrics to this file at the end, also when the command failed, for the textfile collector of "
            + "Prometheus's node_exporter (name it something.prom). It appears whole, and everybody may read it.")

    private let path: String
    private let protected: ProtectedPlaces

    /// The file that is named; nil when none is.
    ///
    /// - Throws: `OutputRefusal`, `FileError` when it cannot be written.
    init?(_ arguments: ParsedArguments) throws {
        guard let path = arguments.string("metrics-file") else { return nil }
        self.path = path
        protected = Backends.protectedPlaces(arguments)
        // Told before the work and not after it; nothing is left of this one.
        _ = try begin()
    }

    private func begin() throws -> OutputFile {
        try OutputFile(path: path, isReplacing: true, protected: protected, mode: 0o644)
    }

    /// Writes metrics.
    func write(_ metrics: [Metric]) throws {
        let file = try begin()
        try Array(Metric.text(metrics).utf8).withUnsafeBytes { try file.write($0) }
        try file.finish()
    }

    /// Writes metrics; what goes wrong is a warning.
    func write(_ metrics: [Metric], on console: Console) {
        do { try write(metrics) } catch {
            let report = Failure(error).report
            console.report(
                Report(kind: .warning, message: "the metrics are not written: \(report.message)", hint: report.hint))
        }
    }
}

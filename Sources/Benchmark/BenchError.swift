import Domain

/// The benchmark cannot go on.
struct BenchError: ReportedError {
    let message: String
    let hint: String

    init(_ message: String, hint: String = "Mend the cause, and run the benchmark again.") {
        self.message = message
        self.hint = hint
    }
}

import Domain

/// A run lost its warehouse while it read lines that cannot be read again, such as those of a pipe.
struct ReadOnceError: ReportedError {
    /// What is read, as part of a sentence.
    let lines: String
    /// Why the warehouse was lost.
    let cause: any Error

    var message: String { "\(cause); \(lines) that came since the last commit cannot be read again" }
    /// Whether the warehouse did not take a row, which it would not take another time either.
    private var isRefused: Bool { cause is RefusedRows }
    var hint: String {
        if isRefused {
            return
                "What was committed stays. Write the lines to a file and load that, so that the refused line goes to "
                + "quarantine; or change the constraint or trigger that refuses it."
        }
        return
            "What was committed stays. Send all lines again: those that are loaded already count as duplicates. A run that "
            + "reads files goes on by itself."
    }
    var kind: FailureKind { isRefused ? .failed : .unreachable }
    var mayRetry: Bool { false }
}

/// The system gave no memory for something that the work needs.
///
/// It ends the run. It says nothing about the line that was being read: such a line is not rejected, and the next run
/// reads it again.
public struct OutOfMemory: Error, Equatable {
    /// Creates the error.
    public init() {}

    /// What failed.
    public var message: String { "there is not enough memory to parse a line of JSON" }

    /// What to do next.
    public var hint: String {
        "Give the process more memory (`ulimit -v`, or the limit of its container), and run the same command again: "
            + "it goes on after the last commit."
    }
}

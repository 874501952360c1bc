import JSON

/// A line that is not one JSON object is rejected, and no error; where a command reads JSON of its own, it is one.
extension JSONError: ReportedError {
    /// The fault.
    public var message: String { explanation }
    /// What to do next.
    public var hint: String { "Correct the JSON text, one object a line, and run the same command again." }
}

/// It ends a run: a line that could not be parsed for lack of memory may be a good one.
extension OutOfMemory: ReportedError {}

import JSON

/// Reported where a command reads JSON itself, such as `quarantine retry --from`. In a load such a line is rejected
/// instead.
extension JSONError: ReportedError {
    /// The fault.
    public var message: String { explanation }
    /// What to do next.
    public var hint: String { "Correct the JSON text, one object a line, and run the same command again." }
}

/// Out of memory ends a run instead of rejecting the line, which may be a good one.
extension OutOfMemory: ReportedError {}

/// An error in the arguments of a command: what is wrong, and what to do about it. The exit status is 2.
public struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, one sentence without a full stop, such as `unknown option '--movise'; did you mean '--movies'?`.
    public var message: String
    /// What to do next, as a sentence: `See 'reelhouse run --help'.`
    public var hint: String

    /// Creates an error with its hint.
    public init(_ message: String, hint: String) {
        self.message = message
        self.hint = hint
    }

    /// The message, then the hint in brackets.
    public var description: String { "\(message) (\(hint))" }
}

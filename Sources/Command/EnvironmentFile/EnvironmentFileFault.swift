/// What is wrong in a line of a `.env` file. It never contains a part of the line, which may be a secret.
public struct EnvironmentFileFault: Error, Sendable, Equatable {
    /// The kinds of faults.
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The line is not `NAME=VALUE`.
        case notAnAssignment
        /// The name before `=` has a character that no name has, or there is no name.
        case notAName
        /// A quote is opened and not closed.
        case openQuote
        /// A closing quote is followed by something other than a comment.
        case textAfterQuote
        /// The bytes are not UTF-8.
        case notUTF8
        /// The line has the character U+0000.
        case zeroCharacter
    }

    /// What is wrong.
    public let kind: Kind
    /// The number of the line, from 1; of an open quote, the line that it is opened in.
    public let line: Int

    /// A fault.
    public init(_ kind: Kind, line: Int) {
        self.kind = kind
        self.line = line
    }

    /// What is wrong, as a part of a sentence that begins with the line's number.
    public var message: String {
        switch kind {
        case .notAnAssignment: "it is not of the form NAME=VALUE"
        case .notAName: "what comes before '=' is not the name of a variable"
        case .openQuote: "the quote that opens in it is not closed"
        case .textAfterQuote: "something follows the closing quote of its value"
        case .notUTF8: "it is not UTF-8"
        case .zeroCharacter: "it has the character U+0000"
        }
    }

    /// What to do, in a sentence.
    public var remedy: String {
        switch kind {
        case .notAnAssignment:
            "Write NAME=VALUE, put # before a comment, and put a value of several lines in quotes."
        case .notAName: "A name has letters of ASCII, digits and underscores, and does not begin with a digit."
        case .openQuote:
            "Close the quote. A value that has single quotes in it goes in double quotes, and the other way round."
        case .textAfterQuote:
            "Put the whole value in one pair of quotes. In double quotes, a double quote of the value is \\\"."
        case .notUTF8: "Save the file as UTF-8."
        case .zeroCharacter: "Save the file as UTF-8 text; UTF-16 has such characters."
        }
    }
}

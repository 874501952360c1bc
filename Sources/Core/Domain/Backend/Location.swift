import enum Logging.Redaction

/// The value of an option such as `--warehouse`: a path, or a URL whose scheme selects the backend.
///
/// Its description hides the password: `"\(location)"` is `postgresql://user:***@host/movies`.
public struct Location: Sendable, Equatable, CustomStringConvertible {
    /// The text as it was given, with its password. Only the backend uses it.
    public let text: String
    /// The scheme in lower case; nil for a path.
    public let scheme: String?
    /// The part after the scheme's colon, with its slashes; the path when there is no scheme.
    public let rest: String

    /// A path.
    public init(path: String) {
        text = path
        scheme = nil
        rest = path
    }

    /// A URL: `postgresql` and `//user@host/movies`.
    ///
    /// - Parameter text: the whole URL, as it was given.
    public init(text: String, scheme: String, rest: String) {
        self.text = text
        self.scheme = scheme
        self.rest = rest
    }

    /// The text without its password.
    public var description: String { Redaction.location(text) }
}

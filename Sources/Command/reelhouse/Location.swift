import Glibc

/// Where a port leads: a path, or a URL whose scheme picks the adapter.
enum Location: Equatable {
    case path(String)
    /// What follows the scheme's colon is `rest`.
    case url(scheme: String, rest: String)

    /// Schemes that mean a URL without `//` too.
    private static let schemes: Set<String> = [
        "sqlite", "file", "tmdb", "kafka", "mongodb", "mongodb+srv", "postgres", "postgresql",
    ]

    /// What a text of the command line means.
    ///
    /// What is there as a path is a path, whatever its name. Else a scheme is one of those that are known, or is
    /// followed by `://`; so a pattern or a new file may have a colon in its name.
    init(_ text: String) {
        var status = stat()
        guard lstat(text, &status) != 0, let colon = text.firstIndex(of: ":") else {
            self = .path(text)
            return
        }
        let scheme = text[..<colon].lowercased()
        let rest = String(text[text.index(after: colon)...])
        let isScheme =
            scheme.first.map { $0.isASCII && $0.isLetter } ?? false
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        if isScheme, Self.schemes.contains(scheme) || rest.hasPrefix("//") {
            self = .url(scheme: scheme, rest: rest)
        } else {
            self = .path(text)
        }
    }

    /// What names the place behind a scheme. A `sqlite` URL is read as SQLAlchemy and dlt do: two slashes mean nothing,
    /// three the folder one is in, four the root. A `file` URL begins its path with the third slash.
    static func place(scheme: String, rest: String) -> String {
        switch scheme {
        case "sqlite" where rest.hasPrefix("///"): String(rest.dropFirst(3))
        case "sqlite" where rest.hasPrefix("//"), "file" where rest.hasPrefix("//"): String(rest.dropFirst(2))
        default: rest
        }
    }
}

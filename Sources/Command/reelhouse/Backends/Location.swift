import Domain
import Glibc

extension Location {
    /// Parses a location of the command line.
    ///
    /// A text that is the path of an existing file is a path. Otherwise it is a URL if it begins with a known scheme,
    /// or with any scheme and `://`. So a pattern or a new file may have a colon in its name.
    init(_ text: String) {
        var status = stat()
        guard lstat(text, &status) != 0, let colon = text.firstIndex(of: ":") else {
            self.init(path: text)
            return
        }
        let scheme = text[..<colon].lowercased()
        let rest = String(text[text.index(after: colon)...])
        let isScheme =
            scheme.first.map { $0.isASCII && $0.isLetter } ?? false
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        if isScheme, BackendRegistry.schemes.contains(scheme) || rest.hasPrefix("//") {
            self.init(text: text, scheme: scheme, rest: rest)
        } else {
            self.init(path: text)
        }
    }
}

import Domain

import enum Logging.Redaction

/// The parts of a URL of MongoDB, as they are written.
struct MongoURLParts {
    /// A parameter.
    struct Parameter: Equatable {
        /// Its name as it is written; libmongoc does not tell upper from lower case.
        var name: String
        /// Its value as it is written, escaped.
        var value: Substring

        /// Whether it has a name.
        ///
        /// - Parameter other: in lower case.
        func isNamed(_ other: String) -> Bool { name.lowercased() == other }

        /// Whether its value is a secret. Properties of a mechanism may have the token of a session.
        var isSecret: Bool { Redaction.isSecret(name) || isNamed("authmechanismproperties") }
    }

    /// `mongodb` or `mongodb+srv`.
    let scheme: String
    /// The user and the password, escaped; nil where there are none.
    let login: Substring?
    /// The hosts with their ports, separated by commas.
    let hosts: Substring
    /// The database and the collection, escaped.
    let path: Substring
    /// What follows the question mark.
    let parameters: [Parameter]

    /// Takes a URL apart.
    ///
    /// - Throws: `MongoError` with the problem `.location`.
    init(_ url: String) throws(MongoError) {
        guard let colon = url.firstRange(of: "://"), !url.utf8.contains(0),
            ["mongodb", "mongodb+srv"].contains(url[..<colon.lowerBound].lowercased())
        else {
            throw .location(
                "the location does not begin with mongodb:// or mongodb+srv://",
                hint: "Write it as mongodb://host:27017/tmdb_data.")
        }
        scheme = url[..<colon.lowerBound].lowercased()
        let rest = url[colon.upperBound...]
        let beforeQuery = rest.prefix { $0 != "?" }
        // An @ after the first slash is one of a password that is not escaped.
        let authorityEnd = beforeQuery.firstIndex(of: "/") ?? beforeQuery.endIndex
        let authority = rest[..<authorityEnd]
        if beforeQuery[authorityEnd...].contains("@") || authority.split(separator: "@").count > 2 {
            throw .location("the user's name or the password has a sign that is not escaped", hint: MongoHint.escaping)
        }
        let at = authority.lastIndex(of: "@")
        login = at.map { authority[..<$0] }
        hosts = at.map { authority[authority.index(after: $0)...] } ?? authority
        path = beforeQuery[authorityEnd...].dropFirst()
        parameters = try MongoURLParts.parameters(rest[beforeQuery.endIndex...].dropFirst())
        try check(
            hint: "Write it as \(scheme)://host/tmdb_data, or with several hosts as mongodb://one,two:27018/tmdb_data.")
    }

    private func check(hint: String) throws(MongoError) {
        guard !hosts.isEmpty, !hosts.split(separator: ",", omittingEmptySubsequences: false).contains("") else {
            throw .location("the URL names no host", hint: hint)
        }
        if scheme == "mongodb+srv", hosts.contains(where: { ",:".contains($0) }) {
            throw .location(
                "a mongodb+srv URL has one host and no port", hint: "Write it as mongodb+srv://host/tmdb_data.")
        }
        if scheme == "mongodb+srv", hosts.split(separator: ".").count < 3 {
            throw .location(
                "the host of a mongodb+srv URL has less than three parts with dots between them",
                hint:
                    "Write its whole name, as mongodb+srv://cluster0.example.net/tmdb_data; a server that is not found by "
                    + "SRV records of a name server is mongodb://\(hosts)/tmdb_data.")
        }
        guard let login else { return }
        let words = login.split(separator: ":", omittingEmptySubsequences: false)
        let isWellFormed =
            words.count <= 2
            && words.allSatisfy { word in
                PercentEncoding.text(of: word) != nil && !word.contains(where: { "/?#[]".contains($0) })
            }
        guard isWellFormed else {
            throw .location("the user's name or the password has a sign that is not escaped", hint: MongoHint.escaping)
        }
    }

    private static func parameters(_ query: Substring) throws(MongoError) -> [Parameter] {
        var parameters: [Parameter] = []
        for text in query.split(separator: "&") {
            let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2, !words[0].isEmpty, words[0].utf8.allSatisfy(isLetterOrDigit) else {
                throw .location(
                    "a parameter of the URL is not of the form name=value",
                    hint:
                        "Write the parameters as ?name=value&name=value, and the signs & % # of a value as %26 %25 %23."
                )
            }
            guard PercentEncoding.text(of: words[1]) != nil else {
                throw .location(
                    "the parameter \(words[0]) of the URL is not UTF-8, or has a % without two hexadecimal digits after it",
                    hint: "Write % as %25.")
            }
            parameters.append(Parameter(name: String(words[0]), value: words[1]))
        }
        return parameters
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// The URL with another path.
    func url(path: String) -> String {
        let start = scheme + "://" + (login.map { $0 + "@" } ?? "") + hosts + "/" + path
        if parameters.isEmpty { return start }
        return start + "?" + parameters.map { $0.name + "=" + $0.value }.joined(separator: "&")
    }

    /// The URL with its secrets masked.
    var description: String {
        var text = scheme + "://"
        if let login {
            let user = login.prefix { $0 != ":" }
            text += user + (user.endIndex == login.endIndex ? "" : ":" + Redaction.mask) + "@"
        }
        text += hosts + "/" + path
        if parameters.isEmpty { return text }
        return text + "?"
            + parameters.map { $0.name + "=" + ($0.isSecret ? Redaction.mask[...] : $0.value) }.joined(separator: "&")
    }
}

import CPostgres

/// What libpq knows of its parameters: their names, and the values of those that take one of a list. libpq's own errors
/// quote what it could not read, which may be a part of a password; these name what is no secret.
enum URLParameters {
    /// The values of `sslmode`
    /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLMODE) and of other parameters of this
    /// kind.
    private static let choices: [(name: String, values: [String])] = [
        ("sslmode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
        ("channel_binding", ["disable", "prefer", "require"]),
        ("gssencmode", ["disable", "prefer", "require"]),
        ("target_session_attrs", ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]),
    ]

    /// Refuses a parameter that libpq does not know, by its name.
    ///
    /// - Parameter parameters: those of a URL, escaped: `sslmode=require`.
    /// - Throws: `PostgresError` with the problem `.location`.
    static func checkNames(_ parameters: [Substring]) throws(PostgresError) {
        guard let options = PQconndefaults() else { return }
        defer { PQconninfoFree(options) }
        // `ssl=true` stands for `sslmode=require`.
        let known = PostgresLocation.names(of: options).union(["ssl"])
        var isAfterSecret = false
        for parameter in parameters {
            guard let end = parameter.firstIndex(of: "="), let name = PostgresURL.unescaped(parameter[..<end]) else {
                // libpq refuses it too. It may be a part of a password that has a & or a ?.
                continue
            }
            // After a password it may be a part of one that has a &.
            if !known.contains(name), !isAfterSecret, isPlain(name) {
                throw .location(
                    "libpq \(PQlibVersion() / 10_000) has no parameter \(name), which the URL names",
                    hint: "Correct its name, or take it out: "
                        + "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS. "
                        + "In a password the signs ? and & are %3F and %26.")
            }
            if PostgresLocation.secrets.contains(name) { isAfterSecret = true }
        }
    }

    /// Refuses a value that is not one of its parameter's list.
    ///
    /// - Throws: `PostgresError` with the problem `.location`.
    static func checkValues(_ values: [String: String]) throws(PostgresError) {
        for (name, choices) in choices {
            guard let value = values[name], !value.isEmpty, !choices.contains(value) else { continue }
            throw .location(
                "\(name) has a value that it cannot have",
                hint: "The values of \(name) are \(choices.joined(separator: ", ")).")
        }
    }

    /// Whether a name is one that a parameter could have.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count < 64
            && name.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x5F || (0x30...0x39).contains($0)
            }
    }
}

import Domain

/// A URL for libpq, and the parameter `schema`, which libpq does not know.
struct PostgresURL {
    /// The URL for libpq.
    let withoutSchema: String
    /// The schema that it names.
    let schema: String?
    /// The parameters for libpq, escaped: `sslmode=require`.
    let parameters: [Substring]

    /// Parses a URL.
    ///
    /// - Throws: `PostgresError` with the problem `.location`, without any part of the URL but a parameter's name.
    init(_ url: String) throws(PostgresError) {
        // Upper case is the same (https://www.rfc-editor.org/rfc/rfc3986#section-3.1); libpq takes lower case only.
        let isBegun = { (scheme: String) in url.prefix(scheme.count).lowercased() == scheme }
        guard let scheme = ["postgresql://", "postgres://"].first(where: isBegun), !url.utf8.contains(0) else {
            throw .location(
                "the location does not begin with postgresql://",
                hint: "Write it as postgresql://user@host:port/database.")
        }
        let rest = url.dropFirst(scheme.count)
        try PostgresURL.checkUserInformation(rest)
        guard let mark = rest.firstIndex(of: "?") else {
            withoutSchema = scheme + rest
            (schema, parameters) = (nil, [])
            return
        }
        var schema: String?
        var others: [Substring] = []
        for parameter in rest[rest.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false) {
            guard parameter.hasPrefix("schema=") else {
                others.append(parameter)
                continue
            }
            guard schema == nil else {
                throw .location(
                    "the URL has the parameter schema twice",
                    hint: "Write it once, as in ?schema=\(PostgresLocation.defaultSchema).")
            }
            schema = try PostgresURL.schema(parameter.dropFirst("schema=".count))
        }
        self.schema = schema
        parameters = others
        withoutSchema = scheme + rest[..<mark] + (others.isEmpty ? "" : "?" + others.joined(separator: "&"))
    }

    /// libpq reads everything before the first `@` as the user's name and password. If a second `@` follows, or the
    /// first comes after a `/` or `?`, libpq would read a part of a password as something that is no secret.
    private static func checkUserInformation(_ text: Substring) throws(PostgresError) {
        // By bytes, as libpq reads it: an @ with a combining mark after it is another character.
        let authority = text.utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let signs = text.utf8.count { $0 == UInt8(ascii: "@") }
        if signs == 0 || (signs == 1 && authority.contains(UInt8(ascii: "@"))) { return }
        throw .location(
            "the URL has an @ that does not end the user's name and password",
            hint: "In a user's name, a password or a parameter write the signs @ : / ? as %40 %3A %2F %3F.")
    }

    /// A text escaped for a URL.
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }

    private static func schema(_ text: Substring) throws(PostgresError) -> String {
        guard let bytes = PercentEncoding.bytes(of: text) else {
            throw .location(
                "the schema in the URL has a % without two hexadecimal digits after it", hint: "Write % as %25.")
        }
        guard let schema = String(validating: bytes, as: UTF8.self) else {
            throw .location(
                "the schema in the URL is not UTF-8",
                hint: "Write other characters than those of ASCII by their bytes in UTF-8: é is %C3%A9.")
        }
        return schema
    }

    /// The text of an escaped one; nil when a `%` is not followed by two hexadecimal digits, or the text is not UTF-8.
    static func unescaped(_ text: Substring) -> String? {
        PercentEncoding.bytes(of: text).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

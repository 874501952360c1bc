import CPostgres

/// A database on a PostgreSQL server, and a schema in it: what a URL names.
///
/// ```
/// let location = try PostgresLocation("postgresql://loader@db.example/movies?schema=staging&sslmode=require")
/// location.schema        // "staging"
/// location.description   // "postgresql://loader@db.example/movies?schema=staging&sslmode=require"
/// ```
///
/// The URL is libpq's (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING), except for the
/// parameter `schema`, which is removed. What the URL leaves out is read by libpq from the environment (`PGHOST` and so
/// on), service files and `~/.pgpass`.
public struct PostgresLocation: Sendable, CustomStringConvertible {
    /// The schema unless the URL names one.
    public static let defaultSchema = "reelhouse"

    /// The schema in which the tables are. Any text that can be an identifier: it has to be quoted (`quoted`) in SQL.
    public let schema: String
    /// Whether the URL itself contains a password, which the list of processes shows.
    public let hasPassword: Bool
    /// The location without any password; with its schema when that is not the default.
    public let description: String
    /// The parameters for libpq, by its names.
    let parameters: [String: String]

    /// Reads a URL.
    ///
    /// - Throws: `PostgresError` with the problem `.location`; no part of a password is in it.
    public init(_ url: String) throws(PostgresError) {
        let text = try PostgresURL(url)
        schema = try PostgresLocation.checkedSchema(text.schema ?? PostgresLocation.defaultSchema)
        try URLParameters.checkNames(text.parameters)
        var parameters = try PostgresLocation.parse(text.withoutSchema)
        try URLParameters.checkValues(parameters)
        try PostgresLocation.checkPorts(parameters["port"])
        hasPassword = PostgresLocation.secrets.contains { parameters[$0] != nil }
        description = PostgresLocation.describe(parameters, schema)
        // This program sends and expects UTF-8.
        parameters["client_encoding"] = "UTF8"
        self.parameters = parameters
    }

    /// An identifier as it stands in SQL: in double quotes, with those in it doubled.
    public static func quoted(_ identifier: String) -> String {
        // Not by characters: a quote with a combining mark after it is one character, and the server sees the quote.
        var text = "\""
        for scalar in identifier.unicodeScalars {
            if scalar == "\"" { text.unicodeScalars.append(scalar) }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    /// A table of the schema, as it stands in SQL.
    public func qualified(_ table: String) -> String {
        PostgresLocation.quoted(schema) + "." + PostgresLocation.quoted(table)
    }

    /// The greatest length of an identifier in bytes; a server cuts off longer ones.
    private static let longestIdentifier = 63

    private static func checkedSchema(_ name: String) throws(PostgresError) -> String {
        let hint = "Name another schema, as in ?schema=\(defaultSchema)."
        if name.utf8.contains(0) {
            throw .location("the schema in the URL has a NUL character (%00), which no name may have", hint: hint)
        }
        if name.isEmpty || name.utf8.count > longestIdentifier {
            throw .location(
                "the schema in the URL has \(name.utf8.count) bytes, and a name has 1 to \(longestIdentifier)",
                hint: hint)
        }
        if name.utf8.starts(with: "pg_".utf8) {
            throw .location(
                "the schema \(PostgresError.oneLine(name)) begins with pg_, which PostgreSQL keeps for its own schemas",
                hint: hint)
        }
        if name == "information_schema" || name == "$user" {
            throw .location("the schema \(name) has a meaning of its own in PostgreSQL", hint: hint)
        }
        return name
    }

    /// Lets libpq read a URL.
    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        var words: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &words) else {
            // libpq's message quotes what it could not read, which may be a part of a password.
            PQfreemem(words)
            throw .location(
                "libpq cannot read the URL",
                hint: "Write it as postgresql://user@host:port/database?parameter=value, with libpq's parameters "
                    + "and the signs @ : / ? & % of a value as %40 %3A %2F %3F %26 %25.")
        }
        defer { PQconninfoFree(options) }
        return values(of: options)
    }

    /// The options that have a value.
    static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let name = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: name)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// The names of all options.
    static func names(of options: UnsafeMutablePointer<PQconninfoOption>) -> Set<String> {
        var names: Set<String> = []
        var option = options
        while let name = option.pointee.keyword {
            names.insert(String(cString: name))
            option += 1
        }
        return names
    }

    private static func checkPorts(_ ports: String?) throws(PostgresError) {
        for port in (ports ?? "").split(separator: ",") {
            if let number = Int(port), (1...65535).contains(number) { continue }
            throw .location(
                "a port in the URL is no number from 1 to 65535",
                hint:
                    "Write the host as host:5432. In a user's name or a password the signs @ : / ? are %40 %3A %2F %3F."
            )
        }
    }

    /// The parameters that are secrets, those of libpq 18 among them.
    static let secrets = [
        "password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key",
    ]

    /// The location to be shown, built from the parameters that are no secrets.
    private static func describe(_ parameters: [String: String], _ schema: String) -> String {
        var rest = parameters
        if schema != defaultSchema { rest["schema"] = schema }
        for name in secrets + ["client_encoding"] { rest[name] = nil }
        var text = "postgresql://"
        if let user = rest.removeValue(forKey: "user") { text += PostgresURL.escaped(user) + "@" }
        let hosts = (rest["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        // The folder of a socket is easier to read as a parameter.
        if !hosts.contains(where: { $0.hasPrefix("/") || $0.hasPrefix("@") }) {
            rest["host"] = nil
            let ports = (rest.removeValue(forKey: "port") ?? "").split(separator: ",", omittingEmptySubsequences: false)
            text += hosts.enumerated().map { index, host in
                let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
                let name = host.contains(":") ? "[\(host)]" : PostgresURL.escaped(String(host))
                return name + (port.isEmpty ? "" : ":\(port)")
            }.joined(separator: ",")
        }
        if let database = rest.removeValue(forKey: "dbname") { text += "/" + PostgresURL.escaped(database) }
        let others = rest.sorted { $0.key < $1.key }.map { "\($0.key)=\(PostgresURL.escaped($0.value))" }
        return others.isEmpty ? text : text + "?" + others.joined(separator: "&")
    }
}

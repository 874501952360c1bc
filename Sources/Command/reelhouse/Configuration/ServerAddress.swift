/// Turns the addresses of servers, as other programs write them, into locations of ports.
enum ServerAddress {
    /// The database of raw documents where an address names none.
    static let rawDatabase = "tmdb_data"

    /// The location of a topic on some brokers: `kafka://a:9092,b:9092/movie` for `a:9092, b:9092`.
    static func kafka(_ servers: String, topic: String) -> String {
        let hosts = servers.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        return "kafka://\(hosts.joined(separator: ","))/\(topic)"
    }

    /// The location of a raw store: the address itself, with the database `tmdb_data` where it names none.
    ///
    /// A user logs in at the database `admin` where the address names none, and at the named database otherwise
    /// (https://www.mongodb.com/docs/manual/reference/connection-string-options/#mongodb-urioption-urioption.authSource). So
    /// that adding a database changes nothing of the login, `authSource=admin` is added with it.
    static func mongoDB(_ uri: String) -> String {
        guard let scheme = uri.firstRange(of: "://")?.upperBound else { return uri }
        let mark = uri[scheme...].firstIndex(of: "?") ?? uri.endIndex
        let authority = uri[scheme..<mark].prefix { $0 != "/" }
        let database = uri[authority.endIndex..<mark].dropFirst()
        guard database.isEmpty else { return uri }
        var options = uri[mark...].dropFirst().split(separator: "&").map(String.init)
        let hasSource = options.contains { $0.lowercased().hasPrefix("authsource=") }
        if authority.contains("@"), !hasSource { options.append("authSource=admin") }
        return uri[..<authority.endIndex] + "/" + rawDatabase
            + (options.isEmpty ? "" : "?" + options.joined(separator: "&"))
    }

    /// The location of a warehouse: the address itself, without the driver's name that SQLAlchemy writes after the scheme
    /// (`postgresql+psycopg2://`).
    static func postgreSQL(_ uri: String) -> String {
        guard let colon = uri.firstIndex(of: ":"), let plus = uri[..<colon].firstIndex(of: "+"),
            ["postgresql", "postgres"].contains(uri[..<plus].lowercased())
        else { return uri }
        return String(uri[..<plus] + uri[colon...])
    }
}

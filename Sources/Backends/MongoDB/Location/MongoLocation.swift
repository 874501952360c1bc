import Domain

import enum Logging.Redaction

/// A database on a MongoDB server, or a collection of one, and how it is reached: what a URL names.
///
///     let location = try MongoLocation("mongodb://ann:s3cret@a,b:27018/tmdb_data.raw_movies?tls=true", .collection)
///     location.database     // "tmdb_data"
///     location.collection   // "raw_movies"
///     location.driverURL    // "mongodb://ann:s3cret@a,b:27018/tmdb_data?tls=true"
///     location.description  // "mongodb://ann:***@a,b:27018/tmdb_data.raw_movies?tls=true"
///
/// The form is MongoDB's (https://www.mongodb.com/docs/manual/reference/connection-string/), with the name of the
/// collection after that of the database and a dot. The parameters are those of libmongoc
/// (https://mongoc.org/libmongoc/1.23.1/mongoc_uri_t.html).
public struct MongoLocation: Sendable, Equatable, CustomStringConvertible {
    /// What a location has to name.
    public enum Target: Sendable {
        /// A database: `mongodb://host/tmdb_data`.
        case database
        /// A collection that is written: `mongodb://host/tmdb_data.user_logs`.
        case collection
        /// A collection that is only read: `mongodb://host/tmdb_data.raw_movies?readPreference=secondary`.
        case source
    }

    /// The database.
    public let database: String
    /// The collection; empty where the location names a database.
    public let collection: String
    /// The URL for libmongoc, which has the database alone. It contains the password.
    public let driverURL: String
    /// The location without any secret.
    public let description: String
    /// Whether the URL has what the server may demand of a user: a name, or a mechanism that needs none.
    let hasLogin: Bool
    /// The files that the connection needs.
    let files: TLSFiles
    /// How long the servers of a replica set have to confirm a write, in milliseconds.
    let confirmationTimeout: Int64

    /// Reads a URL. Opens nothing.
    ///
    /// - Throws: `MongoError` with the problem `.location`; no password is in it.
    public init(_ url: String, _ target: Target) throws(MongoError) {
        let parts = try MongoURLParts(url)
        description = parts.description
        let (database, collection) = try MongoLocation.names(parts.path, target, parts.scheme)
        (self.database, self.collection) = (database, collection)
        try MongoParameters.check(parts.parameters, isOnlyRead: target == .source)
        hasLogin = parts.login != nil || parts.parameters.contains { $0.isNamed("authmechanism") }
        files = TLSFiles(parts.parameters)
        confirmationTimeout =
            parts.parameters.last { $0.isNamed("wtimeoutms") }.flatMap { Int64($0.value) } ?? 60_000
        driverURL = parts.url(path: PercentEncoding.escaped(database))
        _ = try MongoURI(self)
    }

    /// The names of the database and the collection.
    private static func names(
        _ path: Substring, _ target: Target, _ scheme: String
    ) throws(MongoError) -> (String, String) {
        let form = target == .database ? "tmdb_data" : "tmdb_data.raw_movies"
        let hint = "Write it after the host: \(scheme)://host/\(form)."
        guard let text = PercentEncoding.text(of: path) else {
            throw .location("the path of the URL has a % without two hexadecimal digits after it", hint: hint)
        }
        let dot = text.firstIndex(of: ".")
        let database = String(dot.map { text[..<$0] } ?? text[...])
        let collection = dot.map { String(text[text.index(after: $0)...]) }
        guard !database.isEmpty else { throw .location("the URL names no database", hint: hint) }
        // https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
        guard database.utf8.count < 64, !database.contains(where: { "/\\ \"$*<>:|?".contains($0) }) else {
            throw .location(
                "the database in the URL has a name that no database can have",
                hint: "It has up to 63 bytes, and none of the signs / \\ . \" $ * < > : | ? and space.")
        }
        switch target {
        case .database:
            guard collection == nil else {
                throw .location(
                    "the URL names a collection, and a database is needed here",
                    hint: "Write the database alone: \(scheme)://host/\(database). Its collections are raw_movies, "
                        + "user_comments and those of GridFS.")
            }
            return (database, "")
        case .collection, .source:
            guard let collection, !collection.isEmpty else {
                throw .location(
                    "the URL names no collection",
                    hint: "Write it after the database and a dot: \(scheme)://host/\(database).raw_movies.")
            }
            guard !collection.contains("$"), !collection.hasPrefix("system."), !collection.hasPrefix("."),
                !collection.hasSuffix("."), collection.utf8.count + database.utf8.count < 255
            else {
                throw .location(
                    "the collection in the URL has a name that no collection of documents can have",
                    hint: "It has no $, does not begin with system., and has up to 250 bytes with its database.")
            }
            return (database, collection)
        }
    }
}

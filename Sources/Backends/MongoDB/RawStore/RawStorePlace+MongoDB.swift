import Domain

extension RawStorePlace {
    /// Where the raw store of a URL is. A server that has several names is a different place by each of them.
    ///
    /// - Throws: `MongoError` with the problem `.location`.
    init(mongoDB url: String) throws(MongoError) {
        let parts = try MongoURLParts(url)
        let hosts = parts.hosts.lowercased().split(separator: ",").map { host in
            host.contains(":") || parts.scheme == "mongodb+srv" ? String(host) : "\(host):27017"
        }
        self.init(parts: ["mongodb", hosts.sorted().joined(separator: ","), try MongoLocation(url, .database).database])
    }
}

extension MongoRawStore {
    /// Whether a database has a collection of a raw store.
    ///
    /// - Throws: `MongoError`.
    static func isThere(_ location: MongoLocation) throws -> Bool {
        let client = try MongoClient(location)
        for name in [MovieCollection.name, CommentCollection.name, "posters.files"] {
            var query = MongoQuery(name, [:])
            query.projection = ["_id": 1]
            if try client.first(query, "looking for a raw store") != nil { return true }
        }
        return false
    }
}

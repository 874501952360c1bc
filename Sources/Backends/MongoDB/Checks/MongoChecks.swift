import Domain

/// The checks of `reelhouse doctor` on a MongoDB server and a database.
enum MongoChecks {
    /// Checks the linked library.
    static var library: Finding { .ok("libmongoc", MongoLibrary.version) }

    /// Checks the server, the login and the collections of a raw store.
    static func findings(rawStore location: Location) -> [Finding] {
        let subject = "raw store"
        do {
            let client = try MongoClient(MongoLocation(location.text, .database))
            let server = try server(client, subject)
            let content = try [rights(client, subject), counts(client, subject)]
            return [.ok(subject, "\(client.location)")] + server + content
                + (try foreignDocuments(client, subject))
        } catch {
            return [.fail(subject, error)]
        }
    }

    /// What the server is.
    static func server(_ client: MongoClient, _ subject: String) throws(MongoError) -> [Finding] {
        let server = try client.server()
        let version = try client.run(["buildInfo": 1], "asking for the server's version").text("version") ?? "?"
        let name = server.setName.isEmpty ? "" : " \(server.setName)"
        var findings: [Finding] = [.ok("\(subject): server", "MongoDB \(version), \(server.topology.rawValue)\(name)")]
        if !server.takesDollarKeys {
            findings.append(
                .warn(
                    "\(subject): server", "MongoDB \(version) takes no keys that begin with $",
                    "Documents that have some are kept as bytes, which cannot be queried. MongoDB 5.0 and later take "
                        + "them."))
        }
        return findings
    }

    /// Checks collections that movie documents are read from.
    static func findings(sources locations: [Location], _ port: SourcePort, _ options: SourceOptions) -> [Finding] {
        do {
            let places = try locations.map { try MongoLocation($0.text, .source) }
            let count = NumberFormat.count(
                try MongoSet(places, port: port, options: options).describe().count, "source", "sources")
            var query = MongoQuery("", [:])
            query.projection = ["_id": 1]
            for place in places {
                query.collection = place.collection
                _ = try MongoClient(place).first(query, "reading the documents of \(place.collection)")
            }
            return [.ok(port.rawValue, "\(count) in \(places.map(\.description).joined(separator: ", "))")]
        } catch {
            return [.fail(port.rawValue, error)]
        }
    }

    /// Whether the user may do what a raw store needs. Nothing is changed for this.
    private static func rights(_ client: MongoClient, _ subject: String) throws(MongoError) -> Finding {
        let subject = "\(subject): rights"
        let database = client.location.database
        let status = try client.run(
            ["connectionStatus": 1, "showPrivileges": true], "asking for the user's rights", .plain)
        if let rights = DatabaseRights(status.bytes), let user = rights.user {
            let missing = DatabaseRights.writing.filter { !rights.allow($0, database, "") }
            if missing.isEmpty { return .ok(subject, "the user \(user) has those that are needed on \(database)") }
            return .fail(
                subject, "the user \(user) may not \(missing.joined(separator: ", ")) on \(database)",
                MongoHint.text(.permission))
        }
        do throws(MongoError) {
            try removeNothing(client)
        } catch {
            guard error.problem == .permission else { throw error }
            return .fail(subject, "nothing may be written to \(database): \(error.words)", error.hint)
        }
        return .ok(
            subject,
            "\(database) may be written to, as a removal of nothing showed; not checked whether documents may be put and "
                + "indexes made, which the server does not tell")
    }

    /// Removes documents that there cannot be: the server refuses that where the user may not write. (An update of none would
    /// make the collection on some servers.)
    private static func removeNothing(_ client: MongoClient) throws(MongoError) {
        let removal: BSONValue = ["q": ["_id": ["$in": []]], "limit": 1]
        let reply = try client.run(
            ["delete": .text(MovieCollection.name), "deletes": [removal]], "asking whether it may be written to", .write
        )
        // An answer may tell of a refusal without being an error.
        let outcome = try BulkOutcome(refusalsOf: reply.bytes)
        if let refusal = outcome.refusals.first { throw MongoError(refusal) }
    }

    /// How much is stored.
    private static func counts(_ client: MongoClient, _ subject: String) throws(MongoError) -> Finding {
        func count(_ collection: String) throws(MongoError) -> Int64 {
            try client.run(["count": .text(collection)], "counting documents").integer("n") ?? 0
        }
        let movies = NumberFormat.count(try count(MovieCollection.name), "movie", "movies")
        let comments = NumberFormat.count(try count(CommentCollection.name), "comment", "comments")
        let posters = NumberFormat.count(try count("posters.files"), "poster", "posters")
        return .ok("\(subject): content", "\(movies), \(comments), \(posters) in \(client.location.database)")
    }

    /// Whether there are documents of other programs: with an `_id` that is no movie's, or without a rank of this program.
    private static func foreignDocuments(_ client: MongoClient, _ subject: String) throws(MongoError) -> [Finding] {
        var query = MongoQuery(MovieCollection.name, MovieCollection.others)
        query.projection = ["_id": 1]
        query.limit = mostCounted
        // A large collection of this program's own documents is looked through for this long.
        query.maxTime = 3000
        let cursor = client.cursor(query, "looking for documents of other programs")
        var found: Int64 = 0
        do throws(MongoError) {
            while try cursor.next() != nil { found += 1 }
        } catch {
            guard error.code == 50 else { throw error }
        }
        if found == 0 { return [] }
        let count = (found == mostCounted ? "at least " : "") + NumberFormat.count(found, "document", "documents")
        return [
            .warn(
                "\(subject): other programs",
                "\(count) in \(MovieCollection.name) of other programs",
                "A document of the same movie that is stored here replaces one of them; the others stay, and `copy raw` leaves "
                    + "them out. Keep them in another database if they are needed as they are.")
        ]
    }

    /// Up to how many documents of other programs are counted.
    private static let mostCounted: Int64 = 1000
}

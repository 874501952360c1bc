import Domain

/// What identifies a collection in the ledger: its UUID, which stays when the server gets another address, and which a
/// collection that was dropped and made anew does not have. Where the server does not tell it, the address and the name.
struct CollectionKey: Hashable, Sendable {
    /// The key: `mongodb:6f9619ff-8b86-d011-b42d-00c04fc964ff`.
    let text: String

    /// Asks the server.
    ///
    /// - Throws: `MongoError`, also when there is no such collection.
    init(_ location: MongoLocation, _ client: MongoClient) throws(MongoError) {
        let byAddress = "mongodb:" + CollectionKey.address(location)
        let answer: BSONReply
        do throws(MongoError) {
            answer = try client.run(
                ["listCollections": 1, "filter": ["name": .text(location.collection)]],
                "looking for the collection \(location.collection)")
        } catch {
            // Without the right to list collections, only the address is known of it.
            guard error.problem == .permission else { throw error }
            text = byAddress
            return
        }
        let found = (try? CollectionKey.first(of: answer.bytes)).flatMap { $0 }
        guard let found else {
            throw MongoError(
                .other, "there is no collection \(location.collection) in the database \(location.database)",
                activity: "looking for it", place: "\(location)",
                hint:
                    "Check both names (db.getCollectionNames() in mongosh lists the collections), and whether the URL "
                    + "names the right server.")
        }
        let identifier = (try? BSONReader.element("info", of: found)?.document)
            .flatMap { try? BSONReader.element("uuid", of: $0)?.binary }
        if let identifier, identifier.bytes.count == 16 {
            text = "mongodb:" + identifier.bytes.hexadecimal
        } else {
            text = byAddress
        }
    }

    /// The first document of the answer's batch.
    private static func first(of answer: UnsafeRawBufferPointer) throws(BSONFault) -> UnsafeRawBufferPointer? {
        guard let cursor = try BSONReader.element("cursor", of: answer)?.document,
            let batch = try BSONReader.element("firstBatch", of: cursor)?.document
        else { return nil }
        var reader = try BSONReader(batch)
        return try reader.next()?.document
    }

    /// The hosts, the database and the collection, without user, password and parameters.
    private static func address(_ location: MongoLocation) -> String {
        let rest = location.description.drop { $0 != "/" }.drop { $0 == "/" }
        let path = rest.prefix { $0 != "?" }
        return String(path.lastIndex(of: "@").map { path[path.index(after: $0)...] } ?? path)
    }
}

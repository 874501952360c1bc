import Domain

/// What other programs have in the collections of a raw store.
extension MongoRawStore {
    /// The collections in which a copy looks for them, each with a filter for those documents.
    private static var others: [(collection: String, filter: BSONValue)] {
        func outside(_ start: String) -> BSONValue {
            ["_id": ["$not": ["$gte": .text(start), "$lt": .text(start + "\u{10FFFF}")]]]
        }
        return [
            (MovieCollection.name, MovieCollection.others), (CommentCollection.name, outside(CommentCollection.start)),
            ("posters.files", outside("posters/")),
        ]
    }

    /// Calls `body` with the name of each document of another program: its `_id` and its collection.
    public func forEachOther(_ body: (String) throws -> Void) throws {
        for (collection, filter) in Self.others {
            let activity = "looking for documents of other programs in \(collection)"
            let cursor = ResumingCursor(client, activity) { last in
                var both = filter
                if case .value(let type, let bytes) = last {
                    both = ["$and": [filter, DocumentID(type: type, bytes: bytes).filterForLater]]
                }
                var query = MongoQuery(collection, both)
                query.sort = ["_id": 1]
                query.projection = ["_id": 1]
                return query
            } key: {
                $0.element("_id").map { .value($0.type, [UInt8]($0.value)) }
            }
            while let document = try cursor.next() {
                guard let id = document.element("_id") else { continue }
                try body("\(DocumentID(id).text) of \(collection)")
            }
        }
    }
}

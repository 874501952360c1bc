/// A comment's body with its id, the text of its reference.
struct CommentBody {
    var id: String
    var bytes: [UInt8]
}

/// The collection `user_comments`, and the bucket of GridFS of the same name for bodies that are too large for a document.
final class CommentCollection {
    private let client: MongoClient
    private let bucket: GridBucket

    /// The collection's name.
    static let name = "user_comments"
    /// With what the ids of this program's documents begin.
    static let start = "comments/"
    /// How much of the server's limit is left for what a document has beside the body.
    private static let margin = 16 << 10

    init(_ client: MongoClient) {
        self.client = client
        bucket = GridBucket(client, name: CommentCollection.name)
    }

    /// Puts bodies. What is stored under an id is replaced by the same.
    ///
    /// - Throws: `MongoError`.
    func put(_ bodies: [CommentBody], at now: Int64) throws(MongoError) {
        guard !bodies.isEmpty else { return }
        let limit = try client.server().maxDocumentSize - CommentCollection.margin
        let large = bodies.filter { $0.bytes.count > limit }
        if !large.isEmpty { try bucket.put(large.map { GridFile(id: $0.id, bytes: $0.bytes) }, at: now) }
        let writes = bodies.map { body in
            MongoWrite(
                filter: (["_id": .text(body.id)] as BSONValue).bson,
                document: CommentCollection.document(body, isInFile: body.bytes.count > limit).bson)
        }
        try client.upsertAll(writes, into: CommentCollection.name, "storing long comments in \(CommentCollection.name)")
    }

    private static func document(_ body: CommentBody, isInFile: Bool) -> BSONValue {
        if isInFile { return ["_id": .text(body.id), "body_file": .text(body.id)] }
        // A body is text; bytes that are none are kept all the same.
        guard let text = String(validating: body.bytes, as: UTF8.self) else {
            return ["_id": .text(body.id), "original": .binary(body.bytes)]
        }
        return ["_id": .text(body.id), "body": .text(text)]
    }

    /// The body with an id; nil when there is none.
    ///
    /// - Throws: `MongoError`.
    func body(_ id: String) throws(MongoError) -> [UInt8]? {
        let query = MongoQuery(CommentCollection.name, ["_id": .text(id)])
        guard let document = try client.first(query, "reading a long comment of \(CommentCollection.name)") else {
            return nil
        }
        if let text = document.element("body")?.text { return [UInt8](text) }
        if let original = document.element("original")?.binary { return [UInt8](original.bytes) }
        if let file = document.text("body_file"), let bytes = try bucket.read(file) { return bytes }
        throw MongoError(
            .damaged, "\(id) of \(CommentCollection.name) is damaged: its body is missing",
            place: "\(client.location)")
    }

    /// Those of some ids under which there is a body.
    ///
    /// - Throws: `MongoError`.
    func present(_ ids: [String]) throws(MongoError) -> Set<String> {
        var query = MongoQuery(CommentCollection.name, ["_id": ["$in": .array(ids.map { .text($0) })]])
        query.projection = ["_id": 1]
        let cursor = client.cursor(query, "looking up which long comments \(CommentCollection.name) has already")
        var found: Set<String> = []
        while let document = try cursor.next() {
            if let id = document.text("_id") { found.insert(id) }
        }
        return found
    }

    /// Calls `body` with the ids of all bodies, in ascending order.
    ///
    /// - Throws: `MongoError`, and what `body` throws.
    func forEachID(_ body: (String) throws -> Void) throws {
        try client.forEachText(
            startingWith: CommentCollection.start, field: "_id", of: CommentCollection.name,
            "listing the long comments of \(CommentCollection.name)", body)
    }
}

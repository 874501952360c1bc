import CMongo
import Dispatch

/// What a cursor looks for.
struct MongoQuery: Sendable {
    /// The collection.
    var collection: String
    /// Which documents.
    var filter: BSONValue
    /// The order; nil for none.
    var sort: BSONValue?
    /// Which fields; nil for all.
    var projection: BSONValue?
    /// The index to use; nil leaves that to the server.
    var hint: BSONValue?
    /// How many documents the server sends at a time; nil leaves that to the server.
    var batchSize: Int32?
    /// How many documents at most; nil for all.
    var limit: Int64?
    /// For how long the server looks, in milliseconds; nil for no limit.
    var maxTime: Int32?
    /// Whether only what most servers of a replica set have counts. Other servers have no such thing.
    var readsConfirmed = false

    /// A query for documents of a collection.
    init(_ collection: String, _ filter: BSONValue) {
        self.collection = collection
        self.filter = filter
    }

    /// The options as `mongoc_collection_find_with_opts` takes them.
    func options(_ server: MongoServerKind?) -> BSONValue {
        var fields: [BSONValue.Field] = []
        func add(_ name: String, _ value: BSONValue?) {
            if let value { fields.append(BSONValue.Field(name: name, value: value)) }
        }
        add("sort", sort)
        add("projection", projection)
        add("hint", hint)
        add("batchSize", batchSize.map { .int32($0) })
        add("limit", limit.map { .int64($0) })
        add("maxTimeMS", maxTime.map { .int32($0) })
        if readsConfirmed, let server, server.topology == .replicaSet || server.topology == .sharded {
            add("readConcern", ["level": "majority"])
        }
        return .document(fields)
    }
}

/// Owns a `mongoc_cursor_t` with its client. Used by one thread at a time.
final class CursorHandle {
    private let client: PooledClient
    private let pointer: OpaquePointer

    /// Begins a query. The server is asked by `next`.
    ///
    /// - Throws: `MongoError`.
    init(_ client: PooledClient, database: String, _ query: MongoQuery) throws(MongoError) {
        let server = query.readsConfirmed ? try client.server() : nil
        guard let collection = mongoc_client_get_collection(client.pointer, database, query.collection) else {
            throw MongoError(.other, "libmongoc has no memory for a collection")
        }
        defer { mongoc_collection_destroy(collection) }
        let (filter, options) = (query.filter.bson, query.options(server).bson)
        guard let cursor = mongoc_collection_find_with_opts(collection, filter.pointer, options.pointer, nil) else {
            throw MongoError(.other, "libmongoc has no memory for a cursor")
        }
        self.client = client
        pointer = cursor
    }

    deinit {
        // The server is told of the end of a cursor that is not at its end, which takes time when it does not answer.
        let cursor = Handover((pointer, client))
        DispatchQueue(label: "reelhouse.mongodb.cursor").async {
            mongoc_cursor_destroy(cursor.value.0)
            withExtendedLifetime(cursor.value.1) {}
        }
    }

    /// The bytes of the next document; nil at the end. They are valid until the next call.
    ///
    /// - Throws: `MongoError`.
    func next() throws(MongoError) -> UnsafeRawBufferPointer? {
        var document: OpaquePointer?
        if mongoc_cursor_next(pointer, &document), let document { return BSONDocument.bytes(document) }
        var error = bson_error_t()
        var reply: OpaquePointer?
        guard mongoc_cursor_error_document(pointer, &error, &reply) else { return nil }
        throw reply.map { MongoError(error, BSONDocument.bytes($0)) } ?? MongoError(error)
    }
}

/// Reads the documents of a query, some at a time, each of which is copied.
///
///     let cursor = client.cursor(MongoQuery("raw_movies", [:]), "reading raw_movies")
///     while let document = try cursor.next() { … document.bytes … }
final class MongoCursor {
    private let client: MongoClient
    private let query: MongoQuery
    private let activity: String
    private var handle: CursorHandle?
    private var documents: [BSONDocument] = []
    private var place = 0
    private var isAtEnd = false
    private let mostBytes: Int

    /// How many documents are taken at a time.
    private static let mostDocuments = 1000

    init(_ client: MongoClient, _ query: MongoQuery, _ activity: String, mostBytes: Int) {
        self.client = client
        self.query = query
        self.activity = activity
        self.mostBytes = mostBytes
    }

    /// The next document; nil at the end.
    ///
    /// - Throws: `MongoError`. The cursor cannot be used after that.
    func next() throws(MongoError) -> BSONDocument? {
        if place == documents.count {
            guard !isAtEnd else { return nil }
            try fill()
            if documents.isEmpty { return nil }
        }
        defer { place += 1 }
        return documents[place]
    }

    private func fill() throws(MongoError) {
        let (handle, query, database, mostBytes) = (handle, query, client.location.database, mostBytes)
        let batch = try client.call(activity) { client throws(MongoError) in
            let cursor = if let handle { handle } else { try CursorHandle(client, database: database, query) }
            var (documents, bytes, isAtEnd): ([BSONDocument], Int, Bool) = ([], 0, false)
            while documents.count < MongoCursor.mostDocuments, bytes < mostBytes {
                guard let found = try cursor.next() else {
                    isAtEnd = true
                    break
                }
                guard let document = BSONDocument(copying: found) else {
                    throw MongoError(.damaged, "the server sent a document that is none")
                }
                documents.append(document)
                bytes += found.count
            }
            return (cursor: cursor, documents: documents, isAtEnd: isAtEnd)
        }
        (self.handle, documents, isAtEnd, place) = (
            batch.isAtEnd ? nil : batch.cursor, batch.documents, batch.isAtEnd, 0
        )
    }
}

extension MongoClient {
    /// A cursor over the documents of a query.
    ///
    /// - Parameters:
    ///   - activity: what is done, for the errors.
    ///   - mostBytes: how many bytes of documents are held.
    func cursor(_ query: MongoQuery, _ activity: String, mostBytes: Int = 4 << 20) -> MongoCursor {
        MongoCursor(self, query, activity, mostBytes: mostBytes)
    }

    /// The only document of a query; nil when there is none.
    ///
    /// - Throws: `MongoError`.
    func first(_ query: MongoQuery, _ activity: String) throws(MongoError) -> BSONDocument? {
        var query = query
        query.limit = 1
        return try cursor(query, activity).next()
    }
}

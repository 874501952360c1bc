import CMongo
import Foundation

/// What libmongoc does alone with the documents of a raw store: bulk upserts of documents that are in memory, and a cursor
/// to nowhere. A URL names the database: mongodb://HOST/DATABASE.
final class BareMongo {
    /// The collection of the raw store's movies.
    static let collection = "raw_movies"
    /// How many documents are put by one call.
    private static let documentsAtOnce = 1000

    private let client: OpaquePointer
    private let database: String
    private let movies: OpaquePointer

    private init(_ url: String) throws {
        mongoc_init()
        var error = bson_error_t()
        guard let uri = mongoc_uri_new_with_error(url, &error) else { throw Self.failure(error, "reading the URL") }
        defer { mongoc_uri_destroy(uri) }
        guard let name = mongoc_uri_get_database(uri), let client = mongoc_client_new_from_uri(uri) else {
            throw BenchError("\(url) names no database")
        }
        guard let movies = mongoc_client_get_collection(client, name, Self.collection) else {
            mongoc_client_destroy(client)
            throw BenchError("libmongoc gives no collection")
        }
        self.client = client
        self.movies = movies
        database = String(cString: name)
    }

    deinit {
        mongoc_collection_destroy(movies)
        mongoc_client_destroy(client)
    }

    private static func failure(_ error: bson_error_t, _ activity: String) -> BenchError {
        let words = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return BenchError("\(activity): \(words)")
    }

    /// Puts all documents of one database into another one, by their ids. Only the puts are measured.
    static func put(from source: String, to target: String) throws -> PartResult {
        let documents = try BareMongo(source).documents()
        defer { for document in documents { bson_destroy(document.whole); bson_destroy(document.filter) } }
        let server = try BareMongo(target)
        return try timed {
            for start in stride(from: 0, to: documents.count, by: documentsAtOnce) {
                try server.put(documents[start..<min(start + documentsAtOnce, documents.count)])
            }
            return documents.count
        }
    }

    /// Reads all documents of a database in the order of their ids.
    static func read(_ url: String) throws -> PartResult {
        let server = try BareMongo(url)
        return try timed {
            var count = 0
            try server.forEachDocument { _ in count += 1 }
            return count
        }
    }

    /// Removes a database.
    static func drop(_ url: String) throws -> PartResult {
        let server = try BareMongo(url)
        guard let handle = mongoc_client_get_database(server.client, server.database) else {
            throw BenchError("libmongoc gives no database")
        }
        defer { mongoc_database_destroy(handle) }
        var error = bson_error_t()
        guard mongoc_database_drop(handle, &error) else { throw failure(error, "removing \(server.database)") }
        return PartResult()
    }

    private static func timed(_ work: () throws -> Int) throws -> PartResult {
        let start = (ChildProcess.now, ChildProcess.threadTime)
        var result = PartResult()
        result.lines = try work()
        result.seconds = ChildProcess.now - start.0
        result.cpuSeconds = ChildProcess.threadTime - start.1
        return result
    }

    private struct Document {
        var whole: OpaquePointer
        var filter: OpaquePointer
    }

    private func documents() throws -> [Document] {
        var documents: [Document] = []
        try forEachDocument { document in
            // The first element is `_id`, a 64-bit integer: 4 bytes for the length, 1 for the type, 4 for the name.
            guard let bytes = bson_get_data(document), bytes[4] == 0x12 else {
                throw BenchError("a document of \(database) has an _id of another type")
            }
            let filter: OpaquePointer = bson_new()
            let id = Int64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(fromByteOffset: 9, as: Int64.self))
            bson_append_int64(filter, "_id", 3, id)
            documents.append(Document(whole: bson_copy(document), filter: filter))
        }
        return documents
    }

    private func forEachDocument(_ body: (OpaquePointer) throws -> Void) throws {
        let everything: OpaquePointer = bson_new()
        let options = try Self.options(#"{"sort": {"_id": 1}}"#)
        defer { for document in [everything, options] { bson_destroy(document) } }
        guard let cursor = mongoc_collection_find_with_opts(movies, everything, options, nil) else {
            throw BenchError("libmongoc gives no cursor")
        }
        defer { mongoc_cursor_destroy(cursor) }
        var document: OpaquePointer?
        while mongoc_cursor_next(cursor, &document) {
            if let document { try body(document) }
        }
        var error = bson_error_t()
        if mongoc_cursor_error(cursor, &error) { throw Self.failure(error, "reading \(database)") }
    }

    private func put(_ documents: ArraySlice<Document>) throws {
        let options = try Self.options(#"{"ordered": false, "writeConcern": {"w": "majority", "j": true}}"#)
        let upsert = try Self.options(#"{"upsert": true, "validate": false}"#)
        defer { for document in [options, upsert] { bson_destroy(document) } }
        guard let bulk = mongoc_collection_create_bulk_operation_with_opts(movies, options) else {
            throw BenchError("libmongoc gives no bulk")
        }
        defer { mongoc_bulk_operation_destroy(bulk) }
        var error = bson_error_t()
        for document in documents {
            guard
                mongoc_bulk_operation_replace_one_with_opts(bulk, document.filter, document.whole, upsert, &error)
            else { throw Self.failure(error, "putting documents") }
        }
        guard mongoc_bulk_operation_execute(bulk, nil, &error) != 0 else {
            throw Self.failure(error, "putting documents")
        }
    }

    private static func options(_ json: String) throws -> OpaquePointer {
        var error = bson_error_t()
        guard let document = bson_new_from_json(json, -1, &error) else { throw failure(error, "making options") }
        return document
    }
}

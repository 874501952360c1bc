import CMongo
import Servers

/// A client of a MongoDB server for tests, without the project's code: it sends commands that are written as JSON
/// (https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/).
///
/// ```
/// let mongo = try TestMongo(url)
/// try mongo.run(#"{"insert": "raw_movies", "documents": [{"_id": 603}]}"#, on: "tmdb_data")
/// ```
public final class TestMongo {
    private let client: OpaquePointer

    /// Makes a client; it connects when it is used.
    ///
    /// - Parameter url: without a collection.
    public init(_ url: String) throws {
        mongoc_init()
        guard let client = mongoc_client_new(url) else { throw MongoFailure(description: "no client for \(url)") }
        self.client = client
        mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2)
    }

    deinit { mongoc_client_destroy(client) }

    /// Runs a command on a database.
    ///
    /// - Returns: the answer as JSON (the relaxed form).
    @discardableResult
    public func run(_ command: String, on database: String = "admin") throws -> String {
        var error = bson_error_t()
        guard let bson = bson_new_from_json(command, -1, &error) else { throw MongoFailure(error) }
        defer { bson_destroy(bson) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
        let reply = OpaquePointer(memory)
        let isDone = mongoc_client_command_simple(client, database, bson, nil, reply, &error)
        defer {
            bson_destroy(reply)
            memory.deallocate()
        }
        guard isDone else { throw MongoFailure(error) }
        guard let text = bson_as_relaxed_extended_json(reply, nil) else { return "" }
        defer { bson_free(text) }
        return String(cString: text)
    }

    /// Makes the server fail commands on purpose (https://github.com/mongodb/mongo/wiki/The-%22failCommand%22-fail-point).
    ///
    /// - Parameters:
    ///   - commands: the names of commands: `update`.
    ///   - times: how often they fail.
    ///   - data: what happens, as fields of JSON: `"errorCode": 10107`.
    public func failCommands(_ commands: [String], times: Int, _ data: String) throws {
        let names = commands.map { "\"\($0)\"" }.joined(separator: ", ")
        try run(
            """
            {"configureFailPoint": "failCommand", "mode": {"times": \(times)},
             "data": {"failCommands": [\(names)], \(data)}}
            """)
    }

    /// Ends the failures.
    public func endFailures() throws { try run(#"{"configureFailPoint": "failCommand", "mode": "off"}"#) }
}

/// Why a command failed.
public struct MongoFailure: Error, CustomStringConvertible {
    /// Why.
    public let description: String

    init(description: String) { self.description = description }

    init(_ error: bson_error_t) {
        let words = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        description = "\(words) (code \(error.code))"
    }
}

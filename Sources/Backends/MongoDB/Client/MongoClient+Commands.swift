import CMongo
import Domain

/// What a server is, as it says when it is connected.
struct MongoServerKind: Sendable, Equatable {
    /// How servers work together.
    enum Topology: String, Sendable {
        case standalone = "a standalone server"
        case replicaSet = "a replica set"
        case sharded = "a sharded cluster"
        case other = "a server of another kind"
    }

    /// How servers work together.
    var topology: Topology
    /// The name of the replica set; empty where there is none.
    var setName = ""
    /// The greatest version of the protocol that it knows (13 is that of MongoDB 5.0).
    var wireVersion: Int64
    /// The largest document that it takes, in bytes.
    var maxDocumentSize: Int

    /// Whether it takes keys that begin with `$` in a document
    /// (https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/, MongoDB 5.0).
    var takesDollarKeys: Bool { wireVersion >= 13 }

    /// Reads what the server answered to `hello`.
    init(type: String, hello: UnsafeRawBufferPointer) {
        func element(_ name: StaticString) -> BSONElement? {
            (try? BSONReader.element(name, of: hello)).flatMap { $0 }
        }
        topology =
            switch type {
            case "Standalone": .standalone
            case "Mongos": .sharded
            case _ where type.hasPrefix("RS"): .replicaSet
            default: .other
            }
        setName = element("setName")?.text.map { String(decoding: $0, as: UTF8.self) } ?? ""
        wireVersion = element("maxWireVersion")?.wholeNumber ?? 0
        maxDocumentSize = element("maxBsonObjectSize")?.wholeNumber.flatMap { Int(exactly: $0) } ?? 16 << 20
    }
}

extension PooledClient {
    /// The server that is used, which is the one that takes writes unless the URL of a source says otherwise; looks for it
    /// when none is known.
    ///
    /// - Throws: `MongoError`: `.unreachable`, `.version` and the like.
    func server() throws(MongoError) -> MongoServerKind {
        var error = bson_error_t()
        let preference = mongoc_client_get_read_prefs(pointer)
        guard let description = mongoc_client_select_server(pointer, false, preference, &error) else {
            throw MongoError(error)
        }
        defer { mongoc_server_description_destroy(description) }
        guard let type = mongoc_server_description_type(description),
            let hello = mongoc_server_description_hello_response(description)
        else { throw MongoError(.other, "libmongoc does not say what the server is") }
        return MongoServerKind(type: String(cString: type), hello: BSONDocument.bytes(hello))
    }

    /// How a command is sent.
    enum CommandKind {
        /// It changes nothing, and is sent again after a lost connection.
        case read
        /// Most servers of a replica set have to confirm it.
        case write
        /// As it is.
        case plain
    }

    /// Runs a command on a database.
    ///
    /// - Throws: `MongoError`.
    func run(
        _ command: BSONValue, on database: String, _ kind: CommandKind, confirmation: Int64 = 60_000
    ) throws(MongoError) -> BSONReply {
        let (reply, bson) = (BSONReply(), command.bson)
        var error = bson_error_t()
        let isDone: Bool
        switch kind {
        case .read:
            isDone = mongoc_client_read_command_with_opts(
                pointer, database, bson.pointer, mongoc_client_get_read_prefs(pointer), nil, reply.pointer, &error)
        case .write:
            let options = WriteConcern.options(confirmation).bson
            isDone = mongoc_client_write_command_with_opts(
                pointer, database, bson.pointer, options.pointer, reply.pointer, &error)
        case .plain:
            isDone = mongoc_client_command_simple(pointer, database, bson.pointer, nil, reply.pointer, &error)
        }
        guard isDone else { throw MongoError(error, reply.bytes) }
        return reply
    }
}

/// When a write counts.
enum WriteConcern {
    /// The option for libmongoc's functions: most servers of a replica set have it on disk, within a time.
    ///
    /// - Parameter milliseconds: the time.
    static func options(_ milliseconds: Int64) -> BSONValue {
        ["writeConcern": ["w": "majority", "j": true, "wtimeout": .int64(milliseconds)]]
    }
}

extension MongoError {
    /// The error of a function, with what the server's reply says beside it.
    ///
    /// - Parameter reply: the bytes of a document.
    init(_ error: bson_error_t, _ reply: UnsafeRawBufferPointer) {
        self.init(error)
        isLabelledRetryable = MongoError.labels(reply).contains { label in
            ["RetryableWriteError", "TransientTransactionError", "RetryableError", "SystemOverloadedError"]
                .contains(label)
        }
    }

    /// The labels of an error, such as `RetryableWriteError`.
    private static func labels(_ reply: UnsafeRawBufferPointer) -> [String] {
        guard let array = try? BSONReader.element("errorLabels", of: reply), let bytes = array.document,
            var reader = try? BSONReader(bytes)
        else { return [] }
        var labels: [String] = []
        while let element = (try? reader.next()).flatMap({ $0 }) {
            if let text = element.text { labels.append(String(decoding: text, as: UTF8.self)) }
        }
        return labels
    }
}

extension MongoClient {
    /// Runs a command on the location's database.
    ///
    /// - Throws: `MongoError`.
    func run(
        _ command: BSONValue, _ activity: String, _ kind: PooledClient.CommandKind = .read
    ) throws(MongoError) -> BSONReply {
        let (database, confirmation) = (location.database, location.confirmationTimeout)
        return try call(activity) { client throws(MongoError) in
            try client.run(command, on: database, kind, confirmation: confirmation)
        }
    }

    /// What the server is.
    ///
    /// - Throws: `MongoError`: `.unreachable`, `.version` and the like.
    func server() throws(MongoError) -> MongoServerKind {
        try call("connecting") { client throws(MongoError) in try client.server() }
    }

    /// Makes indexes of a collection that are not there yet, and the collection.
    ///
    /// - Parameter indexes: as the command `createIndexes` takes them.
    /// - Throws: `MongoError`.
    func makeIndexes(_ indexes: [BSONValue], of collection: String) throws(MongoError) {
        _ = try run(
            ["createIndexes": .text(collection), "indexes": .array(indexes)], "making indexes of \(collection)", .write)
    }
}

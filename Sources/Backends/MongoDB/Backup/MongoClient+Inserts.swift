import CMongo

extension MongoClient {
    /// Inserts documents in any order.
    ///
    /// - Throws: `MongoError` when it is not known that all were inserted or refused, and confirmed.
    func insert(
        _ documents: [BSONDocument], into collection: String, _ activity: String
    ) throws(MongoError) -> BulkOutcome {
        let (database, confirmation) = (location.database, location.confirmationTimeout)
        return try call(activity) { client throws(MongoError) in
            try client.insert(documents, into: collection, of: database, confirmation: confirmation)
        }
    }
}

extension PooledClient {
    /// Inserts documents in any order.
    ///
    /// - Parameter confirmation: how long most servers have to confirm it, in milliseconds.
    /// - Throws: `MongoError` when it is not known that all were inserted or refused, and confirmed.
    func insert(
        _ documents: [BSONDocument], into collection: String, of database: String, confirmation: Int64
    ) throws(MongoError) -> BulkOutcome {
        guard let handle = mongoc_client_get_collection(pointer, database, collection) else {
            throw MongoError(.other, "libmongoc has no memory for a collection")
        }
        defer { mongoc_collection_destroy(handle) }
        var options = WriteConcern.options(confirmation)
        if case .document(var fields) = options {
            fields.append(BSONValue.Field(name: "ordered", value: false))
            options = .document(fields)
        }
        // libmongoc itself would refuse keys with dots and dollars.
        let (bulkOptions, insertOptions) = (options.bson, (["validate": false] as BSONValue).bson)
        guard let bulk = mongoc_collection_create_bulk_operation_with_opts(handle, bulkOptions.pointer) else {
            throw MongoError(.other, "libmongoc has no memory for a bulk of writes")
        }
        defer { mongoc_bulk_operation_destroy(bulk) }
        var error = bson_error_t()
        for document in documents {
            let isAdded = mongoc_bulk_operation_insert_with_opts(
                bulk, document.pointer, insertOptions.pointer, &error)
            guard isAdded else { throw MongoError(error) }
        }
        let reply = BSONReply()
        let isDone = mongoc_bulk_operation_execute(bulk, reply.pointer, &error) != 0
        let failure = isDone ? nil : MongoError(error, reply.bytes)
        return try BulkOutcome(reply.bytes, failure, writes: documents.count)
    }
}

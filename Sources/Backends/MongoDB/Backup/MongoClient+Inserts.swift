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
        // libmongoc itself would refuse keys with dots and dollars.
        let options = (["validate": false] as BSONValue).bson
        return try bulk(documents.count, into: collection, of: database, confirmation: confirmation) { bulk, error in
            documents.allSatisfy { document in
                mongoc_bulk_operation_insert_with_opts(bulk, document.pointer, options.pointer, &error)
            }
        }
    }
}

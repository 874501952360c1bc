import CMongo

import enum Logging.Redaction

/// A write of one document.
struct MongoWrite {
    /// Which document it replaces.
    var filter: BSONDocument
    /// The document that replaces it, or is put where there is none.
    var document: BSONDocument

    /// How many bytes of a message it takes.
    var count: Int { filter.count + document.count }
}

/// What became of a bulk of writes. It does no I/O.
struct BulkOutcome: Sendable, Equatable {
    /// A write that was refused.
    struct Refusal: Sendable, Equatable {
        /// Its place in the bulk.
        var place: Int
        /// The server's code.
        var code: UInt32
        /// The server's words.
        var words: String
        /// The name of the field of the index that has the value already; empty where the server does not say.
        var keys: [String] = []

        /// Whether a document with the same `_id` is there already.
        var isOfID: Bool { problem == .duplicateKey && keys == ["_id"] }

        /// What kind of failure it is.
        var problem: MongoProblem { MongoProblem(domain: MONGOC_ERROR_SERVER.rawValue, code: code) }
    }

    /// The writes that were refused; all others were done.
    var refusals: [Refusal]

    /// An outcome with these refusals.
    init(refusals: [Refusal]) { self.refusals = refusals }

    /// Reads the refusals of the answer to a single command.
    init(refusalsOf reply: UnsafeRawBufferPointer) throws(MongoError) {
        do throws(BSONFault) { refusals = try Answer(reply).refusals } catch {
            throw MongoError(.unreachable, "the answer to a write cannot be read")
        }
    }

    /// Reads the answer to a bulk.
    ///
    /// libmongoc reports one error, and a refused write takes the place of what is worse: that the connection was lost, or
    /// that the writes were not confirmed. So the answer is read as a whole, and every write has to be accounted for.
    ///
    /// - Parameters:
    ///   - reply: the bytes of the answer.
    ///   - error: the error that was reported; nil when none was.
    ///   - count: how many writes there were.
    /// - Throws: `MongoError` when it is not known that all writes were done or refused, and confirmed.
    init(_ reply: UnsafeRawBufferPointer, _ error: MongoError?, writes count: Int) throws(MongoError) {
        let answer: Answer
        do throws(BSONFault) {
            answer = try Answer(reply)
        } catch {
            throw MongoError(.unreachable, "the answer to a bulk of writes cannot be read")
        }
        if let unconfirmed = answer.unconfirmed {
            var failure = MongoError(
                MongoProblem(domain: MONGOC_ERROR_WRITE_CONCERN.rawValue, code: unconfirmed.code), unconfirmed.words)
            failure.code = unconfirmed.code
            throw failure
        }
        let accounted = answer.done + Int64(answer.refusals.count)
        if let error, error.problem != .other || answer.refusals.isEmpty,
            !answer.refusals.contains(where: { $0.code == error.code })
        {
            throw error
        }
        guard accounted == Int64(count) else {
            throw MongoError(
                .unreachable, "the connection was lost after \(accounted) of \(count) writes")
        }
        refusals = answer.refusals
    }

    /// The parts of an answer.
    private struct Answer {
        var done: Int64 = 0
        var refusals: [Refusal] = []
        var unconfirmed: Refusal?

        init(_ reply: UnsafeRawBufferPointer) throws(BSONFault) {
            var reader = try BSONReader(reply)
            while let element = try reader.next() {
                if element.isNamed("nMatched") || element.isNamed("nUpserted") || element.isNamed("nInserted") {
                    done += element.wholeNumber ?? 0
                } else if element.isNamed("writeErrors") {
                    refusals = try Answer.refusals(element)
                } else if element.isNamed("writeConcernErrors") {
                    unconfirmed = try Answer.refusals(element).first
                }
            }
        }

        private static func refusals(_ array: BSONElement) throws(BSONFault) -> [Refusal] {
            guard let bytes = array.document else { return [] }
            var refusals: [Refusal] = []
            var reader = try BSONReader(bytes)
            while let element = try reader.next() {
                guard let document = element.document else { continue }
                var refusal = Refusal(place: -1, code: 0, words: "the write was refused")
                var fields = try BSONReader(document)
                while let field = try fields.next() {
                    if field.isNamed("index") {
                        refusal.place = field.wholeNumber.flatMap { Int(exactly: $0) } ?? -1
                    } else if field.isNamed("code") {
                        refusal.code = field.wholeNumber.flatMap { UInt32(exactly: $0) } ?? 0
                    } else if field.isNamed("errmsg"), let text = field.text {
                        refusal.words = Redaction.line(of: String(decoding: text, as: UTF8.self))
                    } else if field.isNamed("keyPattern"), let pattern = field.document {
                        var keys = try BSONReader(pattern)
                        while let key = try keys.next() {
                            refusal.keys.append(String(decoding: key.name, as: UTF8.self))
                        }
                    }
                }
                refusals.append(refusal)
            }
            return refusals
        }
    }
}

extension PooledClient {
    /// Does writes in any order. A document that fits no filter is put.
    ///
    /// - Parameters:
    ///   - writes: at most as many as one message takes is best; libmongoc sends more messages for more.
    ///   - confirmation: how long most servers have to confirm it, in milliseconds.
    /// - Throws: `MongoError` when it is not known that all writes were done or refused, and confirmed.
    func upsert(
        _ writes: [MongoWrite], into collection: String, of database: String, confirmation: Int64
    ) throws(MongoError) -> BulkOutcome {
        let options = MongoWrite.options.bson
        return try bulk(writes.count, into: collection, of: database, confirmation: confirmation) { bulk, error in
            writes.allSatisfy { write in
                mongoc_bulk_operation_replace_one_with_opts(
                    bulk, write.filter.pointer, write.document.pointer, options.pointer, &error)
            }
        }
    }

    /// Does a bulk of so many writes in any order.
    ///
    /// - Parameter add: adds the writes to the bulk; false with the error of one that cannot be added.
    /// - Throws: `MongoError` when it is not known that all writes were done or refused, and confirmed.
    func bulk(
        _ count: Int, into collection: String, of database: String, confirmation: Int64,
        _ add: (_ bulk: OpaquePointer, _ error: inout bson_error_t) -> Bool
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
        let bulkOptions = options.bson
        guard let bulk = mongoc_collection_create_bulk_operation_with_opts(handle, bulkOptions.pointer) else {
            throw MongoError(.other, "libmongoc has no memory for a bulk of writes")
        }
        defer { mongoc_bulk_operation_destroy(bulk) }
        var error = bson_error_t()
        guard add(bulk, &error) else { throw MongoError(error) }
        let reply = BSONReply()
        let isDone = mongoc_bulk_operation_execute(bulk, reply.pointer, &error) != 0
        let failure = isDone ? nil : MongoError(error, reply.bytes)
        return try BulkOutcome(reply.bytes, failure, writes: count)
    }
}

extension MongoWrite {
    /// libmongoc itself would refuse keys with dots and dollars.
    fileprivate static let options: BSONValue = ["upsert": true, "validate": false]
}

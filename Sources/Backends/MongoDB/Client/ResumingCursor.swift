import Glibc

/// Reads the documents of a query in an order. A cursor that is lost, as the server ends one after half an hour, or whose
/// connection is lost, is opened anew after the last document.
///
///     let cursor = ResumingCursor(client, "reading raw_movies") { last in … } key: { $0.integer("_id").map { .int64($0) } }
///     while let document = try cursor.next() { … }
final class ResumingCursor {
    private let client: MongoClient
    private let activity: String
    private let query: (_ last: BSONValue?) -> MongoQuery
    private let key: (BSONDocument) -> BSONValue?
    private var cursor: MongoCursor?
    private var last: BSONValue?
    private var failures = 0

    /// How many attempts without a document end the reading.
    private static let mostFailures = 4

    /// - Parameters:
    ///   - activity: what is done, for the errors.
    ///   - query: the query for the documents after the one with a key; after none for nil. It has an order.
    ///   - key: the key of a document.
    init(
        _ client: MongoClient, _ activity: String, query: @escaping (_ last: BSONValue?) -> MongoQuery,
        key: @escaping (BSONDocument) -> BSONValue?
    ) {
        self.client = client
        self.activity = activity
        self.query = query
        self.key = key
    }

    /// The next document; nil at the end.
    ///
    /// - Throws: `MongoError`, when several attempts have come to nothing.
    func next() throws(MongoError) -> BSONDocument? {
        while true {
            let cursor = self.cursor ?? client.cursor(query(last), activity)
            self.cursor = cursor
            do throws(MongoError) {
                guard let document = try cursor.next() else { return nil }
                failures = 0
                last = key(document) ?? last
                return document
            } catch {
                self.cursor = nil
                failures += 1
                guard error.mayRetry, failures < ResumingCursor.mostFailures else { throw error }
                usleep(UInt32(failures) * 200_000)
            }
        }
    }
}

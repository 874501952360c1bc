import CMongo
import Domain

/// Fields of a document that was read.
extension BSONDocument {
    /// The first element with a name; nil when there is none.
    func element(_ name: StaticString) -> BSONElement? {
        (try? BSONReader.element(name, of: bytes)).flatMap { $0 }
    }
    /// The integer with a name.
    func integer(_ name: StaticString) -> Int64? { element(name)?.wholeNumber }
    /// The text with a name.
    func text(_ name: StaticString) -> String? { element(name)?.text.map { String(decoding: $0, as: UTF8.self) } }
}

extension MongoClient {
    /// Does writes in any order, and those again that lost a race with another writer of the same document.
    ///
    /// - Throws: `MongoError` when not all of them were done and confirmed.
    func upsertAll(_ writes: [MongoWrite], into collection: String, _ activity: String) throws(MongoError) {
        var rest = writes
        var attempts = 0
        while !rest.isEmpty {
            let refusals = try upsert(rest, into: collection, activity).refusals
            if let refusal = refusals.first(where: { $0.problem != .duplicateKey }) {
                throw MongoError(refusal).during(activity, at: "\(location)")
            }
            rest = refusals.compactMap { rest.indices.contains($0.place) ? rest[$0.place] : nil }
            attempts += 1
            if let refusal = refusals.first, attempts == MongoClient.mostRaces {
                throw MongoError(refusal).during(activity, at: "\(location)")
            }
        }
    }

    /// How often a write is done again that another writer was quicker than.
    static let mostRaces = 20

    /// Does writes in any order.
    ///
    /// - Throws: `MongoError` when it is not known that all were done or refused, and confirmed.
    func upsert(
        _ writes: [MongoWrite], into collection: String, _ activity: String
    ) throws(MongoError) -> BulkOutcome {
        if writes.isEmpty { return BulkOutcome(refusals: []) }
        let (database, confirmation) = (location.database, location.confirmationTimeout)
        return try call(activity) { client throws(MongoError) in
            try client.upsert(writes, into: collection, of: database, confirmation: confirmation)
        }
    }

    /// Calls `body` with each text of a field that begins with something, in ascending order.
    ///
    /// - Parameters:
    ///   - filter: what else holds for the documents.
    ///   - hint: the index to use, whose first field it is.
    /// - Throws: `MongoError`, and what `body` throws.
    func forEachText(
        startingWith start: String, field: String, of collection: String, _ activity: String,
        filter: BSONValue = [:], hint: BSONValue? = nil, _ body: (String) throws -> Void
    ) throws {
        let cursor = ResumingCursor(self, activity) { last in
            let range: BSONValue = [
                last == nil ? "$gte" : "$gt": last ?? .text(start), "$lt": .text(start + "\u{10FFFF}"),
            ]
            var fields: [BSONValue.Field] = [.init(name: field, value: range)]
            if case .document(let more) = filter { fields += more }
            var query = MongoQuery(collection, .document(fields))
            query.sort = .document([.init(name: field, value: 1)])
            let without: [BSONValue.Field] = field == "_id" ? [] : [.init(name: "_id", value: 0)]
            query.projection = .document([.init(name: field, value: 1)] + without)
            query.hint = hint
            return query
        } key: {
            $0.firstText.map { .text($0) }
        }
        while let document = try cursor.next() { if let text = document.firstText { try body(text) } }
    }
}

extension BSONDocument {
    /// The text of the first element that is one.
    fileprivate var firstText: String? {
        guard var reader = try? BSONReader(bytes) else { return nil }
        while let element = (try? reader.next()).flatMap({ $0 }) {
            if let text = element.text { return String(decoding: text, as: UTF8.self) }
        }
        return nil
    }
}

extension MongoError {
    /// The error of a write that was refused.
    init(_ refusal: BulkOutcome.Refusal) {
        self.init(refusal.problem, refusal.words)
        code = refusal.code
    }
}

import CMongo
import Domain

/// A collection that keeps the lines of the events that a run accepts (`--backup mongodb://HOST/DATABASE.user_logs`).
/// A line counts when most servers have it on disk.
public final class MongoEventBackup: MessageTarget {
    private let place: MongoLocation
    private let encoder: NativeEncoder
    private var client: MongoClient?
    private var server: MongoServerKind?
    private var batch = EventInserts()
    /// The outcomes of lines that are not in the batch any more.
    private var outcomes: [(number: UInt, outcome: MessageOutcome)] = []

    /// A target that is not connected.
    ///
    /// - Parameter location: that of a collection.
    /// - Throws: `OutOfMemory`.
    public init(_ location: MongoLocation) throws {
        place = location
        encoder = try NativeEncoder()
    }

    /// The location without secrets.
    public var location: String { place.description }

    /// Connects.
    ///
    /// - Throws: `MongoError`.
    public func open() throws -> TopicIdentity {
        close()
        let client = try MongoClient(place)
        server = try client.server()
        // A connection of its own, with its login.
        _ = try client.run(["ping": 1], "opening the backup")
        self.client = client
        return TopicIdentity(cluster: place.description, topic: place.collection)
    }

    /// Adds a message to those that are put next.
    ///
    /// - Throws: `OutOfMemory`; `MongoError` when the target is closed.
    public func send(_ message: OutgoingMessage, number: UInt) throws -> SendAnswer {
        guard let server else { throw closed }
        if batch.isFull { return .full }
        guard let document = try document(message.value, keepsNative: true, for: server) else {
            return .refused(.tooLarge(side: "the server (maxBsonObjectSize)", limit: Int64(server.maxDocumentSize)))
        }
        batch.add(EventInserts.Line(number: number, document: document, value: [UInt8](message.value)))
        return .accepted
    }

    private func document(
        _ line: UnsafeRawBufferPointer, keepsNative: Bool, for server: MongoServerKind
    ) throws -> BSONDocument? {
        try StoredEvent.encode(
            line, encoder, limit: server.maxDocumentSize, takesDollarKeys: server.takesDollarKeys,
            keepsNative: keepsNative)
    }

    /// Puts the lines that wait, when they are many or when their outcomes are waited for.
    ///
    /// - Throws: `MongoError`; the lines have no outcome then, and may be there.
    public func takeOutcomes(waiting milliseconds: Int, _ body: (UInt, MessageOutcome) -> Void) throws {
        while batch.isDue(waiting: milliseconds) {
            guard let client, let server else { throw closed }
            let activity = "storing events in \(place.collection)"
            let outcome = try client.insert(batch.lines.map(\.document), into: place.collection, activity)
            do {
                outcomes += try batch.settle(outcome) { line in
                    try line.withUnsafeBytes { try document($0, keepsNative: false, for: server) }
                }
            } catch let error as MongoError {
                throw error.during(activity, at: location)
            }
        }
        let taken = outcomes
        outcomes = []
        for (number, outcome) in taken { body(number, outcome) }
    }

    /// Ends the connection.
    public func close() {
        (client, server) = (nil, nil)
        batch.removeAll()
        outcomes = []
    }

    private var closed: MongoError {
        MongoError(.other, "the backup is closed", activity: "storing events", place: location)
    }
}

extension MessageTargetBackend {
    /// A collection of a MongoDB database, which keeps the lines of events.
    public static let mongoDB = MessageTargetBackend(
        naming: BackendNaming(
            schemes: ["mongodb", "mongodb+srv"],
            help: "a MongoDB collection for events, as mongodb://HOST/DB.NAME"),
        validate: { try check(MongoLocation($0.text, .collection)) },
        backupPorts: { _ in [.events] },
        makeTarget: { try MongoEventBackup(MongoLocation($0.text, .collection)) })

    /// Refuses the collections of the raw store.
    private static func check(_ location: MongoLocation) throws(MongoError) {
        let name = location.collection
        guard
            [MovieCollection.name, CommentCollection.name].contains(name) || name.hasSuffix(".files")
                || name.hasSuffix(".chunks")
        else { return }
        throw .location(
            "\(location): the collection \(name) belongs to the raw store, and no event lines go there",
            hint: "Name another collection, such as user_logs. Movie documents are kept by --raw.")
    }
}

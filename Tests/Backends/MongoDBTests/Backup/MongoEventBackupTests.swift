import Domain
import MongoTesting
import Servers
import Testing

@testable import MongoDB

/// The backup of event lines in a collection of a real server.
@Suite(.waits, .enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)")) struct MongoEventBackupTests {
    private let database = "test_backup_" + String(UInt64.random(in: .min ... .max), radix: 36)
    private let mongo: TestMongo

    init() throws { mongo = try TestMongo(MongoServer.sharedURL("")) }

    private func open() throws -> MongoEventBackup {
        let target = try MongoEventBackup(MongoLocation(MongoServer.sharedURL("\(database).user_logs"), .collection))
        _ = try target.open()
        return target
    }

    /// Sends lines, and gives the outcomes by their numbers.
    private func send(_ lines: [String], to target: MongoEventBackup) throws -> [UInt: MessageOutcome] {
        var outcomes: [UInt: MessageOutcome] = [:]
        for (number, line) in lines.enumerated() {
            let bytes = Array(line.utf8)
            func send() throws -> SendAnswer {
                try bytes.withUnsafeBytes {
                    try target.send(OutgoingMessage(value: $0, key: nil, snapshotDay: nil), number: UInt(number))
                }
            }
            if try send() == .full {
                try target.takeOutcomes(waiting: 20) { outcomes[$0] = $1 }
                #expect(try send() == .accepted)
            }
            try target.takeOutcomes(waiting: 0) { outcomes[$0] = $1 }
        }
        try target.takeOutcomes(waiting: 50) { outcomes[$0] = $1 }
        return outcomes
    }

    private func count(_ query: String = "{}") throws -> String {
        try mongo.run("{\"count\": \"user_logs\", \"query\": \(query)}", on: database)
    }

    @Test func linesAreThereOnceHoweverOftenTheyAreSent() throws {
        defer { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: database) }
        let lines = (0..<1500).map { "{\"event_type\":\"view\",\"user_id\":\($0),\"x\":\"$9.99\"}" }
        let target = try open()
        let first = try send(lines, to: target)
        #expect(first.count == 1500 && first.values.allSatisfy { $0 == .confirmed })
        let again = try send(lines + ["{\"a\": 1.50}"], to: open())
        #expect(again.count == 1501 && again.values.allSatisfy { $0 == .confirmed })
        #expect(try count().contains("\"n\" : 1501"))
        #expect(
            try count(#"{"event.user_id": 7, "event.x": "$9.99", "original": {"$exists": false}}"#).contains(
                "\"n\" : 1"))
        #expect(try count(#"{"original": {"$exists": true}}"#).contains("\"n\" : 1"))
        target.close()
        #expect(throws: MongoError.self) { try send(["{}"], to: target) }
    }

    @Test(
        arguments: [
            ("user_logs", true), ("raw_movies", false), ("user_comments", false), ("posters.files", false),
            ("raw.chunks", false),
        ])
    func collectionsOfTheRawStoreAreRefused(_ name: String, _ isTaken: Bool) throws {
        let url = "mongodb://ann:s3cret@h/tmdb.\(name)"
        let location = Location(text: url, scheme: "mongodb", rest: "//ann:s3cret@h/tmdb.\(name)")
        #expect(MessageTargetBackend.mongoDB.backupPorts(location) == [.events])
        do {
            try MessageTargetBackend.mongoDB.validate(location)
            #expect(isTaken)
        } catch let error as MongoError {
            #expect(!isTaken && error.kind == .usage && error.message.contains(name))
            #expect(!error.message.contains("s3cret"))
        }
    }
}

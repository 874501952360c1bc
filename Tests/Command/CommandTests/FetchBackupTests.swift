import Foundation
import KafkaTesting
import MongoTesting
import Servers
import TestSupport
import Testing

/// Documents that a fetch also sends to a topic.
@Suite(
    .enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)"),
    .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"), .waits)
struct FetchBackupTests {
    @Test func aTopicGetsEachDocumentOnce() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress())
        let fixture = try FetchFixture(.init(movies: 60))
        let url = "kafka://\(topic.address)/\(topic.name)"
        let output = try fixture.fetch("--popular", "2", "--backup", url)
        let backup = try #require(output.object["backup"] as? [String: Any])
        #expect(backup["confirmed"] as? Int == 40 && backup["to"] as? String == url)
        let records = try topic.records()
        #expect(records.map(\.text) == (try fixture.lines()))
        #expect(records.allSatisfy { $0.snapshotDate == FetchFixture.day })
        #expect(records.first?.key.map { $0.hasSuffix(":" + FetchFixture.day) } == true, "\(records[0].key ?? "-")")
        // The topic gives what the snapshot gives.
        for (name, place) in [("a", "data/movies"), ("b", url)] {
            let run = try Program.run(
                "run", "--movies", place, "-w", name + ".db", "--raw", name, "-q", in: fixture.folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        let digests = try ["a", "b"].map { try Program.run("digest", "-w", $0 + ".db", in: fixture.folder).output }
        #expect(digests[0] == digests[1])
    }

    @Test func aTopicThatIsNotThereCostsNoDocument() throws {
        let address = try KafkaServer.sharedAddress()
        let fixture = try FetchFixture(.init(movies: 60))
        let output = try fixture.fetch("--popular", "1", "--backup", "kafka://\(address)/none_at_all_4711", status: 1)
        #expect(output.errors.contains("none_at_all_4711"), "\(output.errors)")
        #expect(fixture.server.requests().isEmpty)
        let events = try fixture.fetch("--popular", "1", "--backup", "events=kafka://\(address)/user_logs", status: 2)
        #expect(events.errors.contains("is for events"), "\(events.errors)")
    }
}

/// Documents and posters that a fetch puts into a raw store on a server.
@Suite(
    .enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)"),
    .enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"), .waits)
struct FetchRawStoreTests {
    @Test func postersGoToGridFS() throws {
        let database = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let mongo = try TestMongo(MongoServer.sharedURL(""))
        defer { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: database) }
        let fixture = try FetchFixture(.init(movies: 60))
        let raw = try MongoServer.sharedURL(database)
        let first = try fixture.fetch("--popular", "2", "--raw", raw, "--posters")
        let fetched = first.posters("fetched")
        #expect(fetched > 30 && first.posters("present") == 0, "\(first.errors)")
        let count = try mongo.run(#"{"count": "posters.files"}"#, on: database)
        #expect(count.contains("\"n\" : \(fetched)"), "\(count)")
        let second = try fixture.fetch(
            "--popular", "2", "--raw", raw, "--posters", "--now", "2026-11-29T12:00:00Z")
        #expect(second.posters("fetched") == 0 && second.posters("present") == fetched)
        // The store gives the documents without the service.
        let offline = try fixture.fetch(
            "--offline", "--popular", "2", "--raw", raw, "--to", "again", "--state", "other")
        #expect(offline.count("documents") == 40)
        let name = "movies-\(FetchFixture.day).ndjson.zst"
        #expect(fixture.folder.read("again/" + name) == fixture.folder.read(FetchFixture.snapshot))
    }
}

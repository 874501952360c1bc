import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// `run --live` with servers at all four ports, as in production: all that the command is told is in `.env`.
@Suite(
    .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"),
    .enabled(if: PostgresServer.isThere, "\(PostgresServer.whatToSet)"),
    .enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"))
struct LiveProductionTests {
    /// With the movies from MongoDB, and from Kafka.
    @Test(arguments: [LiveInput.Source.mongoDB, .kafka]) func allFourPorts(_ movies: LiveInput.Source) throws {
        let input = try LiveInput.shared.get()
        let topics = try LiveTopics.shared.get()
        let (documents, raw) = (try LiveDatabase(), try LiveDatabase())
        if movies == .mongoDB {
            try input.insertMovies(into: "raw_movies", of: documents.name, documents.mongo)
        }
        let schema = newName()
        defer { try? PostgresDatabase(url: PostgresServer.sharedURL(), schema: schema).drop() }
        let folder = try TemporaryFolder()
        try folder.write(
            ".env",
            """
            # The servers.
            REELHOUSE_MOVIES=\(movies == .mongoDB ? documents.url(".raw_movies") : topics.moviesURL)
            REELHOUSE_EVENTS=\(topics.eventsURL)
            MONGO_URI='\(raw.url())'
            POSTGRES_URI="\(PostgresServer.sharedURL(parameters: "schema=\(schema)"))"

            """)
        let doctor = try Program.run("doctor", "--live", in: folder)
        #expect(doctor.status == 0, "\(doctor.output) \(doctor.errors)")
        let result = try Program.run("run", "--live", "--now", Program.now, "--json", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let count = try RunResult(result.output)
        #expect(count.read == count.accepted + count.duplicates + count.rejected && count.accepted > 2000)
        #expect(try Program.run("digest", "--live", in: folder).output == input.digest)
        #expect(folder.names() == [".env"])
        let copy = try Program.run("copy", "raw", "--from", raw.url(), "--to", "kept", "-q", in: folder)
        #expect(copy.status == 0, "\(copy.errors)")
        let expected = movies == .mongoDB ? try LiveDocuments.shared.get().path : input.folder.path("expected-raw")
        let differences = RawFolders.differences(folder.path("kept"), from: expected)
        #expect(differences.isEmpty, "\(differences)")
        let again = try Program.run("run", "--live", "--now", Program.now, "--json", in: folder)
        #expect(try again.status == 0 && RunResult(again.output).accepted == 0, "\(again.errors)")
        #expect(try Program.run("digest", "--live", in: folder).output == input.digest)
    }

    /// A nightly batch, with the movies from MongoDB: each task that servers have something for is done.
    @Test func aNightly() throws {
        let input = try LiveInput.shared.get()
        let topics = try LiveTopics.shared.get()
        let (documents, raw) = (try LiveDatabase(), try LiveDatabase())
        try input.insertMovies(into: "raw_movies", of: documents.name, documents.mongo)
        let schema = newName()
        defer { try? PostgresDatabase(url: PostgresServer.sharedURL(), schema: schema).drop() }
        let folder = try TemporaryFolder()
        try folder.write(
            ".env",
            """
            REELHOUSE_MOVIES=\(documents.url(".raw_movies"))
            REELHOUSE_EVENTS=\(topics.eventsURL)
            MONGO_URI='\(raw.url())'
            POSTGRES_URI="\(PostgresServer.sharedURL(parameters: "schema=\(schema)"))"

            """)
        let result = try Program.run(
            "nightly", "--live", "--now", Program.now, "--json", "--metrics-file", "m.prom", in: folder)
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        let batch = NightlyCommandTests.batches(try Program.object(result.output)).first
        let outcomes = NightlyCommandTests.outcomes(batch)
        for task in NightlyCommandTests.tasks {
            #expect(outcomes[task] == (task == "compact" ? "skipped" : "completed"), "\(task) \(result.output)")
        }
        #expect(try Program.run("digest", "--live", in: folder).output == input.digest)
        #expect(try Program.run("verify", in: folder).status == 0)
        let metrics = String(decoding: folder.read("m.prom"), as: UTF8.self)
        #expect(
            metrics.contains("source_waiting_messages{topic=") && metrics.contains("partition=\"0\"} 0\n"), "\(metrics)"
        )
        #expect(!folder.has("warehouse.db") && !folder.has("data"))
    }
}

import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// What librdkafka's simulated cluster can carry of Kafka, on every machine. All else needs a broker: the other suites of
/// Kafka are skipped by name where there is none.
@Suite(.waits) struct KafkaMockTests {
    private static func digest(_ warehouse: String, in folder: TemporaryFolder) throws -> String {
        try Program.run("digest", "--warehouse", warehouse, in: folder).output
    }

    /// Runs a command on the topics or files, and gives how many lines it read.
    private static func load(
        _ movies: String, _ events: String, into warehouse: String, in folder: TemporaryFolder
    ) throws -> Int {
        let result = try Program.start(
            [
                "run", "--movies", movies, "--events", events, "--warehouse", warehouse, "--raw", "raw-" + warehouse,
                "--now", Program.now, "--json",
            ], in: folder
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
        return try RunResult(result.output).read
    }

    @Test func topicsGiveTheWarehouseOfTheirFiles() throws {
        let cluster = try MockCluster(brokers: 3)
        try cluster.create("movie", partitions: 2)
        try cluster.create("user_logs", partitions: 3)
        let folder = try TemporaryFolder()
        try Program.run(
            "generate", "--movies", "40", "--events", "2000", "--days", "2", "--seed", "5", "--dirt", "0.1", "--output",
            "in", in: folder)
        let read = try Self.load("in/movies", "in/events", into: "files.db", in: folder)
        let place = "kafka://" + cluster.address
        for (port, topic) in [("movies", "movie"), ("events", "user_logs")] {
            let sent = try Program.run(
                "publish", port, "--from", "in/" + port, "--to", "\(place)/\(topic)", in: folder)
            #expect(sent.status == 0, "\(sent.errors)")
        }
        let (movies, events) = (place + "/movie", place + "/user_logs")
        #expect(try Self.load(movies, events, into: "topics.db", in: folder) == read)
        #expect(try Self.digest("topics.db", in: folder) == Self.digest("files.db", in: folder))
        #expect(try Self.load(movies, events, into: "topics.db", in: folder) == 0, "the position is in the warehouse")
        let restored = try Program.run("restore", "movies", "--from", movies, "--to", "back", in: folder)
        #expect(restored.status == 0, "\(restored.errors)")
        _ = try Self.load("back", events, into: "back.db", in: folder)
        #expect(try Self.digest("back.db", in: folder) == Self.digest("files.db", in: folder))
    }

    @Test func aBrokerThatIsAwayIsToldAndNothingIsLost() throws {
        let cluster = try MockCluster()
        try cluster.create("user_logs", partitions: 2)
        let folder = try TemporaryFolder()
        try folder.write(
            "a.ndjson", (0..<500).map { PublishCommandTests.event($0, user: $0 % 9 + 1) + "\n" }.joined())
        let url = "kafka://\(cluster.address)/user_logs"
        let nowhere = try "kafka://127.0.0.1:\(FreePort.find())/user_logs"
        let refused = try Program.run(
            "publish", "events", "--from", "a.ndjson", "--to", nowhere, "--retry-for", "0s", in: folder)
        #expect(refused.status == 5 && refused.errors.contains("hint:"), "\(refused.errors)")
        let sent = try Program.run("publish", "events", "--from", "a.ndjson", "--to", url, in: folder)
        #expect(sent.status == 0 && sent.output.contains("500 messages sent"), "\(sent.errors)")
        #expect(try Program.load("--events", url, in: folder).read == 500)
    }
}

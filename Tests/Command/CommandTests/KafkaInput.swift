import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// The lines of `GeneratedInput` in two topics, and what a run over the files has to give from them too.
final class KafkaInput: Sendable {
    /// Three partitions, with all lines of one event in the same one, in the order of the files.
    let events: TestTopic
    /// One partition, sent by `reelhouse publish`.
    let movies: TestTopic
    /// What `digest` prints of the warehouse of the files.
    let digest: String
    /// The rejected lines of the files: port, rule and the bytes in hexadecimal digits, sorted.
    let rejected: [String]
    /// The sums of `load_run` of the files: read, accepted, duplicates and rejected lines.
    let sums: [String]
    /// Each partition with its end, as `topic/0 4711`, sorted.
    let ends: [String]

    /// One for all tests of a process, on the broker that they share.
    static let shared = Result { try KafkaInput(at: KafkaServer.sharedAddress()) }

    /// Fills new topics.
    ///
    /// - Parameter copies: on how many brokers each partition is.
    init(at address: String, copies: Int32 = 1) throws {
        let files = try GeneratedInput.shared.get()
        events = try TestTopic(at: address, partitions: 3, copies: copies)
        movies = try TestTopic(at: address, copies: copies)
        var records: [[TestRecord]] = [[], [], []]
        for line in try files.eventLines() {
            let text = String(decoding: line, as: UTF8.self)
            let id = text.firstMatch(of: /"event_id" *: *"([^"]*)"/).map { $0.1.lowercased() } ?? ""
            records[id.utf8.reduce(0) { $0 + Int($1) } % 3].append(TestRecord(line))
        }
        for (partition, records) in records.enumerated() { try events.send(records, partition: Int32(partition)) }
        let published = try Program.run(
            "publish", "movies", "--from", files.folder.path("in/movies"), "--to",
            "kafka://\(address)/\(movies.name)", in: TemporaryFolder())
        #expect(published.status == 0, "\(published.errors)")
        digest = try Program.run("digest", "--warehouse", "expected.db", in: files.folder).output
        let database = try Database(path: files.folder.path("expected.db"))
        rejected = try database.rows(KafkaLoad.Kind.sqlite.rejectedLines).sorted()
        sums = try database.rows(KafkaLoad.sums)
        var ends = ["\(movies.name)/0 \(try movies.bounds().upperBound)"]
        for partition in Int32(0)..<3 {
            ends.append("\(events.name)/\(partition) \(try events.bounds(partition: partition).upperBound)")
        }
        self.ends = ends.sorted()
    }
}

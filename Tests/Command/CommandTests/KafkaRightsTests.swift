import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// A cluster that lets a user do only what it was told.
@Suite(
    .waits, .enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"),
    .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
struct KafkaRightsTests {
    /// Programs without a password may do everything, among them the brokers and `TestTopic`.
    private static let authorizer = [
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:ANONYMOUS",
    ]

    @Test func whatIsNotAllowedIsTold() throws {
        let server = try KafkaServer(properties: Self.authorizer)
        let topic = try TestTopic(at: server.address)
        try topic.send((0..<4).map { TestRecord(PublishCommandTests.event($0, user: 1)) })
        let folder = try TemporaryFolder()
        let url =
            "kafka://\(server.passwordAddress)/\(topic.name)?security.protocol=sasl_plaintext"
            + "&sasl.mechanisms=PLAIN&sasl.username=\(KafkaServer.user)"
        let environment = ["KAFKA_SASL_PASSWORD": KafkaServer.password]
        func run() throws -> ChildProcess.Result {
            try Program.start(
                ["run", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--json", "--events", url],
                environment: environment, in: folder
            ).wait()
        }
        func publish() throws -> ChildProcess.Result {
            try Program.start(
                ["publish", "events", "--from", "a.ndjson", "--to", url, "--json"], environment: environment, in: folder
            ).wait()
        }
        func expectRefused(_ result: ChildProcess.Result, _ words: String..., location: SourceLocation) {
            #expect(result.status == 1, "\(result.errors)", sourceLocation: location)
            for word in words + ["AUTHORIZATION_FAILED", "kafka-acls.sh"] {
                #expect(result.errors.contains(word), "\(word): \(result.errors)", sourceLocation: location)
            }
        }
        try folder.write("a.ndjson", PublishCommandTests.event(9, user: 1) + "\n")

        // Neither the topic nor the group.
        expectRefused(try run(), "\(topic.name)", location: #_sourceLocation)
        expectRefused(try publish(), "Write", location: #_sourceLocation)
        // The topic can be seen, but not be read.
        try topic.allow(.describe, user: KafkaServer.user)
        expectRefused(try run(), "reading \(topic.name)", location: #_sourceLocation)
        expectRefused(try publish(), "Write", location: #_sourceLocation)
        // It can be read; the group is refused, which only monitors need.
        try topic.allow(.read, user: KafkaServer.user)
        let loaded = try run()
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(try RunResult(loaded.output).accepted == 4)
        #expect(loaded.output.ranges(of: "could not be committed").count == 1, "\(loaded.output)")
        // With the group there is nothing to say.
        try topic.allow(.read, user: KafkaServer.user, group: "reelhouse")
        try topic.send([TestRecord(PublishCommandTests.event(5, user: 1))])
        try topic.wait(forCoordinatorOf: "reelhouse")
        let quiet = try run()
        #expect(quiet.status == 0 && !quiet.output.contains("could not be committed"), "\(quiet.output)")
        #expect(try topic.committed(by: "reelhouse") == 5)
        // Writing needs no more than that right.
        try topic.allow(.write, user: KafkaServer.user)
        let sent = try publish()
        #expect(sent.status == 0, "\(sent.errors)")
        #expect(try topic.bounds().upperBound == 6)
    }
}

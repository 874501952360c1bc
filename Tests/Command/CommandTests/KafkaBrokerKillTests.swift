import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// Brokers of a cluster of three are killed at random moments, one at a time, while the built command reads or writes:
/// others become the leaders, nothing is lost and nothing is doubled.
@Suite(
    .serialized, .waits, .enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"),
    .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
struct KafkaBrokerKillTests {
    private static let cluster = Result { try KafkaServer(nodes: 3) }

    @Test func loadersOutliveBrokers() throws {
        let cluster = try Self.cluster.get()
        let input = try KafkaInput(at: cluster.address, copies: 3)
        try input.events.wait(forCopiesInSync: 3)
        var killer = BrokerKiller(cluster, input.events)
        var series = 0
        while killer.kills < 20 {
            series += 1
            try #require(series < 60, "too few of the brokers could be killed in mid-load: \(killer.kills)")
            // With few records ready, the reading lasts as long as the loading.
            let load = try KafkaLoad(
                input, parameters: "?queued.min.messages=100&queued.max.messages.kbytes=64&fetch.message.max.bytes=8192"
            )
            let process = try load.start(commitLines: 100)
            var lines: Int64 = 0
            while load.wait(forLines: lines + 1, of: process) {
                Thread.sleep(forTimeInterval: .random(in: 0...0.3))
                try killer.killOne { process.isRunning }
                let faults = try load.faultsOfConservation()
                #expect(faults.isEmpty, "after \(killer.kills) kills: \(faults)")
                lines = load.committedLines()
            }
            let result = process.wait()
            #expect(result.status == 0, "after \(killer.kills) kills: \(result.errors)")
            try load.expectWhole("after \(killer.kills) kills")
        }
        // Leaders have to move where a broker stays away.
        #expect(killer.moves >= killer.kills / 3, "\(killer.moves) of \(killer.kills)")
        print(
            "killed \(killer.kills) brokers in mid-load, of which \(killer.moves) were replaced first, in \(series) series"
        )
    }

    /// A client that asks a dead leader would wait for it, although another broker leads by now.
    @Test func aRunBeginsRightAfterALeaderDied() throws {
        let cluster = try Self.cluster.get()
        let topic = try TestTopic(at: cluster.address, partitions: 6, copies: 3)
        let folder = try TemporaryFolder()
        let lines = (0..<600).map { PublishCommandTests.event($0, user: $0 % 20 + 1) }
        try folder.write("a.ndjson", lines.map { $0 + "\n" }.joined())
        let url = "kafka://\(topic.address)/\(topic.name)"
        #expect(try Program.run("publish", "events", "--to", url, "--from", "a.ndjson", in: folder).status == 0)
        let digest = try Self.load("a.ndjson", as: "files", in: folder).digest
        for node in 1...3 {
            try topic.wait(forCopiesInSync: 3)
            try cluster.kill(node: node)
            #expect(try Self.load(url, as: "without\(node)", in: folder).digest == digest, "without broker \(node)")
            try cluster.start()
        }
    }

    @Test func publishersOutliveBrokers() throws {
        let cluster = try Self.cluster.get()
        let lines = (0..<24_000).map { PublishCommandTests.event($0, user: $0 % 20 + 1) }
        let folder = try TemporaryFolder()
        try folder.write("a.ndjson", lines.map { $0 + "\n" }.joined())
        let digest = try Self.load("a.ndjson", as: "files", in: folder).digest
        var (kills, moves, again, series) = (0, 0, 0, 0)
        while kills < 20 {
            series += 1
            try #require(series < 60, "too few of the brokers could be killed: \(kills)")
            let topic = try TestTopic(at: cluster.address, partitions: 3, copies: 3)
            try topic.wait(forCopiesInSync: 3)
            let process = try Program.start(
                [
                    "publish", "events", "--to", "kafka://\(topic.address)/\(topic.name)", "--from", "a.ndjson",
                    "--json",
                    "--rate", "600", "--state", "state\(series)",
                ], in: folder)
            var killer = BrokerKiller(cluster, topic)
            while process.isRunning {
                Thread.sleep(forTimeInterval: .random(in: 0.5...1))
                try killer.killOne { process.isRunning }
            }
            kills += killer.kills
            moves += killer.moves
            let result = process.wait()
            #expect(result.status == 0, "\(result.errors)")
            let sentAgain = try Program.object(result.output)["sent_again"] as? Int ?? 0
            let records = try topic.records(partitions: 3).map(\.text)
            #expect(Set(records) == Set(lines), "after \(kills) kills")
            #expect(records.count - lines.count <= sentAgain, "\(records.count) \(sentAgain)")
            again += records.count - lines.count
            // What was sent twice counts once.
            let loaded = try Self.load("kafka://\(topic.address)/\(topic.name)", as: "topic\(series)", in: folder)
            #expect(loaded.digest == digest, "after \(kills) kills")
            #expect(loaded.run.read == records.count && loaded.run.accepted == lines.count)
        }
        #expect(moves >= kills / 3, "\(moves) of \(kills)")
        print(
            "killed \(kills) brokers while a file was published, of which \(moves) were replaced first, in \(series) series; "
                + "\(again) lines came twice")
    }

    /// Loads events into a warehouse of their own.
    private static func load(
        _ events: String, as name: String, in folder: TemporaryFolder
    ) throws -> (run: RunResult, digest: String) {
        let loaded = try Program.run(
            "run", "-w", "\(name).db", "--raw", "raw", "--now", Program.now, "--json", "--events", events, in: folder)
        #expect(loaded.status == 0, "\(loaded.errors)")
        return (
            try RunResult(loaded.output), try Program.run("digest", "-w", "\(name).db", in: folder).output
        )
    }
}

import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// A broker that is reached through a network which is slow, cuts connections or goes silent, and one that advertises an
/// address where nobody listens.
@Suite(.serialized, .waits, .enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"))
struct KafkaNetworkTests {
    /// With few records ready, the reading lasts as long as the loading.
    private static let fewReady =
        "?queued.min.messages=1000&queued.max.messages.kbytes=512&fetch.message.max.bytes=65536"

    private struct Loading {
        let proxy: TCPProxy
        let load: KafkaLoad

        init() throws {
            let server = try KafkaServer.shared()
            proxy = try TCPProxy(to: server.portBehindProxy, at: server.advertisedPort)
            load = try KafkaLoad(
                KafkaInput.shared.get(), parameters: KafkaNetworkTests.fewReady, port: server.advertisedPort)
        }
    }

    @Test(.enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
    func anAdvertisedAddressThatCannotBeReachedIsToldWithBothNames() throws {
        let server = try KafkaServer.shared()
        let topic = try TestTopic(at: server.address)
        try topic.send([TestRecord("{}")])
        let start = ContinuousClock.now
        let result = try Program.run(
            "run", "-w", "w.db", "--raw", "raw", "--events",
            "kafka://127.0.0.1:\(server.portBehindProxy)/\(topic.name)", in: TemporaryFolder())
        #expect(result.status == 5 && ContinuousClock.now - start < .seconds(45), "\(result.errors)")
        let text = result.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("127.0.0.1:\(server.portBehindProxy) answers"), "\(text)")
        #expect(text.contains("at 127.0.0.1:\(server.advertisedPort)"), "\(text)")
    }

    @Test func connectionsThatAreSlowAndCutLoseNothing() throws {
        let loading = try Loading()
        loading.proxy.behaviour = .delay(milliseconds: 1)
        let process = try loading.load.start(commitLines: 500)
        var (cuts, lines): (Int, Int64) = (0, 0)
        while cuts < LongTests.rounds(4, long: 25), loading.load.wait(forLines: lines + 1, of: process) {
            Thread.sleep(forTimeInterval: .random(in: 0...0.3))
            lines = loading.load.committedLines()
            loading.proxy.cut(byReset: .random())
            cuts += 1
        }
        loading.proxy.behaviour = .forward
        let result = process.wait()
        #expect(result.status == 0 && cuts > 1, "\(cuts) cuts: \(result.errors)")
        try loading.load.expectWhole("after \(cuts) cuts")
    }

    @Test func aSignalEndsALoadFromASilentBrokerSoon() throws {
        let loading = try Loading()
        let process = try loading.load.start(commitLines: 100)
        #expect(loading.load.wait(forLines: 1000, of: process))
        loading.proxy.behaviour = .mute
        Thread.sleep(forTimeInterval: 1)
        process.send(SIGTERM)
        let start = ContinuousClock.now
        let result = process.wait()
        #expect(result.status == 143 && ContinuousClock.now - start < .seconds(30), "\(result.errors)")
        let faults = try loading.load.faultsOfConservation()
        #expect(faults.isEmpty, "\(faults)")
        loading.proxy.cut()
        loading.proxy.behaviour = .forward
        let direct = try loading.load.start(commitLines: 5000).wait()
        #expect(direct.status == 0, "\(direct.errors)")
        try loading.load.expectWhole("after a silent broker")
    }

    /// Its absence is told long before the run would end because of it.
    @Test func aBrokerThatIsAwayForAWhileIsToldAndWaitedFor() throws {
        let loading = try Loading()
        let process = try loading.load.start(commitLines: 100)
        #expect(loading.load.wait(forLines: 1000, of: process))
        loading.proxy.behaviour = .mute
        loading.proxy.cut(byReset: true)
        let words = "the brokers do not answer"
        let start = ContinuousClock.now
        while process.isRunning, !process.errorsSoFar.contains(words) { usleep(50_000) }
        #expect(ContinuousClock.now - start < .seconds(60), "long before the five minutes of --retry-for")
        loading.proxy.cut()
        loading.proxy.behaviour = .forward
        let result = process.wait()
        #expect(result.status == 0 && result.errors.contains(words), "\(result.errors)")
        try loading.load.expectWhole("after an outage")
    }

    @Test(.enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
    func aBrokerThatStaysSilentEndsTheRunInBoundedTime() throws {
        let loading = try Loading()
        let process = try loading.load.start(commitLines: 100, "--retry-for", "20s")
        #expect(loading.load.wait(forLines: 1000, of: process))
        loading.proxy.behaviour = .mute
        let start = ContinuousClock.now
        let result = process.wait()
        let time = ContinuousClock.now - start
        #expect(result.status == 5 && time > .seconds(15) && time < .seconds(90), "\(time): \(result.errors)")
        print("a run ended \(time) after its broker fell silent: \(result.errors)")
        loading.proxy.cut()
        loading.proxy.behaviour = .forward
        try loading.load.runToEnd()
        try loading.load.expectWhole("after a silent broker")
    }
}

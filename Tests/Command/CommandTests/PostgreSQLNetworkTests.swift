import Foundation
import Servers
import TestSupport
import Testing

/// What a network does between a loader and its PostgreSQL server: the warehouse is that of a run without a disturbance in
/// the end.
@Suite(.serialized, .waits, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLNetworkTests {
    private let warehouse: PostgreSQLTarget
    private let proxy: TCPProxy

    init() throws {
        warehouse = try PostgreSQLTarget()
        proxy = try TCPProxy(to: PostgresServer.shared().port)
    }

    @Test(arguments: [TCPProxy.CommitFault.cutBefore, .cutAnswer])
    func theAnswerToACommitIsLost(_ fault: TCPProxy.CommitFault) throws {
        for commit in LongTests.areOn ? [1, 3, 12] : [1, 12] {
            let warehouse = try PostgreSQLTarget()
            proxy.fail(fault, atCommit: commit)
            try warehouse.runToEnd(warehouse.url(port: proxy.port))
            #expect(!proxy.isFaultPending, "there is no commit \(commit)")
            try warehouse.expectWhole("\(fault) at commit \(commit)")
        }
    }

    @Test(arguments: [false, true]) func connectionsEndAtRandomBytes(byReset: Bool) throws {
        let process = try warehouse.start(warehouse.url(port: proxy.port))
        var cuts = 0
        while process.isRunning, cuts < LongTests.rounds(3, long: 8) {
            proxy.behaviour = Bool.random() ? .forward : .delay(milliseconds: 1)
            let bytes = proxy.forwardedBytes + .random(in: 100...300_000)
            while process.isRunning, proxy.forwardedBytes < bytes { usleep(200) }
            guard process.isRunning else { break }
            proxy.cut(byReset: byReset)
            cuts += 1
        }
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(cuts >= 3)
        try warehouse.expectWhole("after \(cuts) cuts")
    }

    @Test func aSlowNetworkOnlyTakesLonger() throws {
        proxy.behaviour = .delay(milliseconds: 3)
        let result = try warehouse.start(warehouse.url(port: proxy.port), commitLines: 2000).wait()
        #expect(result.status == 0, "\(result.errors)")
        try warehouse.expectWhole()
    }

    /// A network that takes all and gives nothing back ends a run that is asked to stop; the next one goes on.
    @Test func aRunOnAMuteNetworkCanBeStopped() throws {
        let process = try warehouse.start(warehouse.url(port: proxy.port))
        try warehouse.wait(forLines: 600, of: process)
        proxy.behaviour = .mute
        process.send(SIGTERM)
        let begin = Date()
        let result = process.wait()
        #expect(result.status == 143 || result.status == 5, "\(result.status): \(result.errors)")
        #expect(Date().timeIntervalSince(begin) < 25)
        proxy.cut()
        try warehouse.runToEnd()
        try warehouse.expectWhole()
    }

    @Test func aMuteServerIsGivenUp() throws {
        proxy.behaviour = .mute
        let begin = Date()
        let result = try warehouse.start(warehouse.url(port: proxy.port, parameters: "connect_timeout=2")).wait()
        #expect(result.status == 5, "\(result.errors)")
        #expect(result.errors.contains("127.0.0.1:\(proxy.port)") && result.errors.contains("hint:"))
        #expect(Date().timeIntervalSince(begin) < 15)
    }
}

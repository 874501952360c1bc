import Foundation
import Servers
import TestSupport
import Testing

/// A network that swallows packets without a word.
@Suite(.enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLSilenceTests {
    @Test func packetsThatAreSwallowedInMidLoadAreNoticed() throws {
        let warehouse = try PostgreSQLTarget()
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        let limits = "tcp_user_timeout=1500&keepalives_idle=1&keepalives_interval=1&keepalives_count=1"
        let process = try warehouse.start(warehouse.url(port: proxy.port, parameters: limits))
        try warehouse.wait(forLines: 600, of: process)
        try proxy.swallowPackets()
        let begin = Date()
        while process.isRunning, process.retries == 0 { usleep(5000) }
        #expect(Date().timeIntervalSince(begin) < 10)
        // The server would notice it too, after half a minute, and give the locks back.
        proxy.cut()
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("going on after"), "\(result.errors)")
        try warehouse.expectWhole("after packets were swallowed")
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func aSignalEndsAConnectingRun(_ signal: Int32, _ status: Int32) throws {
        let warehouse = try PostgreSQLTarget()
        let proxy = try TCPProxy(to: PostgresServer.shared().port)
        proxy.behaviour = .mute
        let process = try warehouse.start(warehouse.url(port: proxy.port))
        while process.isRunning, !process.handles(signal) { usleep(500) }
        // The signal is handled a moment after it is no longer the system's.
        usleep(200_000)
        process.send(signal)
        let begin = Date()
        let result = process.wait()
        #expect(result.status == status, "\(result.errors)")
        #expect(Date().timeIntervalSince(begin) < 3)
    }
}

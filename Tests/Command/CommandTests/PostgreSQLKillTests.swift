import Foundation
import Servers
import TestSupport
import Testing

/// Exactly once, for the built command on PostgreSQL: whether the loader is killed or the server stops as in a crash, at
/// any moment, the warehouse is that of a run without a disturbance in the end.
@Suite(.serialized, .waits, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
struct PostgreSQLKillTests {
    @Test func loadersThatAreKilledAreMadeGood() throws {
        let longest = try PostgreSQLInput.shared.get().seconds / 3
        let most = LongTests.rounds(6, long: 20)
        var (kills, series) = (0, 0)
        while kills < most {
            series += 1
            try #require(series < 20, "too few of the runs could be killed: \(kills)")
            let warehouse = try PostgreSQLTarget()
            for _ in 0..<12 {
                let process = try warehouse.start()
                Thread.sleep(forTimeInterval: .random(in: 0.01...longest))
                process.send(SIGKILL)
                let result = process.wait()
                guard result.isKilled else {
                    #expect(result.status == 0, "\(result.errors)")
                    break
                }
                kills += 1
                try warehouse.expectConserved()
            }
            try warehouse.runToEnd()
            try warehouse.expectWhole("after \(kills) kills")
        }
        print("killed \(kills) loaders at random moments, in \(series) series")
    }

    @Test func serversThatCrashAreMadeGood() throws {
        let server = try PostgresServer()
        let most = LongTests.rounds(6, long: 20)
        var (stops, series) = (0, 0)
        while stops < most {
            series += 1
            try #require(series < 20, "the server could not be stopped often enough in mid-load: \(stops)")
            let warehouse = try PostgreSQLTarget(server)
            let process = try warehouse.start()
            var lines: Int64 = 0
            while stops < most {
                // Something is committed before each stop, since a first connection is not tried again, and the waits
                // between tries grow.
                while process.isRunning, warehouse.committedLines() <= lines { usleep(5000) }
                Thread.sleep(forTimeInterval: .random(in: 0...0.3))
                guard process.isRunning else { break }
                lines = warehouse.committedLines()
                server.stop(.immediate)
                stops += 1
                Thread.sleep(forTimeInterval: .random(in: 0...0.2))
                try server.start()
                try warehouse.expectConserved()
            }
            let result = process.wait()
            #expect(result.status == 0, "\(result.errors)")
            try warehouse.expectWhole("after \(stops) stops")
        }
        print("stopped the server \(stops) times in mid-load, in \(series) series")
    }

    /// The state that a careless loader would leave when it is killed: the same check has to find each.
    @Test(arguments: CarelessLoader.allCases)
    func whatACarelessLoaderWouldLeaveIsCaught(_ loader: CarelessLoader) throws {
        let warehouse = try PostgreSQLTarget()
        let process = try warehouse.start()
        try warehouse.wait(forLines: 1000, of: process)
        try warehouse.database().execute("CREATE TABLE earlier AS TABLE load_checkpoint")
        try warehouse.wait(forLines: 2000, of: process)
        process.send(SIGKILL)
        _ = process.wait()
        try warehouse.database().execute(loader.statements + "; DROP TABLE earlier")
        let result = try warehouse.start().wait()
        #expect(try result.status != 0 || !warehouse.differences().isEmpty, "\(loader) went unnoticed")
    }

    /// A defect of a loader, as what it would leave.
    enum CarelessLoader: CaseIterable {
        /// It commits the position after the rows, and was killed in between.
        case positionAfterRows
        /// It commits the position before the rows, and was killed in between.
        case positionBeforeRows
        /// It does a transaction again whose COMMIT got no answer, without reading the position back.
        case transactionDoneAgain
        /// It commits the counts of the run apart.
        case countsApart
        /// It forgets rejected lines.
        case rejectedDropped

        /// What makes that of what a loader without a defect left; `earlier` has the checkpoints of some commits before.
        var statements: String {
            switch self {
            case .positionAfterRows: "DELETE FROM load_checkpoint WHERE port = 'events'"
            case .positionBeforeRows:
                "DELETE FROM fact_user_event WHERE event_id IN (SELECT event_id FROM fact_user_event LIMIT 50)"
            case .transactionDoneAgain: "DELETE FROM load_checkpoint; INSERT INTO load_checkpoint TABLE earlier"
            case .countsApart: "UPDATE load_run SET read = 0, accepted = 0, duplicates = 0, rejected = 0"
            case .rejectedDropped:
                "DELETE FROM rejected_record WHERE rejected_id = (SELECT max(rejected_id) FROM rejected_record)"
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

/// Exactly once, for the built command: killed with SIGKILL at any moment and run again, it gives the same warehouse as
/// a run that was never killed. There are at least 56 kills in all.
@Suite(.serialized, .waits) struct KillTests {
    /// A moment of a run that can be seen from outside.
    enum Moment: String, CaseIterable, Sendable {
        /// There is a file, but not all of its tables yet.
        case schema
        /// The log grows: a transaction is being written.
        case writing
        /// A commit has become visible.
        case commit
        /// The database itself grows: what was committed goes back into it.
        case checkpoint
        /// All lines are committed, and the marts are not refreshed yet.
        case lastLines
    }

    /// A warehouse that is loaded by runs of which some are killed.
    private final class Victim {
        let input: GeneratedInput
        let folder: TemporaryFolder
        var path: String { folder.path("w.db") }
        private(set) var kills = 0

        init() throws {
            input = try GeneratedInput.shared.get()
            folder = try TemporaryFolder()
        }

        /// One as another one was left.
        convenience init(copying other: TemporaryFolder) throws {
            try self.init()
            let copy = try ChildProcess("/bin/cp", ["-a", other.path + "/.", folder.path]).wait()
            try #require(copy.status == 0, "\(copy.errors)")
        }

        /// Starts a run, and kills it when `isTime` says so.
        ///
        /// - Returns: whether it was killed; it may be done before.
        func attempt(_ isTime: () -> Bool) throws -> Bool {
            let process = try Program.start(input.arguments(warehouse: path), in: folder)
            while process.isRunning, !isTime() { usleep(3000) }
            process.send(SIGKILL)
            let result = process.wait()
            if result.isKilled {
                kills += 1
                try checkBetween()
            } else {
                #expect(result.status == 0, "\(result.errors)")
            }
            return result.isKilled
        }

        /// What holds after every kill.
        private func checkBetween() throws {
            guard let database = try? Database(path: path),
                (try? database.integer("SELECT count(*) FROM sqlite_master WHERE name = 'load_checkpoint'")) == 1
            else { return }
            let lost = try database.integer(
                "SELECT (SELECT sum(read) FROM load_run) - (SELECT sum(read) FROM load_checkpoint)")
            #expect(lost == 0)
            let unconserved = try database.integer(
                "SELECT count(*) FROM load_run WHERE read <> accepted + duplicates + rejected")
            #expect(unconserved == 0)
            let facts = try database.integer(
                """
                SELECT (SELECT count(*) FROM fact_user_event)
                - (SELECT coalesce(sum(accepted), 0) FROM load_checkpoint WHERE port = 'events')
                """)
            #expect(facts == 0)
            let rejected = try database.integer(
                "SELECT (SELECT sum(rejected) FROM load_run) - (SELECT count(*) FROM rejected_record)")
            #expect(rejected == 0)
        }

        /// Runs to the end, and returns the differences from the warehouse of a run that was never killed.
        func differencesAtEnd() throws -> [String] {
            let result = try Program.start(input.arguments(warehouse: path), in: folder).wait()
            #expect(result.status == 0, "\(result.errors)")
            return try WarehouseState(path: path).differences(from: input.expected)
        }

        /// Runs to the end, and returns whether a defect shows: the run fails, or its warehouse differs from that of a run
        /// that was never killed.
        func showsDefectAtEnd() throws -> Bool {
            let result = try Program.start(input.arguments(warehouse: path), in: folder).wait()
            if result.status != 0 { return true }
            return try !WarehouseState(path: path).differences(from: input.expected).isEmpty
        }

        /// Runs to the end, and expects the warehouse of a run that was never killed.
        func finish() throws {
            let differences = try differencesAtEnd()
            #expect(differences.isEmpty, "after \(kills) kills: \(differences.joined(separator: "\n"))")
            let twice = try Database(path: path).rows(
                """
                SELECT source FROM load_checkpoint GROUP BY port, source HAVING count(*) > 1
                UNION ALL SELECT source || ':' || line FROM rejected_record GROUP BY source, line HAVING count(*) > 1
                UNION ALL SELECT 'unfinished run ' || run_id FROM load_run WHERE outcome = 'running'
                UNION ALL SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
                """)
            #expect(twice == [])
        }

        /// Lines that are committed, as a reader sees them.
        func committedLines() -> Int64 {
            guard let database = try? Database(path: path) else { return 0 }
            return (try? database.integer("SELECT coalesce(sum(read), 0) FROM load_run")) ?? 0
        }

        func size(_ suffix: String) -> Int64 {
            var status = stat()
            return stat(path + suffix, &status) == 0 ? Int64(status.st_size) : 0
        }
    }

    @Test func killsAtRandomMomentsAreMadeGood() throws {
        var kills = 0
        var series = 0
        let most = LongTests.rounds(8, long: 36)
        while kills < most {
            series += 1
            try #require(series < 30, "too few of the runs could be killed: \(kills)")
            let victim = try Victim()
            let longest = victim.input.seconds / 4
            let clock = ContinuousClock()
            while victim.kills < most {
                let end = clock.now + .milliseconds(Int(Double.random(in: 0.005...longest) * 1000))
                if try !victim.attempt({ clock.now >= end }) { break }
            }
            try victim.finish()
            kills += victim.kills
        }
        print("killed \(kills) runs at random moments, in \(series) series")
    }

    /// What a run leaves that is killed in its middle.
    private static let killed = Result { () throws -> TemporaryFolder in
        let victim = try Victim()
        let events = "SELECT count(*) FROM fact_user_event"
        let wasKilled = try victim.attempt { (try? Database(path: victim.path).integer(events)) ?? 0 > 3000 }
        try #require(wasKilled)
        return victim.folder
    }

    /// The state after a kill of a command with a defect: the same check must fail for each.
    @Test(arguments: [
        // The position apart from the rows.
        "DELETE FROM load_checkpoint WHERE port = 'events'",
        // The position before the rows.
        "DELETE FROM fact_user_event WHERE event_time >= (SELECT max(event_time) - 3600000 FROM fact_user_event)",
        // The last batch of what is merged.
        "DELETE FROM movie_daily WHERE day = (SELECT max(day) FROM movie_daily)",
        // Rows that are there twice.
        "UPDATE movie_daily SET events = 2 * events",
        // A run that was not counted.
        "DELETE FROM load_run WHERE read > 0",
        "DELETE FROM rejected_record WHERE rejected_id = (SELECT max(rejected_id) FROM rejected_record)",
    ])
    func whatACarelessCommandWouldLeaveIsCaught(_ fault: String) throws {
        let victim = try Victim(copying: Self.killed.get())
        try Database.change(path: victim.path, "PRAGMA foreign_keys = OFF; " + fault)
        #expect(try victim.showsDefectAtEnd(), "went unnoticed: \(fault)")
    }

    @Test(arguments: Moment.allCases)
    func killsAtNamedMomentsAreMadeGood(_ moment: Moment) throws {
        let most = LongTests.rounds(2, long: 4)
        var kills = 0
        for _ in 0..<12 where kills < most {
            let victim = try Victim()
            while victim.kills < most - kills {
                let start = (lines: victim.committedLines(), log: victim.size("-wal"), file: victim.size(""))
                let wasKilled = try victim.attempt {
                    switch moment {
                    case .schema: victim.size("-journal") > 0
                    case .writing: victim.size("-wal") > start.log + 100_000
                    case .commit: victim.committedLines() > start.lines
                    case .checkpoint: victim.size("") > max(start.file, 600_000)
                    case .lastLines: victim.committedLines() == victim.input.lines
                    }
                }
                if !wasKilled || moment == .schema { break }
            }
            try victim.finish()
            kills += victim.kills
        }
        #expect(kills >= most, "the moment was not met often enough")
    }
}

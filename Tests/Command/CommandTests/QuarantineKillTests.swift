import Foundation
import Testing

/// A retry that is killed at any moment and run again gives the same warehouse as one that was not killed.
@Suite struct QuarantineKillTests {
    private let clock = "2026-11-22"

    @Test func killedAndRunAgain() throws {
        let process = try QuarantineProcess()
        try process.run("generate", "--events", "10000", "--movies", "50", "--dirt", "0.2", "--days", "20", "-o", ".")
        // Under this clock nearly all events are out of range.
        let load = try process.run(
            "run", "-w", "early.db", "--raw", "raw", "--movies", "movies", "--events", "events", "--now", "2026-11-02")
        // Of some files that is every event.
        #expect(load.status == 0 || load.status == 3, "\(load.errors)")

        try copy("early.db", to: "whole.db", in: process)
        let began = Date()
        try retry("whole.db", in: process)
        let duration = Date().timeIntervalSince(began)
        let expected = try state("whole.db", in: process)

        // From the end of a retry towards its start, whatever else the machine does meanwhile.
        var delay = duration
        var killed = 0
        var attempts = 0
        while killed < 7, attempts < 60 {
            attempts += 1
            try copy("early.db", to: "w.db", in: process)
            let result = try process.run(
                "quarantine", "retry", "-w", "w.db", "--raw", "raw", "--now", clock, killAfter: delay)
            if result.isKilled {
                killed += 1
                try retry("w.db", in: process)
                #expect(try state("w.db", in: process) == expected, "killed after \(delay) s")
            }
            delay *= result.isKilled ? 0.8 : 0.95
        }
        #expect(killed == 7, "the kills came too late to try anything")
    }

    private func retry(_ warehouse: String, in process: QuarantineProcess) throws {
        let result = try process.run("quarantine", "retry", "-w", warehouse, "--raw", "raw", "--now", clock)
        #expect(result.status == 0, "\(result.errors)")
    }

    /// The state of a warehouse: its digest, its quarantine, and the counts of its runs.
    private func state(_ warehouse: String, in process: QuarantineProcess) throws -> [String] {
        let digest = try process.run("digest", "-w", warehouse, "--json").lines
        let rejected = try process.query(
            """
            SELECT count(*) AS lines, count(DISTINCT source || line) AS places, sum(length(raw)) AS bytes,
            group_concat(DISTINCT rule) AS rules FROM (SELECT * FROM rejected_record ORDER BY rule)
            """, warehouse: warehouse)
        let runs = try process.query(
            """
            SELECT sum(accepted) AS accepted, sum(duplicates) AS duplicates,
            sum(accepted) = (SELECT count(*) FROM fact_user_event) + (SELECT count(*) FROM movie_popularity)
                AS is_once FROM load_run
            """, warehouse: warehouse)
        return digest + rejected + runs
    }

    private func copy(_ name: String, to copy: String, in process: QuarantineProcess) throws {
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: process.files.path(copy + ending))
            guard process.files.has(name + ending) else { continue }
            try FileManager.default.copyItem(
                atPath: process.files.path(name + ending), toPath: process.files.path(copy + ending))
        }
    }
}

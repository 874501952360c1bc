import Foundation

/// Loads the same files with DuckDB for comparison, by a Python job in a virtual environment of its own.
struct DuckDBPeer {
    private let python: String
    private let job: String
    private let scratch: String

    /// The tables of the job, which have the same names as those of `reelhouse`.
    static let checked = [
        "fact_user_event", "users", "dim_session", "watch_history", "ratings", "reactions", "watchlist", "comments",
        "comment_votes", "movie_daily",
    ]

    private struct Output: Decodable {
        var version: String
        var rows: [String: Int]
    }

    /// Creates the environment below the build folder on first use.
    init(buildFolder: String, scratch: String) throws {
        self.scratch = scratch
        let environment = "\(buildFolder)/bench-python"
        python = "\(environment)/bin/python"
        job = "\(scratch)/duckdb_job.py"
        let check = ["-c", "import duckdb"]
        if (try? ChildProcess(path: python, arguments: check, scratch: scratch).run()) == nil {
            try run("/usr/bin/env", ["python3", "-m", "venv", "--clear", environment])
            try run(python, ["-m", "pip", "install", "--quiet", "duckdb"])
        }
        try Data(PackageResources.duckdb_job_py).write(to: URL(fileURLWithPath: job))
    }

    /// Loads the events of a folder into a new file.
    func run(events: String, database: String, lines: Int) throws -> Sample {
        let measured = try run(python, [job, events, database, "\(Dataset.now)"])
        let said = try JSONDecoder().decode(Output.self, from: measured.output)
        return Sample(
            seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes, items: lines,
            rows: said.rows, version: said.version)
    }

    @discardableResult
    private func run(_ path: String, _ arguments: [String]) throws -> Measurement {
        do {
            return try ChildProcess(path: path, arguments: arguments, scratch: scratch).run()
        } catch let error as BenchError {
            throw BenchError(
                "\(error.message)\nThe peer needs python3 with venv (Debian: python3-venv) and pip's index.")
        }
    }

    /// Which tables differ between two runs, in words.
    static func differences(_ ours: Sample, _ theirs: Sample) -> [String] {
        checked.filter { ours.rows[$0] != theirs.rows[$0] }.map { table in
            "\(table): \(ours.rows[table] ?? 0) here, \(theirs.rows[table] ?? 0) in DuckDB"
        }
    }
}

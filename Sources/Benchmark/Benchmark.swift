import Foundation

/// Prepares the input, and runs each scenario.
final class Benchmark {
    private let jobs: Jobs
    private let workspace: Workspace
    private let options: BenchOptions
    private let peer: DuckDBPeer?
    private let realMovies: String?
    private var accepted = 0
    /// The load of ten times as many events into a new warehouse, measured once.
    private(set) var heldLoad: Sample?
    /// The size of the larger warehouse, in bytes.
    private(set) var heldBytes: Int64 = 0

    init(_ options: BenchOptions, programs: Programs, workspace: Workspace) throws {
        self.options = options
        jobs = Jobs(programs, workspace)
        self.workspace = workspace
        peer = options.withPeers ? try DuckDBPeer(buildFolder: programs.buildFolder, scratch: workspace.path) : nil
        let folder = ProcessInfo.processInfo.environment["REELHOUSE_REAL"]
        let file = folder.map { "\($0)/tmdb_5000.ndjson.zst" }
        if let file, !FileManager.default.fileExists(atPath: file) { throw BenchError("REELHOUSE_REAL: no \(file)") }
        realMovies = file
    }

    /// The scenarios whose input exists.
    var scenarios: [Scenario] {
        Scenario.allCases.filter { scenario in
            guard options.only?.contains(scenario) ?? true else { return false }
            switch scenario {
            case .duckDB: return peer != nil
            case .realMovies: return realMovies != nil
            default: return true
            }
        }
    }

    /// Generates the input, and the warehouses that the scenarios start from.
    func prepare(_ tell: (String) -> Void) throws {
        tell("generating \(options.events) events")
        accepted = try jobs.generate(.new, events: options.events, to: "new").accepted
        if scenarios.contains(.shuffled) { try shuffle(tell) }
        tell("loading the movies")
        workspace.remove("movies.db")
        _ = try jobs.load(["--movies", workspace.file("new/movies")], into: "movies.db")
        if scenarios.contains(.grown) { try prepareHeld(tell) }
    }

    private func shuffle(_ tell: (String) -> Void) throws {
        tell("shuffling the lines")
        workspace.remove("shuffled")
        let shuffled = try jobs.part(["shuffle", workspace.file("new/events"), workspace.file("shuffled/events")])
            .result
        guard shuffled.rows == options.events else { throw BenchError("shuffling lost lines: \(shuffled.rows)") }
    }

    private func prepareHeld(_ tell: (String) -> Void) throws {
        tell("generating \(options.events * 10) events of the days before")
        let held = try jobs.generate(.held, events: options.events, to: "held")
        tell("loading them")
        try workspace.copy("movies.db", to: "held.db")
        _ = try jobs.load(["--movies", workspace.file("held/movies")], into: "held.db")
        let load = try jobs.load(["--events", workspace.file("held/events")], into: "held.db")
        guard load.rows["fact_user_event"] == held.accepted else { throw miscount(load, held.accepted) }
        heldLoad = load
        heldBytes = workspace.size("held.db")
    }

    /// Runs a scenario once and measures it.
    func run(_ scenario: Scenario) throws -> Sample {
        defer { workspace.remove("run.db") }
        let events = workspace.file("new/events")
        switch scenario {
        case .fresh: return try loadEvents(events, after: "movies.db", accepting: accepted)
        case .shuffled:
            return try loadEvents(workspace.file("shuffled/events"), after: "movies.db", accepting: accepted)
        case .grown:
            return try loadEvents(
                events, after: "held.db", accepting: accepted + (heldLoad?.rows["fact_user_event"] ?? 0))
        case .movies: return try jobs.load(["--movies", workspace.file("new/movies")], into: "run.db")
        case .realMovies: return try jobs.load(["--movies", realMovies ?? ""], into: "run.db")
        case .decode: return try jobs.limit(["decode", events])
        case .insert: return try jobs.limit(["insert", events, workspace.file("run.db")])
        case .duckDB:
            guard let peer else { throw BenchError("no peer") }
            return try peer.run(events: events, database: workspace.file("run.db"), lines: options.events)
        }
    }

    private func loadEvents(_ folder: String, after warehouse: String, accepting count: Int) throws -> Sample {
        try workspace.copy(warehouse, to: "run.db")
        let sample = try jobs.load(["--events", folder], into: "run.db")
        guard sample.rows["fact_user_event"] == count else { throw miscount(sample, count) }
        return sample
    }

    private func miscount(_ sample: Sample, _ expected: Int) -> BenchError {
        BenchError("\(sample.rows["fact_user_event"] ?? 0) facts where \(expected) were planted")
    }
}

import Foundation

/// Prepares the input, and runs each scenario.
final class Benchmark {
    private let programs: Programs
    private let workspace: Workspace
    private let options: BenchOptions
    private let peer: DuckDBPeer?
    private let realMovies: String?
    private var accepted = 0
    /// The load of ten times as many events into a new warehouse, measured once.
    private(set) var heldLoad: Sample?
    /// The number of the next folder for raw documents. Each run has its own, since creating files is slower where
    /// others were just removed.
    private var rawFolders = 0
    /// The size of the larger warehouse, in bytes.
    private(set) var heldBytes: Int64 = 0

    /// The members of the output of `reelhouse run --json --stages` that are used.
    private struct RunOutput: Decodable {
        var read: Int
        var accepted: Int
        var rows: [String: Int]
        var stages: [String: StageSeconds]
    }

    init(_ options: BenchOptions, programs: Programs, workspace: Workspace) throws {
        self.options = options
        self.programs = programs
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
        workspace.remove("raw")
        tell("generating \(options.events) events")
        accepted = try generate(.new, to: "new").accepted
        if scenarios.contains(.shuffled) { try shuffle(tell) }
        tell("loading the movies")
        workspace.remove("movies.db")
        _ = try load(["--movies", workspace.file("new/movies")], into: "movies.db")
        if scenarios.contains(.grown) { try prepareHeld(tell) }
    }

    private func shuffle(_ tell: (String) -> Void) throws {
        tell("shuffling the lines")
        workspace.remove("shuffled")
        let shuffled = try part(["shuffle", workspace.file("new/events"), workspace.file("shuffled/events")]).result
        guard shuffled.rows == options.events else { throw BenchError("shuffling lost lines: \(shuffled.rows)") }
    }

    private func prepareHeld(_ tell: (String) -> Void) throws {
        tell("generating \(options.events * 10) events of the days before")
        let held = try generate(.held, to: "held")
        tell("loading them")
        try workspace.copy("movies.db", to: "held.db")
        _ = try load(["--movies", workspace.file("held/movies")], into: "held.db")
        let load = try load(["--events", workspace.file("held/events")], into: "held.db")
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
        case .movies: return try load(["--movies", workspace.file("new/movies")], into: "run.db")
        case .realMovies: return try load(["--movies", realMovies ?? ""], into: "run.db")
        case .decode: return try limit(["decode", events])
        case .insert: return try limit(["insert", events, workspace.file("run.db")])
        case .duckDB:
            guard let peer else { throw BenchError("no peer") }
            return try peer.run(events: events, database: workspace.file("run.db"), lines: options.events)
        }
    }

    private func loadEvents(_ folder: String, after warehouse: String, accepting count: Int) throws -> Sample {
        try workspace.copy(warehouse, to: "run.db")
        let sample = try load(["--events", folder], into: "run.db")
        guard sample.rows["fact_user_event"] == count else { throw miscount(sample, count) }
        return sample
    }

    private func miscount(_ sample: Sample, _ expected: Int) -> BenchError {
        BenchError("\(sample.rows["fact_user_event"] ?? 0) facts where \(expected) were planted")
    }

    /// Runs `reelhouse run`.
    private func load(_ input: [String], into warehouse: String) throws -> Sample {
        rawFolders += 1
        let raw = workspace.file("raw/\(rawFolders)")
        let arguments =
            ["run"] + input + [
                "--warehouse", workspace.file(warehouse), "--raw", raw, "--now", "\(Dataset.now)",
                "--json", "--stages", "--quiet",
            ]
        let measured = try process(programs.reelhouse, arguments)
        let said = try JSONDecoder().decode(RunOutput.self, from: measured.output)
        return Sample(
            seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes, items: said.read,
            rows: said.rows, stages: said.stages)
    }

    /// Runs a part that measures itself, since its preparation is not to be counted.
    private func limit(_ arguments: [String]) throws -> Sample {
        let (measured, result) = try part(arguments)
        return Sample(
            seconds: result.seconds, cpuSeconds: result.cpuSeconds, peakBytes: measured.peakBytes, items: result.lines)
    }

    private func part(_ arguments: [String]) throws -> (measured: Measurement, result: PartResult) {
        let measured = try process(programs.bench, ["part"] + arguments)
        return (measured, try JSONDecoder().decode(PartResult.self, from: measured.output))
    }

    private func generate(_ kind: Dataset.Kind, to name: String) throws -> Dataset {
        let arguments = ["part", "generate", kind.rawValue, "\(options.events)", workspace.file(name)]
        return try JSONDecoder().decode(Dataset.self, from: process(programs.bench, arguments).output)
    }

    private func process(_ path: String, _ arguments: [String]) throws -> Measurement {
        try ChildProcess(path: path, arguments: arguments, scratch: workspace.path).run()
    }
}

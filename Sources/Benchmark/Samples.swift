/// The scenarios, in the order in which they run in each round.
enum Scenario: String, CaseIterable {
    /// The events into a warehouse that has their movies and no event.
    case fresh
    /// DuckDB's job on the same files.
    case duckDB
    /// The same lines in any order.
    case shuffled
    /// Decoding alone.
    case decode
    /// Inserting alone.
    case insert
    /// Generated movies into a new warehouse.
    case movies
    /// TMDB's documents into a new warehouse.
    case realMovies
    /// The events into a warehouse that has ten times as many.
    case grown
}

/// One measured run.
struct Sample {
    /// Elapsed seconds.
    var seconds: Double
    /// Processor seconds of all threads.
    var cpuSeconds: Double
    /// The peak of memory, in bytes.
    var peakBytes: Int64
    /// Lines that were read.
    var items: Int
    /// Processor seconds of the database server's processes, if they are known.
    var serverSeconds: Double?
    /// The rows of each table afterwards, if they are known.
    var rows: [String: Int] = [:]
    /// The seconds of each stage, if they are known.
    var stages: [String: StageSeconds] = [:]
    /// The version of the program, for a peer.
    var version: String?
}

/// How long a stage took, from `run --json --stages`.
struct StageSeconds: Decodable {
    var seconds: Double
    var cpu_seconds: Double
}

/// All runs of a benchmark. The runs with one index were made in the same round.
struct Samples<Scenario: Hashable> {
    private var all: [Scenario: [Sample]] = [:]

    subscript(_ scenario: Scenario) -> [Sample] { all[scenario] ?? [] }

    mutating func add(_ sample: Sample, to scenario: Scenario) { all[scenario, default: []].append(sample) }

    /// The median of a property over the runs of a scenario; nil if there are no runs.
    func median(_ scenario: Scenario, _ value: (Sample) -> Double) -> Double? { self[scenario].map(value).median }

    /// The median of the ratios of one scenario to another, round by round; nil if one of them has no runs.
    func ratio(_ scenario: Scenario, to other: Scenario, _ value: (Sample) -> Double) -> Double? {
        zip(self[scenario], self[other]).map { value($0) / value($1) }.median
    }
}

extension [Double] {
    /// The median; nil if there are no values.
    var median: Double? {
        guard !isEmpty else { return nil }
        let ordered = sorted()
        return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
    }
}

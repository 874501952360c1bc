/// What is measured, in the order in which it takes turns.
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
    /// Seconds of the wall.
    var seconds: Double
    /// Seconds of the processor, over all threads.
    var cpuSeconds: Double
    /// The most memory, in bytes.
    var peakBytes: Int64
    /// Lines that were read.
    var items: Int
    /// Rows of each table after it, where it says so.
    var rows: [String: Int] = [:]
    /// Seconds of each stage, where it says so.
    var stages: [String: StageSeconds] = [:]
    /// The version of another program.
    var version: String?
}

/// How long a stage took, as `run --json --stages` says.
struct StageSeconds: Decodable {
    var seconds: Double
    var cpu_seconds: Double
}

/// All runs of a benchmark, in rounds: the runs of one index stood next to each other.
struct Samples {
    private var all: [Scenario: [Sample]] = [:]

    subscript(_ scenario: Scenario) -> [Sample] { all[scenario] ?? [] }

    mutating func add(_ sample: Sample, to scenario: Scenario) { all[scenario, default: []].append(sample) }

    /// The median of a property over the runs of a scenario; nil without runs.
    func median(_ scenario: Scenario, _ value: (Sample) -> Double) -> Double? { self[scenario].map(value).median }

    /// The median of the ratios of one scenario to another, run by run; nil when one of them has no runs.
    func ratio(_ scenario: Scenario, to other: Scenario, _ value: (Sample) -> Double) -> Double? {
        zip(self[scenario], self[other]).map { value($0) / value($1) }.median
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; nil of none.
    var median: Double? {
        guard !isEmpty else { return nil }
        let ordered = sorted()
        return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
    }
}

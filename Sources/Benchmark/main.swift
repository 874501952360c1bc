import Arguments
import Foundation
import Glibc

/// Writes a line to standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

/// Runs the rounds. Each scenario runs once in a round; the peer runs before or after the load, by turns.
func measure(_ benchmark: Benchmark, runs: Int) throws -> Samples<Scenario> {
    var samples = Samples<Scenario>()
    for round in 1...runs {
        var scenarios = benchmark.scenarios
        if round % 2 == 0, let index = scenarios.firstIndex(of: .duckDB) { scenarios.swapAt(index, index - 1) }
        for scenario in scenarios {
            let sample = try benchmark.run(scenario)
            complain(
                "  round \(round), \(scenario.rawValue): \(sample.seconds.fixed(2)) s, CPU \(sample.cpuSeconds.fixed(2)) s"
            )
            samples.add(sample, to: scenario)
        }
    }
    return samples
}

/// Measures, and prints the report.
///
/// - Returns: the exit status.
func run(_ options: BenchOptions) throws -> Int32 {
    let signals = ChildProcess.passOnSignals()
    defer { for signal in signals { signal.cancel() } }
    let programs = try Programs()
    let workspace = try Workspace(kept: options.folder)
    let benchmark = try Benchmark(options, programs: programs, workspace: workspace)
    print("reelhouse-bench: \(options.events.grouped) events, \(options.runs) runs taking turns, medians.")
    print("Machine: \(BenchReport.machine).")
    if !programs.isRelease { print("This is no release build: its times mean nothing.") }
    fflush(nil)
    try benchmark.prepare { complain("  \($0)") }
    let samples = try measure(benchmark, runs: options.runs)
    let report = BenchReport(
        samples: samples, heldLoad: benchmark.heldLoad, heldBytes: benchmark.heldBytes, options: options)
    print(report.text)
    print("\nMachine: \(BenchReport.machine) at the end.")
    return report.agrees ? 0 : 1
}

do {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "part" {
        try Parts.run(arguments.dropFirst())
        exit(0)
    }
    if arguments.first == "live" {
        switch try LiveOptions.declaration.parse(Array(arguments.dropFirst())) {
        case .help(let text): print(text)
        case .version: print("reelhouse-bench")
        case .run(let parsed): try LiveBenchmark.run(LiveOptions(parsed))
        }
        exit(0)
    }
    if arguments.first == "fetch" {
        switch try FetchBenchmark.declaration.parse(Array(arguments.dropFirst())) {
        case .help(let text): print(text)
        case .version: print("reelhouse-bench")
        case .run(let parsed): try FetchBenchmark.run(parsed)
        }
        exit(0)
    }
    switch try BenchOptions.declaration.parse(arguments) {
    case .help(let text): print(text)
    case .version: print("reelhouse-bench")
    case .run(let parsed): exit(try run(BenchOptions(parsed)))
    }
} catch let error as UsageError {
    complain("error: \(error.message)\n\nhint: \(error.hint)")
    exit(2)
} catch let error as BenchError {
    complain("error: \(error.message)\n\nhint: \(error.hint)")
    exit(1)
} catch {
    complain("error: \(error)")
    exit(1)
}

import Foundation

/// The jobs that are measured, each in a process of its own.
final class Jobs {
    private let programs: Programs
    private let workspace: Workspace
    /// The number of the next folder for raw documents. Each run has its own, since creating files is slower where
    /// others were just removed.
    private var rawFolders = 0

    /// The members of the output of `reelhouse run --json --stages` that are used.
    private struct RunOutput: Decodable {
        var read: Int
        var accepted: Int
        var rows: [String: Int]
        var stages: [String: StageSeconds]
    }

    /// The path of `reelhouse`.
    var reelhouse: String { programs.reelhouse }

    init(_ programs: Programs, _ workspace: Workspace) {
        self.programs = programs
        self.workspace = workspace
        workspace.remove("raw")
    }

    /// Runs `reelhouse run`.
    ///
    /// - Parameters:
    ///   - input: the options that name the input.
    ///   - warehouse: a file of the workspace, or a URL.
    func load(_ input: [String], into warehouse: String) throws -> Sample {
        rawFolders += 1
        let raw = workspace.file("raw/\(rawFolders)")
        let place = warehouse.contains("://") ? warehouse : workspace.file(warehouse)
        let arguments =
            ["run"] + input + [
                "--warehouse", place, "--raw", raw, "--now", "\(Dataset.now)", "--json", "--stages", "--quiet",
            ]
        let measured = try run(programs.reelhouse, arguments)
        let said = try JSONDecoder().decode(RunOutput.self, from: measured.output)
        return Sample(
            seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes, items: said.read,
            rows: said.rows, stages: said.stages)
    }

    /// Runs `reelhouse publish events` with a state of its own.
    func publish(_ file: String, to topic: String) throws -> Sample {
        struct Output: Decodable { var confirmed: Int }
        workspace.remove("published")
        let arguments = [
            "publish", "events", "--from", file, "--to", topic, "--state", workspace.file("published"), "--json",
            "--quiet",
        ]
        let measured = try run(programs.reelhouse, arguments)
        let said = try JSONDecoder().decode(Output.self, from: measured.output)
        return Sample(
            seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes,
            items: said.confirmed)
    }

    /// Runs `reelhouse copy raw`.
    func copyRaw(_ folder: String, to place: String) throws -> Sample {
        struct Output: Decodable {
            struct Count: Decodable { var copied: Int }
            var movies: Count
        }
        let arguments = ["copy", "raw", "--from", folder, "--to", place, "--json", "--quiet"]
        let measured = try run(programs.reelhouse, arguments)
        let said = try JSONDecoder().decode(Output.self, from: measured.output)
        return Sample(
            seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes,
            items: said.movies.copied)
    }

    /// Runs another program that handles so many messages.
    func program(_ path: String, _ arguments: [String], items: Int) throws -> Sample {
        let measured = try run(path, arguments)
        return Sample(
            seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes, items: items)
    }

    /// Runs a part that measures itself, since its preparation is not to be counted.
    func limit(_ arguments: [String]) throws -> Sample {
        let (measured, result) = try part(arguments)
        return Sample(
            seconds: result.seconds, cpuSeconds: result.cpuSeconds, peakBytes: measured.peakBytes, items: result.lines)
    }

    /// Runs a part of this program.
    func part(_ arguments: [String]) throws -> (measured: Measurement, result: PartResult) {
        let measured = try run(programs.bench, ["part"] + arguments)
        return (measured, try JSONDecoder().decode(PartResult.self, from: measured.output))
    }

    /// Generates a dataset in a folder of the workspace.
    func generate(_ kind: Dataset.Kind, events: Int, to name: String) throws -> Dataset {
        let arguments = ["part", "generate", kind.rawValue, "\(events)", workspace.file(name)]
        return try JSONDecoder().decode(Dataset.self, from: run(programs.bench, arguments).output)
    }

    private func run(_ path: String, _ arguments: [String]) throws -> Measurement {
        try ChildProcess(path: path, arguments: arguments, scratch: workspace.path).run()
    }
}

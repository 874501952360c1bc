import Foundation
import TestSupport
import Testing

/// Data that is large enough to interrupt a run, and the warehouse of a run that was not interrupted.
final class GeneratedInput: Sendable {
    let folder: TemporaryFolder
    let lines: Int64
    let expected: WarehouseState
    /// How long the run that was not interrupted took, in seconds.
    let seconds: Double

    /// One for all tests of a process.
    static let shared = Result { try GeneratedInput() }

    private init() throws {
        folder = try TemporaryFolder()
        // What is static is never released.
        atexit {
            guard case .success(let input) = GeneratedInput.shared else { return }
            try? FileManager.default.removeItem(atPath: input.folder.path)
        }
        let generated = try Program.run(
            "generate", "--movies", "150", "--events", "24000", "--users", "900", "--days", "6", "--dirt", "0.05",
            "--seed", "9", "--output", "in", in: folder)
        #expect(generated.status == 0, "\(generated.errors)")
        lines = try LineCount.lines(ofFiles: TemporaryFolder.files(below: folder.path("in")))
        let clock = ContinuousClock()
        let start = clock.now
        let result = try Program.start(
            GeneratedInput.arguments(folder, warehouse: folder.path("expected.db"), commitLines: 700), in: folder
        ).wait()
        seconds = Double((clock.now - start) / .milliseconds(1)) / 1000
        #expect(result.status == 0, "\(result.errors)")
        expected = try WarehouseState(path: folder.path("expected.db"))
    }

    /// The lines of the events.
    func eventLines() throws -> [[UInt8]] {
        try TemporaryFolder.files(below: folder.path("in/events")).flatMap {
            LineCount.lines(in: try Compression.decode(TemporaryFolder.bytes(ofFile: $0)))
        }
    }

    /// A run over all of it in small transactions.
    ///
    /// - Parameter events: where the events are, if that is not the folder.
    func arguments(warehouse: String, events: String? = nil, commitLines: Int = 700) -> [String] {
        GeneratedInput.arguments(folder, warehouse: warehouse, events: events, commitLines: commitLines)
    }

    private static func arguments(
        _ folder: TemporaryFolder, warehouse: String, events: String? = nil, commitLines: Int
    ) -> [String] {
        [
            "run", "--movies", folder.path("in/movies"), "--events", events ?? folder.path("in/events"), "--warehouse",
            warehouse, "--raw", warehouse + "-raw", "--now", Program.now, "--batch-size", String(commitLines),
            "--quiet",
        ]
    }
}

import Foundation
import TestSupport
import Testing

/// Runs that are killed every so many seconds.
@Suite(.serialized, .waits) struct BatchOptionTests {
    private let input: GeneratedInput
    private let folder: TemporaryFolder
    private var path: String { folder.path("w.db") }

    init() throws {
        input = try GeneratedInput.shared.get()
        folder = try TemporaryFolder()
    }

    /// Starts a run, without the options of batches that other tests give.
    private func start(_ more: [String], warehouse: String? = nil) throws -> ChildProcess {
        var arguments = input.arguments(warehouse: warehouse ?? path)
        if let index = arguments.firstIndex(of: "--batch-size") { arguments.removeSubrange(index...index + 1) }
        return try Program.start(arguments + more, in: folder)
    }

    /// Runs until it is killed after some time.
    ///
    /// - Returns: whether it was killed; it may be done before.
    private func runAndKill(after seconds: Double, _ more: [String]) throws -> Bool {
        let run = try start(more)
        let deadline = ContinuousClock.now + .seconds(seconds)
        while run.isRunning, ContinuousClock.now < deadline { usleep(1000) }
        run.send(SIGKILL)
        return run.wait().isKilled
    }

    private func facts() -> Int64 {
        (try? Database(path: path).integer("SELECT count(*) FROM fact_user_event")) ?? 0
    }

    @Test(arguments: [["--batch-size", "500"], ["--batch-interval", "20ms"]])
    func aRunThatIsKilledAgainAndAgainGetsAhead(_ options: [String]) throws {
        let clock = ContinuousClock()
        let begin = clock.now
        let whole = try start([], warehouse: folder.path("whole.db")).wait()
        #expect(whole.status == 0, "\(whole.errors)")
        let seconds = (clock.now - begin) / .seconds(1)

        // Without the options, all events are in one commit.
        if try runAndKill(after: seconds * 0.4, []) { #expect(facts() == 0) }
        // How fast the machine is changes, so that the moments of a series may all be wrong.
        var (kills, steps) = (0, 0)
        for share in [0.4, 0.3, 0.5, 0.2, 0.6] where steps == 0 {
            for file in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: path + file) }
            (kills, steps) = try killUntilDone(options, first: seconds * share)
        }
        #expect(steps > 0, "no run that was killed loaded anything")
        let result = try start(options).wait()
        #expect(result.status == 0, "\(result.errors)")
        let differences = try WarehouseState(path: path).differences(from: input.expected)
        #expect(differences.isEmpty, "after \(kills) kills: \(differences.joined(separator: "\n"))")
    }
    /// Runs again and again until a run is done before it is killed.
    ///
    /// - Parameter first: after how many seconds the first run is killed; later ones live longer where none got ahead.
    /// - Returns: how many were killed, and how many of these loaded something.
    private func killUntilDone(_ options: [String], first: Double) throws -> (kills: Int, steps: Int) {
        var (kills, steps, before, seconds) = (0, 0, facts(), first)
        while try runAndKill(after: seconds, options) {
            kills += 1
            let now = facts()
            if now > before { steps += 1 } else { seconds *= 1.2 }
            before = now
            try #require(kills < 100)
        }
        return (kills, steps)
    }
}

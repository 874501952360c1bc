import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// Runs during which another run begins, readers query, signals come or `--max-duration` ends.
@Suite(.serialized, .waits) struct RunConcurrencyTests {
    private let input: GeneratedInput
    private let folder: TemporaryFolder
    private var path: String { folder.path("w.db") }

    init() throws {
        input = try GeneratedInput.shared.get()
        folder = try TemporaryFolder()
    }

    private func start(commitLines: Int = 300, _ more: String...) throws -> ChildProcess {
        try Program.start(input.arguments(warehouse: path, commitLines: commitLines) + more, in: folder)
    }

    /// Waits until some lines are committed and not all.
    private func waitForCommit(_ process: ChildProcess) throws {
        while process.isRunning {
            let lines = (try? Database(path: path).integer("SELECT sum(read) FROM load_run")) ?? 0
            if lines > 0 { break }
            usleep(5000)
        }
        try #require(process.isRunning)
    }

    private func expectMadeGood() throws {
        let result = try start(commitLines: 700).wait()
        #expect(result.status == 0, "\(result.errors)")
        let differences = try WarehouseState(path: path).differences(from: input.expected)
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test func aSecondRunSaysThatTheWarehouseIsInUse() throws {
        let first = try start(commitLines: 50)
        try waitForCommit(first)
        // The first run is halted (SIGSTOP), so that it cannot end before the second one gives up.
        first.send(SIGSTOP)
        let result = try start().wait()
        #expect(result.status == 4)
        #expect(result.errors.contains("in use by another run"))
        #expect(result.errors.contains(path))
        #expect(result.errors.contains("hint:"))
        #expect(first.isRunning)
        first.send(SIGCONT)
        let ended = first.wait()
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try WarehouseState(path: path).differences(from: input.expected) == [])
    }

    @Test func readersWorkWhileARunGoesOn() throws {
        let run = try start(commitLines: 50)
        try waitForCommit(run)
        for arguments in [
            ["status", "--json"], ["digest", "--json"], ["query", "SELECT count(*) FROM fact_user_event"], ["report"],
        ] {
            // The run is halted (SIGSTOP), so that it cannot end before the last reader has read.
            run.send(SIGSTOP)
            let result = try Program.start(arguments + ["--warehouse", path], in: folder).wait()
            #expect(run.isRunning, "the readers were to be met by a run that goes on")
            run.send(SIGCONT)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            #expect(!result.output.isEmpty)
        }
        let ended = run.wait()
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try WarehouseState(path: path).differences(from: input.expected) == [])
    }

    /// What is sent, and which exit statuses it may have.
    private static let signals: [([Int32], [Int32])] = [
        // The system may deliver signals of several numbers in another order than they were sent.
        ([SIGINT], [130]), ([SIGHUP], [143]), ([SIGTERM, SIGTERM], [143]), ([SIGINT, SIGTERM, SIGHUP], [130, 143]),
        ([SIGTERM], [143]), ([SIGHUP, SIGHUP], [143]),
    ]

    /// Some signals at once are one, as those of GNU `timeout`.
    @Test(arguments: LongTests.areOn ? signals : Array(signals.prefix(4)))
    func aSignalStopsAtACommit(_ signals: [Int32], _ statuses: [Int32]) throws {
        let run = try start()
        try waitForCommit(run)
        for signal in signals {
            run.send(signal)
            // Two of a number that wait together are one to the system.
            usleep(1000)
        }
        let result = run.wait()
        #expect(!result.isKilled)
        #expect(statuses.contains(result.status), "\(result.errors)")
        let outcome = try Database(path: path).rows("SELECT outcome FROM load_run")
        #expect(outcome == ["stopped"])
        try expectMadeGood()
    }

    /// Another program has the lock that the run needs for its commit, so that the first signal alone cannot end it.
    @Test func aSecondSignalStopsAtOnce() throws {
        #expect(try Program.run("migrate", "--warehouse", path, in: folder).status == 0)
        let arguments = input.arguments(warehouse: path, commitLines: 300).filter { $0 != "--quiet" }
        let run = try Program.start(arguments, in: folder)
        try waitForCommit(run)
        let other = try Database(path: path, isWritable: true)
        var isLocked = false
        while !isLocked, run.isRunning {
            // Between two of its transactions.
            run.send(SIGSTOP)
            isLocked = (try? other.execute("BEGIN IMMEDIATE")) != nil
            run.send(SIGCONT)
            usleep(1000)
        }
        try #require(isLocked && run.isRunning)
        let read = try Database(path: path).integer("SELECT sum(read) FROM load_run")

        run.send(SIGINT)
        let deadline = ContinuousClock.now + .seconds(20)
        while !run.errorsSoFar.contains("once more stops at once"), ContinuousClock.now < deadline { usleep(10_000) }
        #expect(run.errorsSoFar.contains("once more stops at once"), "\(run.errorsSoFar)")
        // Longer than signals that count as one.
        usleep(700_000)
        try #require(run.isRunning, "the first signal ended it: \(run.errorsSoFar)")
        run.send(SIGINT)
        let sent = ContinuousClock.now
        let result = run.wait()
        #expect(ContinuousClock.now - sent < .seconds(4), "it waited for the lock")
        #expect(result.status == 130 && !result.isKilled, "\(result.errors)")
        try other.execute("ROLLBACK")
        #expect(try Database(path: path).rows("SELECT outcome, read FROM load_run") == ["running|\(read)"])
        try expectMadeGood()
    }

    @Test func signalsThatAreCloseTogetherAreOneRequest() {
        let begin = ContinuousClock.now
        let requests = StopRequests()
        let answers = [0, 1, 499, 500, 9000].map { requests.request(at: begin + .milliseconds($0)) }
        #expect(answers == [.stop, .same, .same, .end, .end])
    }

    /// As `nohup` starts it.
    @Test func aHangupThatIsIgnoredAtTheStartIsIgnored() throws {
        let words = [Program.path] + input.arguments(warehouse: path, commitLines: 50)
        let run = try ChildProcess(
            "/bin/sh", ["-c", "trap '' HUP; exec \"$@\"", "sh"] + words, currentFolder: folder.path)
        try waitForCommit(run)
        run.send(SIGHUP)
        #expect(run.wait().status == 0)
    }

    @Test func aRunStopsWhenItsTimeIsUp() throws {
        let run = try start(commitLines: 50, "--max-duration", "300ms", "--json").wait()
        #expect(run.status == 6, "\(run.errors)")
        let result = try RunResult(run.output)
        #expect(result.outcome == "stopped")
        #expect(result.states.contains("partial"))
        #expect(result.read == result.accepted + result.duplicates + result.rejected)
        #expect(result.read < Int(input.lines))
        try expectMadeGood()
    }

    @Test func aFullDiskIsSaidAndMadeGood() throws {
        // A file that may not grow on is a disk that is full, but for the number of the error. Killing signals aside,
        // the program has to come to an end by itself.
        let words = input.arguments(warehouse: path)
        let run = try ChildProcess(
            "/bin/sh",
            ["-c", "trap '' XFSZ 2>/dev/null || trap '' 25; ulimit -f 3000; exec \"$0\" \"$@\"", Program.path] + words,
            currentFolder: folder.path
        ).wait()
        #expect(!run.isKilled)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("error:"))
        #expect(run.errors.contains(path), "\(run.errors)")
        try expectMadeGood()
    }
}

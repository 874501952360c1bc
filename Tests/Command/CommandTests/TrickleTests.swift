import Foundation
import Synchronization
import TestSupport
import Testing

/// Slow sources: lines are committed while the run waits for more, and a stop does not wait for the source.
@Suite(.serialized, .waits) struct TrickleTests {
    /// A named pipe that lines are written to, one every few milliseconds, until it is closed.
    private final class Source: Sendable {
        private let isOpen = Mutex(true)

        init(path: String, everyMicroseconds: UInt32, line: @escaping @Sendable (Int) -> String) throws {
            try #require(mkfifo(path, 0o600) == 0)
            // For reading as well, so that neither end waits for the other, and a reader that goes away is no error.
            let descriptor = open(path, O_RDWR | O_CLOEXEC)
            try #require(descriptor >= 0)
            let thread = Thread { [self] in
                var number = 0
                while isOpen.withLock({ $0 }) {
                    let bytes = Array(line(number).utf8)
                    // A pipe that nobody reads any more would hold this up.
                    var space = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    if poll(&space, 1, 100) == 1 {
                        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                        number += 1
                    }
                    usleep(everyMicroseconds)
                }
                Glibc.close(descriptor)
            }
            thread.start()
        }

        func close() { isOpen.withLock { $0 = false } }
        deinit { close() }
    }

    private static let click: @Sendable (Int) -> String = { number in
        "{\"event_type\":\"click\",\"event_time\":\(1_795_000_000_000 + number),\"user_id\":1,\"movie_id\":1}\n"
    }

    private func facts(in folder: TemporaryFolder) -> Int64 {
        guard folder.has("w.db"), let database = try? Database(path: folder.path("w.db")) else { return 0 }
        return (try? database.integer("SELECT count(*) FROM fact_user_event")) ?? 0
    }

    private func start(_ folder: TemporaryFolder, _ more: String...) throws -> ChildProcess {
        try Program.start(
            ["run", "--events", "pipe", "-w", "w.db", "--raw", "raw", "--now", Program.now] + more, in: folder)
    }

    /// Waits for something, for a while that is long on a busy machine; gives how long it took, in seconds.
    private func wait(upTo seconds: Double, _ condition: () -> Bool) -> Double? {
        let begin = Date()
        while Date().timeIntervalSince(begin) < seconds {
            if condition() { return Date().timeIntervalSince(begin) }
            usleep(20_000)
        }
        return nil
    }

    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
    func whatCameIsCommittedWhileMoreIsWaitedFor(_ signal: Int32, _ status: Int32) throws {
        let folder = try TemporaryFolder(inMemory: true)
        let source = try Source(path: folder.path("pipe"), everyMicroseconds: 3000, line: Self.click)
        let run = try start(folder, "--json-progress")
        #expect(wait(upTo: 20) { facts(in: folder) > 0 } != nil, "nothing was committed: \(run.errorsSoFar)")
        let before = facts(in: folder)
        #expect(wait(upTo: 20) { facts(in: folder) > before } != nil, "nothing more was committed")
        #expect(run.errorsSoFar.contains("\"label\":\"events\""), "\(run.errorsSoFar)")
        run.send(signal)
        let seconds = wait(upTo: 20) { !run.isRunning }
        #expect((seconds ?? .infinity) < 5, "the stop took \(seconds ?? .infinity) s")
        source.close()
        let result = run.wait()
        #expect(result.status == status, "\(result.errors)")
        #expect(result.output.contains("pipe is left. Run the same command again."), "\(result.output)")
        try expectStaleMarts(in: folder)
    }

    /// After a stop, every command that shows marts says that they are out of date, until a run refreshes them.
    private func expectStaleMarts(in folder: TemporaryFolder) throws {
        let note = "The marts are out of date; run 1 stopped before they were brought up to date."
        #expect(try Program.run("report", "-w", "w.db", in: folder).output.contains(note))
        #expect(try Program.run("status", "-w", "w.db", in: folder).output.contains(note))
        let query = try Program.run("query", "-w", "w.db", "SELECT count(*) FROM trending", in: folder)
        #expect(query.errors.contains(note))
        #expect(try Program.run("query", "-w", "w.db", "SELECT count(*) FROM users", in: folder).errors == "")
        try folder.write("nothing", "")
        _ = try Program.load("--events", "nothing", in: folder)
        #expect(try !Program.run("report", "-w", "w.db", in: folder).output.contains("The marts"))
        let status = try Program.object(Program.run("status", "-w", "w.db", "--json", in: folder).output)
        #expect(status["marts_as_of_run"] as? Int == 2)
        #expect(status["marts_stale"] as? Bool == false)
    }

    @Test func aSilentSourceIsNotWaitedFor() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let source = try Source(path: folder.path("pipe"), everyMicroseconds: 100_000) { _ in "" }
        let run = try start(folder, "--max-duration", "300ms")
        #expect(wait(upTo: 20) { !run.isRunning } != nil)
        source.close()
        let result = run.wait()
        #expect(result.status == 6, "\(result.errors)")
        #expect(result.output.contains("; pipe is left."), "\(result.output)")
    }
}

import Foundation
import TestSupport
import Testing

@testable import Servers

/// A nightly that a signal stops, with the built command: the task that is under way ends, it is recorded as stopped, the
/// summary is printed, and the next nightly goes on with it.
@Suite(.serialized, .waits) struct NightlyStopTests {
    /// A query that ends only when somebody ends it.
    private static let endless =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        try NightlyCommandTests.generate(into: folder)
        try folder.write("endless.sql", "-- check: endless\n-- It never ends.\n\(Self.endless);\n")
    }

    private func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        try Program.start(
            ["nightly", "--now", NightlyCommandTests.now, "--json", "--skip", "compact"] + arguments,
            environment: environment, in: folder)
    }

    /// Waits for something of a program that has not ended.
    private func wait(_ process: ChildProcess, for condition: () throws -> Bool) throws {
        for _ in 0..<12_000 {
            if try condition() { return }
            try #require(process.isRunning, "\(process.wait())")
            usleep(10_000)
        }
        Issue.record("the condition did not come true: \(process.errorsSoFar)")
    }

    /// Waits for the progress of a task, which SIGUSR1 shows.
    private func wait(_ process: ChildProcess, forProgress words: String) throws {
        // By default the signal ends a program that has just begun.
        try wait(process) { process.errorsSoFar.contains("reelhouse") }
        try wait(process) {
            process.send(SIGUSR1)
            return process.errorsSoFar.contains(words)
        }
    }

    /// Stops a task, and expects that it is told and recorded as stopped, and all before it as done.
    private func stop(_ process: ChildProcess, _ task: String, _ signal: Int32 = SIGINT) throws {
        process.send(signal)
        let result = process.wait()
        let status: Int32 = signal == SIGINT ? 130 : 143
        #expect(result.status == status && !result.isKilled, "\(result)")
        let object = try Program.object(result.output)
        #expect(object["exit_status"] as? Int == Int(status))
        let outcomes = NightlyCommandTests.outcomes(NightlyCommandTests.batches(object).first)
        #expect(outcomes[task] == "stopped", "\(outcomes) \(result.errors)")
        #expect(!result.errors.contains("error:"), "\(result.errors)")
        let later = NightlyCommandTests.tasks.drop { $0 != task }.dropFirst().filter { $0 != "compact" }
        for name in later { #expect(outcomes[name] == "waiting", "\(outcomes)") }
        guard folder.has("warehouse.db"), task != "movies" else { return }
        let stored = try Program.run(
            "query", "-f", "csv", "SELECT outcome FROM load_task WHERE task = '\(task)'", in: folder)
        #expect(stored.output.contains("stopped"), "\(stored.output)")
    }

    private func goesOn(_ arguments: [String] = []) throws {
        let result = try start(arguments).wait()
        let batch = NightlyCommandTests.batches(try Program.object(result.output)).first
        #expect(result.status == 0 && batch?["resumed"] as? Bool == true, "\(result)")
        #expect(folder.names(in: "snapshots").allSatisfy { !$0.hasPrefix(".") })
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aCheckIsStopped(_ signal: Int32) throws {
        let process = try start(["--with", "check=--checks=endless.sql", "--with", "check=--only=endless"])
        try wait(process, forProgress: "checking endless")
        try stop(process, "check", signal)
        try goesOn()
    }

    @Test func anExportIsStopped() throws {
        let process = try start(["--with", "export=--query=\(Self.endless)"])
        try wait(process) { folder.names(in: "snapshots").contains { $0.hasPrefix(".") } }
        try stop(process, "export")
        #expect(folder.names(in: "snapshots").isEmpty)
        try goesOn()
    }

    @Test func aPythonThatWritesParquetIsStopped() throws {
        try python("exec sleep 1000")
        let process = try start(
            ["--with", "export=--format=parquet"], environment: ["REELHOUSE_PYTHON": folder.path("python")])
        try wait(process) { folder.has("began") }
        try stop(process, "export", SIGTERM)
        try goesOn()
    }

    /// A program that takes the place of a Python with PyArrow, and does something where it is to write.
    private func python(_ words: String) throws {
        try folder.write(
            "python", "#!/bin/sh\n[ $# -gt 2 ] || { echo 'pyarrow 1'; exit 0; }\necho $$ > began\n\(words)\n")
        chmod(folder.path("python"), 0o755)
    }

    /// The first signal is waited for by what does not heed it; the second one is not.
    @Test func aSecondSignalEndsItAtOnce() throws {
        try python("trap '' TERM\nwhile :; do sleep 0.05; done")
        let process = try start(
            ["--with", "export=--format=parquet"], environment: ["REELHOUSE_PYTHON": folder.path("python")])
        try wait(process) { !folder.read("began").isEmpty }
        let child = pid_t(
            String(decoding: folder.read("began"), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        defer { if let child { kill(child, SIGKILL) } }
        try wait(process) {
            process.send(SIGINT)
            usleep(50_000)
            return !process.isRunning || process.errorsSoFar.contains("once more stops at once")
        }
        for _ in 0..<12_000 where process.isRunning {
            process.send(SIGINT)
            usleep(10_000)
        }
        let result = process.wait()
        #expect(result.status == 130 && result.output.isEmpty, "\(result)")
        if let child { #expect(kill(child, 0) == 0, "it did not wait for the Python") }
    }

    @Test func aPruneIsStopped() throws {
        #expect(try start([]).wait().status == 0)
        for number in 0..<400 {
            let date = "\(2001 + number / 12)-\(number % 12 < 9 ? "0" : "")\(number % 12 + 1)-01"
            try FileManager.default.copyItem(
                atPath: folder.path("snapshots/2026-11-28"), toPath: folder.path("snapshots/\(date)"))
        }
        // A machine may do it all between two looks.
        for _ in 0..<5 {
            let process = try start(["--only", "prune", "--with", "prune=--monthly=1000"])
            while process.isRunning, !process.errorsSoFar.contains("verifying") {
                if process.errorsSoFar.contains("reelhouse prune") { process.send(SIGUSR1) }
                usleep(5000)
            }
            guard process.isRunning else { continue }
            try stop(process, "prune")
            #expect(folder.names(in: "snapshots").count == 401)
            return
        }
        Issue.record("a prune of 400 snapshots was never under way")
    }

    @Test(arguments: ["movies", "events"]) func aLoadIsStopped(_ port: String) throws {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        let inputs = port == "movies" ? ["--movies", "pipe"] : ["--movies", "data/movies", "--events", "pipe"]
        let process = try start(inputs)
        // It can be opened without waiting only when it is read.
        var writer: Int32 = -1
        defer { close(writer) }
        try wait(process) {
            writer = open(folder.path("pipe"), O_WRONLY | O_NONBLOCK)
            return writer >= 0
        }
        try stop(process, port)
        try goesOn(["--movies", "data/movies", "--events", "data/events"])
    }

    @Test func aFetchIsStopped() throws {
        let server = try SilentServer()
        let process = try start(
            ["--with", "fetch=--ids=603", "--with", "fetch=--base-url=http://127.0.0.1:\(server.port)"],
            environment: ["TMDB_API_KEY": "0123456789abcdef0123456789abcdef"])
        try wait(process) { server.hasConnection }
        process.send(SIGINT)
        let result = process.wait()
        #expect(result.status == 130 && !result.isKilled, "\(result)")
        let batch = NightlyCommandTests.batches(try Program.object(result.output)).first
        #expect(NightlyCommandTests.outcomes(batch)["fetch"] == "stopped")
    }

    /// At random moments, in whichever task that is: the status is that of the signal, the summary is printed, nothing is left
    /// as running, and in the end all is as if nobody had stopped it.
    @Test func stoppedAtRandomMomentsItGoesOn() throws {
        let plain = try Program.start(
            ["run", "-w", "plain.db", "--raw", "raw-plain", "--now", NightlyCommandTests.now, "-q"], in: folder
        ).wait()
        #expect(plain.status == 0, "\(plain.errors)")
        let whole = try TemporaryFolder(inMemory: true)
        try NightlyCommandTests.generate(into: whole)
        let begin = Date()
        _ = try NightlyCommandTests.nightly(in: whole)
        let milliseconds = max(50, Int(Date().timeIntervalSince(begin) * 1000))
        var stops = 0
        for _ in 0..<LongTests.rounds(8, long: 100) {
            let process = try Program.start(
                ["nightly", "--now", NightlyCommandTests.now, "--quiet", "--json"], in: folder)
            usleep(UInt32(Int.random(in: 0...milliseconds) * 1000))
            let signal = [SIGINT, SIGTERM].randomElement() ?? SIGINT
            process.send(signal)
            let result = process.wait()
            if result.isKilled {
                #expect(result.output.isEmpty, "before it handled signals")
                continue
            }
            if result.status == 0 { continue }
            stops += 1
            #expect(result.status == (signal == SIGINT ? 130 : 143), "\(result)")
            let outcomes = NightlyCommandTests.outcomes(
                NightlyCommandTests.batches(try Program.object(result.output)).first)
            #expect(!outcomes.values.contains("running") && !outcomes.values.contains("failed"), "\(outcomes)")
        }
        _ = try NightlyCommandTests.nightly(in: folder)
        let digest = try NightlyCommandTests.digest("sqlite:warehouse.db", in: folder)
        #expect(try digest == NightlyCommandTests.digest("plain.db", in: folder))
        print("stopped a nightly \(stops) times")
    }
}

/// A server that takes connections and never answers.
private final class SilentServer {
    let port: Int
    private let socket: Int32

    init() throws {
        port = try FreePort.find()
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(socket, $0, size) }
        }
        try #require(bound == 0 && listen(socket, 8) == 0)
    }

    deinit { close(socket) }

    /// Whether somebody has connected.
    var hasConnection: Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}

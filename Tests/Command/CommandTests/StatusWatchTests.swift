import Foundation
import TestSupport
import Testing

/// `reelhouse status --watch`.
@Suite(.waits) struct StatusWatchTests {
    private func wait(_ limit: Double = 300, _ condition: () throws -> Bool) rethrows -> Bool {
        let end = Date().addingTimeInterval(limit)
        while Date() < end {
            if try condition() { return true }
            usleep(20_000)
        }
        return false
    }

    /// Runs it in a shell, which sends what it prints to a file.
    private func lines(in folder: TemporaryFolder) -> [[String: Any]] {
        String(decoding: folder.read("out"), as: UTF8.self).split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    @Test func itShowsAWarehouseThatComesGoesAndIsReplaced() throws {
        let folder = try SampleLines.folder()
        let watch = try ChildProcess(
            "/bin/sh", ["-c", "exec \"$0\" status -w w.db --watch=0.1 --json > out", Program.path],
            currentFolder: folder.path)
        func last() -> [String: Any] { lines(in: folder).last ?? [:] }
        #expect(wait { (last()["error"] as? String)?.contains("there is no warehouse at w.db") == true })
        try Program.run("run", "-w", "w.db", "--now", Program.now, "-q", in: folder)
        #expect(wait { (last()["runs"] as? [Any])?.count == 1 })
        try Program.run("run", "-w", "w.db", "--now", Program.now, "-q", in: folder)
        #expect(wait { (last()["runs"] as? [Any])?.count == 2 })
        try Program.run("run", "-w", "new.db", "--now", Program.now, "-q", in: folder)
        for name in folder.names() where name.hasPrefix("w.db") {
            try FileManager.default.removeItem(atPath: folder.path(name))
        }
        #expect(wait { last()["error"] != nil })
        try FileManager.default.moveItem(atPath: folder.path("new.db"), toPath: folder.path("w.db"))
        #expect(wait { (last()["runs"] as? [Any])?.count == 1 })
        #expect(watch.isRunning)
        watch.send(SIGINT)
        #expect(watch.wait().status == 130)
    }

    @Test func aPipeGetsOneAfterTheOtherAndATerminalEachInPlace() throws {
        let folder = try SampleLines.folder()
        try Program.run("run", "-w", "w.db", "--now", Program.now, "-q", in: folder)
        let watch = ["status", "-w", "w.db", "--watch=0.1", "--times", "3", "--now", Program.now]
        let result = try Program.start(watch, in: folder).wait()
        #expect(result.status == 0)
        #expect(result.output.components(separatedBy: "2026-11-21T00:00:00Z\n\nw.db").count == 4)
        #expect(!result.output.contains("\u{1B}"))
        // `script` gives it a terminal.
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else {
            print("skipped, for lack of script (Debian's package bsdutils): status --watch on a terminal")
            return
        }
        let command = ([Program.path] + watch).joined(separator: " ")
        let drawn = try ChildProcess(
            "/usr/bin/script", ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"],
            currentFolder: folder.path
        ).wait().output
        #expect(drawn.components(separatedBy: "\u{1B}[H").count == 4, "\(drawn.debugDescription)")
        #expect(drawn.components(separatedBy: "\u{1B}[2J").count == 2)
    }

    @Test func theEndOfItsReaderEndsIt() throws {
        let folder = try SampleLines.folder()
        let script = "\"$0\" status -w w.db --watch=0.1 | head -n 1"
        let result = try ChildProcess("/bin/sh", ["-c", script, Program.path], currentFolder: folder.path).wait()
        #expect(result.status == 0 && result.errors.isEmpty)
    }

    @Test(arguments: ["0", "x", "0.01"]) func wrongSecondsAreWrongUsage(_ seconds: String) throws {
        let folder = try TemporaryFolder()
        #expect(try Program.run("status", "--watch=\(seconds)", in: folder).status == 2)
    }
}

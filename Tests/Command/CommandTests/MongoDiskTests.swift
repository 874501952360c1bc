import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

/// The disk of a MongoDB server that becomes full in mid-load.
///
/// A server may end by that, or answer every command with an error until it is started again. Either way the run ends by
/// itself, nothing that was committed is lost, and the same command goes on when there is room.
@Suite(
    .serialized, .waits, .enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"),
    .enabled(if: SmallDisk.isPossible, "\(SmallDisk.whatToSet)"))
struct MongoDiskTests {
    @Test(.timeLimit(.minutes(10))) func theDiskBecomesFull() throws {
        var isShown = false
        for _ in 1...5 where !isShown { isShown = try fillTheDisk() }
        #expect(isShown, "nearly all documents were loaded before the disk was full, each time")
    }

    /// - Returns: false when too few documents were left to be loaded.
    private func fillTheDisk() throws -> Bool {
        let disk = SmallDisk(.data, megabytes: 150)
        let server = try MongoServer(disk: disk)
        let load = try MongoLoad(server, parameters: "serverSelectionTimeoutMS=3000")
        let process = try load.start(commitLines: 5)
        guard load.wait(forLines: 60, of: process) else { return false }
        // The collection has some 190 documents, and only they are sure to be written to the server.
        process.send(SIGSTOP)
        guard (60..<130).contains(load.committedLines()) else {
            process.send(SIGKILL)
            return false
        }
        try disk.fill(below: server.folder)
        process.send(SIGCONT)
        let first = process.wait()
        // What was left may have fitted into the room that the server had taken before.
        if first.status == 0 { return false }
        try expectEnd(first)
        let committed = load.committedLines()
        #expect(committed >= 60)
        // It stays so until there is room, and nothing of what was committed goes.
        try expectEnd(load.start(commitLines: 5).wait())
        #expect(load.committedLines() == committed)
        disk.makeRoom(below: server.folder)
        server.kill()
        try server.start()
        let faults = try load.faults()
        #expect(faults.isEmpty, "\(faults)")
        try load.runToEnd()
        try load.expectWhole("after a full disk")
        return true
    }

    private func expectEnd(_ result: ChildProcess.Result) throws {
        #expect([1, 5].contains(result.status), "\(result.status): \(result.errors)")
        let text = result.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("error: mongodb://127.0.0.1"), "\(result.errors)")
        // Where the server answers, its log is where to look; where it does not, whether it runs.
        #expect(text.contains("disk") || text.contains("Check that a server runs"), "\(result.errors)")
    }
}

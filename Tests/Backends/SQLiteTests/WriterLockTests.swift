import Domain
import Foundation
import Testing

@testable import SQLite

@Suite struct WriterLockTests {
    private func expectInUse(_ path: String, _ body: () throws -> Void) throws {
        let error = try #require(throws: WarehouseError.self) { try body() }
        guard case .inUse(path, nil) = error else {
            Issue.record("another error: \(error)")
            return
        }
        #expect(error.hint.contains("Wait"))
    }

    @Test func aSecondRunIsRefusedUntilTheFirstEnds() throws {
        let folder = try TemporaryFolder()
        let first = try folder.warehouse()
        let second = try folder.warehouse()
        _ = try first.beginRun(at: 0, as: .bounded)
        try expectInUse(first.location) { _ = try second.beginRun(at: 0, as: .bounded) }
        try expectInUse(first.location) { _ = try second.migrate(at: 0) }
        first.endRun()
        _ = try second.beginRun(at: 0, as: .bounded)
        try expectInUse(first.location) { _ = try first.beginRun(at: 0, as: .bounded) }
    }

    @Test func thePlaceIsFreeWhenTheWarehouseIsLetGo() throws {
        let folder = try TemporaryFolder()
        do {
            let first = try folder.warehouse()
            _ = try first.beginRun(at: 0, as: .bounded)
        }
        _ = try folder.warehouse().beginRun(at: 0, as: .bounded)
    }

    /// Another process (util-linux's flock) holds the lock and is killed.
    @Test func thePlaceIsFreeWhenItsProcessDies() throws {
        let folder = try TemporaryFolder()
        let warehouse = try folder.warehouse()
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        other.arguments = ["--no-fork", "--exclusive", warehouse.location, "sleep", "60"]
        try other.run()
        defer { if other.isRunning { kill(other.processIdentifier, SIGKILL) } }
        // The other process needs a moment to take the lock. Until then, taking the lock here succeeds.
        let deadline = Date().addingTimeInterval(20)
        while (try? WriterLock(path: warehouse.location).take()) != nil, Date() < deadline { usleep(10_000) }
        try expectInUse(warehouse.location) { _ = try warehouse.beginRun(at: 0, as: .bounded) }
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        _ = try warehouse.beginRun(at: 0, as: .bounded)
    }

    @Test func aPlaceThatIsSoonFreeIsWaitedFor() throws {
        let folder = try TemporaryFolder()
        let path = try folder.warehouse().location
        // Without O_CLOEXEC a program that another test starts at the same time would keep the lock.
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX) == 0)
        let lock = try WriterLock(path: path)
        var pauses = 0
        try lock.take {
            pauses += 1
            if pauses == 3 { close(descriptor) }
        }
        #expect(pauses == 3)
        #expect(lock.isHeld)
    }

    @Test func aFileThatIsNotThereSaysSo() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: SQLiteFileError.self) { try WriterLock(path: folder.file("none.db")) }
        guard case .notAFile(_, let reason) = error else {
            Issue.record("another error: \(error)")
            return
        }
        #expect(reason == "No such file or directory")
    }

    @Test func aKilledRunIsFoundInterrupted() throws {
        let folder = try TemporaryFolder()
        do {
            let killed = try folder.warehouse()
            let run = try killed.beginRun(at: 5, as: .bounded)
            try killed.begin()
            try killed.save(LedgerChanges(run: run))
            try killed.commit()
        }
        let next = try folder.warehouse()
        #expect(try next.beginRun(at: 9, as: .bounded).id == 2)
        #expect(try rows(next.connection, "SELECT run_id, outcome FROM load_run") == [["1", "interrupted"]])
    }
}

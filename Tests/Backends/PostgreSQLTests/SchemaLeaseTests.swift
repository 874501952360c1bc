import Foundation
import Testing

@testable import Schema

/// The writer's place, by two sessions.
@Suite(.enabled(if: SchemaServer.shared != nil, Comment(rawValue: SchemaServer.isMissing)))
struct SchemaLeaseTests {
    private let fixture: SchemaFixture
    private let lease: WriterLease

    init() throws {
        fixture = try SchemaFixture("L'ea\"se")
        lease = WriterLease(schema: fixture.name, quoted: fixture.quoted)
    }

    private func session(_ name: String) throws -> SchemaSession {
        let session = try fixture.session()
        session.run("SET application_name = '\(name)'")
        return session
    }

    /// Takes the place in a transaction, and gives the fence; nil where it is taken.
    private func take(_ session: SchemaSession, isPooled: Bool = false) -> Int64? {
        defer { session.run("COMMIT") }
        guard session.run("BEGIN; \(lease.tryLock)") == ["t"] else { return nil }
        return session.run(lease.take(isPooled: isPooled)).first.flatMap { Int64($0) }
    }

    private func holder(_ session: SchemaSession) -> [String] {
        session.run(lease.holder).first?.split(separator: "|").map(String.init) ?? []
    }

    @Test func theSecondIsToldWhoHasThePlace() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(holder(second) == [])
        #expect(take(first) == 1)
        #expect(take(second) == nil)
        let told = holder(second)
        #expect(told.count == 6)
        #expect(told.first == first.run("SELECT pg_backend_pid()").first)
        #expect(told[2] == "first")
        #expect(Double(told[3]).map { (0..<60).contains($0) } == true)
        #expect(first.run("BEGIN; \(lease.lock); \(lease.release(fence: 1)); COMMIT") == [])
        #expect(holder(second) == [])
        #expect(take(second) == 2)
        #expect(take(first) == nil)
    }

    @Test func whoIsInATransactionHasTheLock() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(take(first) == 1)
        #expect(first.run("BEGIN; \(lease.lock); \(lease.check(fence: 1))") == ["0"])
        // However long ago it was renewed.
        #expect(second.run("BEGIN; \(lease.tryLock); COMMIT") == ["f"])
        let told = second.run(lease.lockHolder).first?.split(separator: "|").map(String.init) ?? []
        #expect(told.first == first.run("SELECT pg_backend_pid()").first)
        #expect(told.count > 2 && told[2] == "first")
        #expect(second.run("BEGIN; SET LOCAL lock_timeout = '50ms'; \(lease.lock)") == ["ERROR:  55P03"])
        second.run("ROLLBACK")
        #expect(first.run("\(lease.renew(fence: 1)); COMMIT") == ["1"])
        #expect(second.run("BEGIN; \(lease.tryLock); \(lease.settle); COMMIT") == ["t", "1|1"])
    }

    @Test func whoIsOvertakenFindsAnotherFence() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(take(first) == 1)
        // Stopped between two transactions, for longer than the lease stands.
        second.run("UPDATE load_lease SET renewed_at = renewed_at - interval '\(WriterLease.seconds + 1) seconds'")
        #expect(take(second) == 2)
        #expect(first.run("BEGIN; \(lease.lock); \(lease.check(fence: 1))") == [])
        first.run("ROLLBACK")
        #expect(first.run("BEGIN; \(lease.keep(fence: 1)); COMMIT") == [])
        // It gives nothing back that is not its own.
        first.run("BEGIN; \(lease.release(fence: 1)); COMMIT")
        #expect(holder(first).contains("second"))
        #expect(second.run("BEGIN; \(lease.check(fence: 2)); \(lease.renew(fence: 2)); COMMIT") == ["0", "1"])
    }

    /// One who is overtaken in the middle of a transaction cannot be: the lock is held.
    @Test func aFenceHoldsToTheEndOfTheTransaction() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(take(first) == 1)
        second.run("UPDATE load_lease SET renewed_at = renewed_at - interval '1 day'")
        #expect(first.run("BEGIN; \(lease.lock); \(lease.check(fence: 1))") == ["0"])
        #expect(take(second) == nil)
        #expect(first.run("\(lease.renew(fence: 1)); COMMIT") == ["1"])
        #expect(take(second) == nil)
    }

    @Test func thePlaceOfOneWhoIsGoneIsFree() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(take(first) == 1)
        let pid = first.run("SELECT pg_backend_pid()")[0]
        first.run("BEGIN; \(lease.lock)")
        first.kill()
        // The server notices at once where the connection is closed.
        for _ in 0..<200 where second.run("SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid)") != ["0"] {
            usleep(20_000)
        }
        #expect(take(second) == 2)
    }

    /// Through a pooler a server process says nothing of its client.
    @Test func thePlaceBehindAPoolerIsFreeAfterItsTime() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(take(first, isPooled: true) == 1)
        second.run("UPDATE load_lease SET pid = 0")
        #expect(take(second) == nil)
        #expect(holder(second).last == "t")
        second.run("UPDATE load_lease SET renewed_at = renewed_at - interval '\(WriterLease.seconds + 1) seconds'")
        #expect(take(second) == 2)
    }

    /// A COMMIT whose answer was lost: whether it counts is known once the lock can be had.
    @Test func aLostCommitIsSettled() throws {
        let (first, second) = (try session("first"), try session("second"))
        #expect(take(first) == 1)
        for isCommitted in [true, false] {
            let before = Int(second.run(lease.settle)[0].split(separator: "|")[1]) ?? -1
            first.run("BEGIN; \(lease.lock); \(lease.check(fence: 1)); \(lease.renew(fence: 1))")
            second.begin("BEGIN; \(lease.lock); \(lease.settle); ROLLBACK")
            usleep(50_000)
            first.run(isCommitted ? "COMMIT" : "ROLLBACK")
            #expect(second.finish().last == "1|\(before + (isCommitted ? 1 : 0))")
        }
    }

    @Test func twoWhoComeAtOnceGetDifferentFences() throws {
        let sessions = try (0..<4).map { try session("\($0)") }
        for session in sessions {
            session.begin("BEGIN; \(lease.lock); \(lease.take(isPooled: false)); COMMIT")
        }
        // All are there still, so that one alone has it.
        #expect(sessions.flatMap { $0.finish() }.filter { Int64($0) != nil } == ["1"])
    }

    @Test func schemasHavePlacesOfTheirOwn() throws {
        let other = try SchemaFixture()
        let otherLease = WriterLease(schema: other.name, quoted: other.quoted)
        let (first, second) = (try session("first"), try other.session())
        #expect(first.run("BEGIN; \(lease.tryLock)") == ["t"])
        #expect(second.run("BEGIN; \(otherLease.tryLock); COMMIT") == ["t"])
    }
}

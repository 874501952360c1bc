import Domain
import Testing

@testable import SQLWarehouse

/// The combination of checkpoint changes when one supersedes another in the same commit.
@Suite struct LedgerPlanTests {
    /// Parses a change: `b<a` writes b, which supersedes a; `b!` is loaded completely.
    private func change(_ text: Substring) -> CheckpointChange {
        let parts = text.split(separator: "<")
        let key = parts[0].filter { $0 != "!" }
        let bytes = key.utf8.first.map(Int64.init)
        let mark = SourceMark(identity: SourceIdentity(port: .events, key: key), bytes: bytes, head: bytes)
        let checkpoint = Checkpoint(
            mark, source: key, position: SourcePosition(order: 1), isComplete: parts[0].contains("!"),
            counts: LineCounts())
        return CheckpointChange(
            checkpoint, previous: parts.count > 1 ? SourceIdentity(port: .events, key: String(parts[1])) : nil)
    }

    /// The changes, and then the stored rows of `load_checkpoint` and `load_outgrown`. The warehouse had a (loaded
    /// completely) and x before.
    @Test(arguments: [
        ("", "a x", ""), ("b", "a b x", ""), ("b<a", "b x", "a"), ("a<a", "a x", ""), ("b<x", "a b", ""),
        ("b<a c<b", "c x", "a"), ("b!<a c<b", "c x", "a b"), ("b c<b", "a c x", ""), ("b! c<b", "a c x", "b"),
        ("a b<a", "b x", ""), ("a! b<a", "b x", "a"), ("b<a a", "a b x", "a"), ("b<a a<b", "a x", "a"),
        ("b b!", "a b x", ""), ("b<nothing", "a b x", ""),
    ])
    func storedInTheEnd(changes: String, checkpoints: String, outgrown: String) throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.save(LedgerChanges(run: run, checkpoints: [change("a!"), change("x")]))
        let list = changes.split(separator: " ").map(change)
        try warehouse.save(LedgerChanges(run: run, checkpoints: list))
        func keys(_ table: String) throws -> String {
            try copying.rows("SELECT source_key FROM \(table) ORDER BY 1").joined(separator: " ")
        }
        #expect(try keys("load_checkpoint") == checkpoints)
        #expect(try keys("load_outgrown") == outgrown)
    }

    @Test func namesChangeAndNothingElse() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.save(LedgerChanges(run: run, checkpoints: [change("a!"), change("b")]))
        let identity = SourceIdentity(port: .events, key: "a")
        let other = SourceIdentity(port: .movies, key: "b")
        try warehouse.save(LedgerChanges(run: run, renames: [(identity, "moved"), (other, "not there")]))
        let rows = try copying.rows("SELECT source_key, source, is_complete FROM load_checkpoint ORDER BY 1")
        #expect(rows == ["a moved 1", "b b 0"])
    }

    /// Columns that a user added to the ledger keep their values.
    @Test func addedColumnsStay() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.save(LedgerChanges(run: run, checkpoints: [change("a")]))
        try copying.session.runScript(
            """
            ALTER TABLE load_run ADD COLUMN note TEXT; UPDATE load_run SET note = 'mine';
            ALTER TABLE load_checkpoint ADD COLUMN note TEXT; UPDATE load_checkpoint SET note = 'too';
            """)
        try warehouse.save(LedgerChanges(run: run, checkpoints: [change("a!")]))
        #expect(try copying.rows("SELECT run_id, note FROM load_run") == ["1 mine"])
        #expect(try copying.rows("SELECT is_complete, note FROM load_checkpoint") == ["1 too"])
    }
}

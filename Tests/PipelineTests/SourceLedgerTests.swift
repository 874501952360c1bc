import Domain
import Testing

@testable import Pipeline

/// The changes of the ledger that a commit writes.
@Suite struct SourceLedgerTests {
    private static func counts(_ read: Int64) -> LineCounts {
        var counts = LineCounts()
        (counts.read, counts.accepted) = (read, read)
        return counts
    }

    private static func mark(_ key: String, mayGrow: Bool = false) -> SourceMark {
        SourceMark(identity: SourceIdentity(port: .events, key: key), bytes: 1, head: 2, mayGrow: mayGrow)
    }

    private static func source(
        _ name: String, _ number: Int = 0, port: SourcePort = .events, known: Checkpoint? = nil,
        isReadAgain: Bool = false
    ) -> Source {
        Source(name: name, known: known, port: port, number: number, isReadAgain: isReadAgain)
    }

    private static func chunk(
        _ source: Source, _ end: Int64, _ key: String?, isLast: Bool = false, mayGrow: Bool = false,
        notice: SourceNotice? = nil
    ) -> LineChunk {
        let chunk = LineChunk(source: source, capacity: 0, start: SourcePosition())
        chunk.end = SourcePosition(order: end)
        chunk.mark = key.map { mark($0, mayGrow: mayGrow) }
        chunk.isLast = isLast
        chunk.notice = notice
        return chunk
    }

    private static func checkpoint(
        _ key: String, _ name: String, _ end: Int64, read: Int64, isComplete: Bool = false, firstRun: Int64 = 7,
        mayGrow: Bool = false
    ) -> Checkpoint {
        Checkpoint(
            mark(key, mayGrow: mayGrow), source: name, position: SourcePosition(order: end), isComplete: isComplete,
            counts: counts(read), firstRun: firstRun)
    }

    @Test func aSourceMovesItsRowFromCommitToCommit() {
        var ledger = SourceLedger(run: 7)
        let a = Self.source("a")
        #expect(ledger.add(Self.chunk(a, 10, "k1"), counts: Self.counts(10)).isEmpty)
        #expect(ledger.add(Self.chunk(a, 20, "k2"), counts: Self.counts(9)).isEmpty)
        let first = ledger.pending()
        #expect(first.checkpoints == [CheckpointChange(Self.checkpoint("k2", "a", 20, read: 19))])
        #expect(first.readings.isEmpty && first.renames.isEmpty)
        #expect(ledger.didCommit().map(\.position.order) == [20])
        #expect(ledger.didCommit().isEmpty, "they are told once")
        #expect(ledger.pending().checkpoints.isEmpty, "nothing moved")

        _ = ledger.add(Self.chunk(a, 25, "k3", isLast: true), counts: Self.counts(5))
        let second = ledger.pending()
        #expect(
            second.checkpoints
                == [
                    CheckpointChange(
                        Self.checkpoint("k3", "a", 25, read: 24, isComplete: true), previous: Self.mark("k2").identity)
                ])
        #expect(second.readings == [SourceLedger.Reading(source: "a", port: .events, firstRun: 7)])
        #expect(ledger.pending().checkpoints.isEmpty && ledger.pending().readings.isEmpty, "it is done with")
        #expect(ledger.counts(before: .init(port: .events, number: 0)) == nil)
    }

    /// A line of a topic that is not found again has expired, and is not mended.
    @Test(arguments: [false, true]) func aSourceWithFixedLinesCuresNone(_ hasFixedLines: Bool) {
        var ledger = SourceLedger(run: 7)
        let source = Source(name: "a", port: .events, number: 0, hasFixedLines: hasFixedLines)
        _ = ledger.add(Self.chunk(source, 10, "k", isLast: true), counts: Self.counts(10))
        let pending = ledger.pending()
        #expect(pending.readings.isEmpty == hasFixedLines && pending.checkpoints.first?.checkpoint.isComplete == true)
    }

    @Test func aSourceGoesOnFromItsRow() {
        var ledger = SourceLedger(run: 9)
        let known = Self.checkpoint("k1", "old name", 10, read: 10, firstRun: 4)
        _ = ledger.add(Self.chunk(Self.source("a", known: known), 12, "k2", isLast: true), counts: Self.counts(2))
        let pending = ledger.pending()
        #expect(
            pending.checkpoints
                == [
                    CheckpointChange(
                        Self.checkpoint("k2", "a", 12, read: 12, isComplete: true, firstRun: 4),
                        previous: known.identity)
                ])
        #expect(pending.readings == [SourceLedger.Reading(source: "a", port: .events, firstRun: 4)])
        #expect(ledger.counts(before: .init(port: .events, number: 0)) == Self.counts(10))
    }

    @Test func aSourceThatIsReadAgainKeepsItsRowUntilItIsReadWhole() {
        var ledger = SourceLedger(run: 9)
        let known = Self.checkpoint("k9", "a", 90, read: 90, isComplete: true, firstRun: 4)
        let a = Self.source("a", known: known, isReadAgain: true)
        _ = ledger.add(Self.chunk(a, 10, "k1"), counts: Self.counts(10))
        #expect(ledger.pending().checkpoints.isEmpty)
        #expect(ledger.didCommit().map(\.position.order) == [10], "its rows are durable all the same")
        _ = ledger.add(Self.chunk(a, 90, "k9", isLast: true), counts: Self.counts(80))
        #expect(
            ledger.pending().checkpoints
                == [
                    CheckpointChange(
                        Self.checkpoint("k9", "a", 90, read: 90, isComplete: true, firstRun: 9),
                        previous: known.identity)
                ])
    }

    /// The row of the first source must have been written before the second source's row replaces it.
    @Test func aSourceMayGoOnFromOneThatThisRunHasRead() {
        var ledger = SourceLedger(run: 7)
        let first = Self.chunk(Self.source("a", 0), 10, "k1", isLast: true, mayGrow: true)
        #expect(ledger.add(first, counts: Self.counts(10)).isEmpty)
        let row = Self.checkpoint("k1", "a", 10, read: 10, isComplete: true, mayGrow: true)
        // The source's own copy of the row has no counts.
        var known = row
        known.counts = LineCounts()
        let early = ledger.add(
            Self.chunk(Self.source("b", 1, known: known), 15, "k2", isLast: true, mayGrow: true),
            counts: Self.counts(5))
        #expect(early == [CheckpointChange(row)])
        let longer = Self.checkpoint("k2", "b", 15, read: 15, isComplete: true, mayGrow: true)
        #expect(ledger.pending().checkpoints == [CheckpointChange(longer, previous: row.identity)])
        // Also when it is committed already.
        known = longer
        known.counts = LineCounts()
        let none = ledger.add(
            Self.chunk(Self.source("c", 2, known: known), 16, "k3", isLast: true, mayGrow: true),
            counts: Self.counts(1))
        #expect(none.isEmpty)
        #expect(
            ledger.pending().checkpoints
                == [
                    CheckpointChange(
                        Self.checkpoint("k3", "c", 16, read: 16, isComplete: true, mayGrow: true),
                        previous: longer.identity)
                ])
    }

    @Test func aSourceThatIsSkippedIsRenamedAtMost() {
        let known = Self.checkpoint("k1", "old", 10, read: 10, isComplete: true, firstRun: 4)
        for (name, renames) in [("old", []), ("new", ["new"])] {
            var ledger = SourceLedger(run: 9)
            let chunk = Self.chunk(
                Self.source(name, known: known), 10, "k1", isLast: true, notice: .skipped)
            _ = ledger.add(chunk, counts: LineCounts())
            let pending = ledger.pending()
            #expect(pending.checkpoints.isEmpty && pending.readings.isEmpty)
            #expect(pending.renames.map(\.name) == renames)
            #expect(ledger.didCommit().isEmpty, "its position did not move")
        }
    }

    @Test func whatIsUnreadableOrHasNoKeyHasNoRow() {
        var ledger = SourceLedger(run: 7)
        _ = ledger.add(
            Self.chunk(Self.source("a", 0), 5, "k1", isLast: true, notice: .unreadable("gone")), counts: LineCounts())
        _ = ledger.add(Self.chunk(Self.source("-", 1), 5, nil, isLast: true), counts: Self.counts(5))
        let pending = ledger.pending()
        #expect(pending.checkpoints.isEmpty && pending.readings.isEmpty && pending.renames.isEmpty)
        #expect(ledger.didCommit().map(\.source.name) == ["-"])
    }

    @Test func sourcesOfTwoPortsWithOneNumberAreTwo() {
        var ledger = SourceLedger(run: 7)
        for port in [SourcePort.events, .movies] {
            let chunk = Self.chunk(Self.source(port.rawValue, 0, port: port), 5, port.rawValue)
            chunk.mark = SourceMark(identity: SourceIdentity(port: port, key: port.rawValue))
            _ = ledger.add(chunk, counts: Self.counts(5))
        }
        #expect(ledger.pending().checkpoints.map(\.checkpoint.source) == ["movies", "events"])
        #expect(ledger.didCommit().map(\.source.name) == ["movies", "events"])
    }

    @Test func whatIsNotCommittedIsForgotten() {
        var ledger = SourceLedger(run: 7)
        _ = ledger.add(Self.chunk(Self.source("a"), 5, "k1"), counts: Self.counts(5))
        ledger.rollback()
        #expect(ledger.pending().checkpoints.isEmpty && ledger.didCommit().isEmpty)
    }
}

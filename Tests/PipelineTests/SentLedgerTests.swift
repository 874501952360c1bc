import Domain
import Testing

@testable import Pipeline

/// How far each source was sent, as it is stored.
@Suite struct SentLedgerTests {
    private func row(_ key: String, _ lines: Int64, complete: Bool, refused: Int64 = 0) -> SentSource {
        SentSource(
            mark: SourceMark(identity: SourceIdentity(port: .events, key: key), bytes: lines), name: "a",
            position: SourcePosition(order: lines), isComplete: complete, refused: refused)
    }

    private func chunk(_ source: Source, _ key: String?, _ lines: Int64, isLast: Bool = false) -> LineChunk {
        let chunk = LineChunk(source: source, capacity: 0, start: SourcePosition())
        chunk.end = SourcePosition(order: lines)
        chunk.mark = key.map { SourceMark(identity: SourceIdentity(port: .events, key: $0), bytes: lines) }
        chunk.isLast = isLast
        return chunk
    }

    private func source(_ number: Int = 0, known: SentSource? = nil, isReadAgain: Bool = false) -> Source {
        let checkpoint = known.map {
            Checkpoint(
                $0.mark, source: $0.name, position: $0.position, isComplete: $0.isComplete, counts: LineCounts())
        }
        return Source(name: "a", known: checkpoint, port: .events, number: number, isReadAgain: isReadAgain)
    }

    @Test func theRowOfASourceMovesWithIt() {
        var ledger = SentLedger([row("other", 3, complete: true)])
        let source = source()
        #expect(!ledger.isChanged)
        ledger.add(chunk(source, "k1", 10), refused: 1)
        ledger.add(chunk(source, "k2", 20, isLast: true), refused: 2)
        #expect(ledger.isChanged)
        let rows = ledger.sources()
        #expect(rows == [row("k2", 20, complete: true, refused: 3), row("other", 3, complete: true)])
        #expect(!ledger.isChanged)
    }

    @Test func aSourceGoesOnFromItsKnownRow() {
        let known = row("k1", 10, complete: false, refused: 4)
        var ledger = SentLedger([known])
        ledger.add(chunk(source(known: known), "k2", 20, isLast: true), refused: 1)
        let rows = ledger.sources()
        #expect(rows == [row("k2", 20, complete: true, refused: 5)])
        var found: [KnownSource] = []
        ledger.forEachKnown { found.append($0) }
        #expect(found.map(\.mark) == [rows[0].mark] && found.map(\.isOutgrown) == [false])
    }

    @Test func whatIsSentAgainKeepsItsRowUntilItsEnd() {
        let known = row("k9", 90, complete: true, refused: 4)
        var ledger = SentLedger([known])
        let source = source(known: known, isReadAgain: true)
        ledger.add(chunk(source, "k1", 10), refused: 1)
        #expect(!ledger.isChanged)
        ledger.add(chunk(source, "k9", 90, isLast: true), refused: 0)
        let rows = ledger.sources()
        #expect(rows == [row("k9", 90, complete: true, refused: 1)])
    }

    @Test func nothingIsStoredOfWhatHasNoMarkOrCannotBeRead() {
        var ledger = SentLedger([])
        ledger.add(chunk(source(), nil, 10, isLast: true), refused: 0)
        let unreadable = chunk(source(1), "k", 10, isLast: true)
        unreadable.notice = .unreadable("no")
        ledger.add(unreadable, refused: 0)
        #expect(!ledger.isChanged)
    }
}

import Domain
import Testing

@testable import Pipeline

/// Which of sorted lines are kept, and in which order.
@Suite struct CompactMergeTests {
    private func event(
        _ text: String, time: Int64 = 0, id: UInt64 = 0, content: UInt64, run: UInt32 = 1, line: Int64 = 1
    ) -> (CompactKey, String) {
        var key = CompactKey()
        (key.time, key.idLow, key.hash, key.run, key.line) = (time, id, content, run, line)
        return (key, text)
    }

    private func rejected(
        _ text: String, _ kind: CompactKey.Kind, time: Int64 = 0, hash: UInt64, line: Int64 = 1
    ) -> (CompactKey, String) {
        var key = CompactKey()
        (key.kind, key.time, key.hash, key.line) = (kind, time, hash, line)
        return (key, text)
    }

    private static func bytes(_ key: CompactKey) -> [UInt8] {
        let buffer = ByteBuffer()
        key.append(to: buffer)
        return Array(buffer.bytes)
    }

    /// Sorts and merges.
    private func merged(
        _ lines: [(CompactKey, String)], standing: UInt64? = nil, mostHeld: Int = 1000
    ) throws -> (lines: [String], counts: CompactMerge.Counts) {
        var result: [String] = []
        var merge = CompactMerge(mostHeld: mostHeld, standing: { _ in standing }) { day, line in
            result.append("\(day.text) \(String(decoding: line, as: UTF8.self))")
        }
        let sorted = lines.map { (bytes: Self.bytes($0.0), text: $0.1) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        for (bytes, text) in sorted {
            let key = try #require(bytes.withUnsafeBytes { CompactKey($0) })
            #expect(Self.bytes(key) == bytes)
            try Array(text.utf8).withUnsafeBytes { try merge.add(key, $0) }
        }
        try merge.flush()
        return (result, merge.counts)
    }

    @Test func ofEqualEventsTheFirstByCommitStays() throws {
        let found = try merged([
            event("later", content: 7, run: 2, line: 1), event("first", content: 7, run: 1, line: 9),
            event("compacted", content: 7, run: 0, line: 20),
        ])
        #expect(found.lines == ["1970-01-01 compacted"])
        #expect(found.counts.duplicates == 2 && found.counts.read == 3)
    }

    @Test func allContentsOfAnIdentityStayWithTheWinnerFirst() throws {
        let lines = [
            event("a", content: 1, line: 1), event("b", content: 2, line: 2), event("a again", content: 1, line: 3),
            event("c", content: 3, line: 4),
        ]
        let first = try merged(lines)
        #expect(first.lines.map { $0.suffix(1) } == ["a", "b", "c"])
        #expect(first.counts.conflicts == 2 && first.counts.duplicates == 1)
        // Where the warehouse has another one, that one comes first.
        #expect(try merged(lines, standing: 3).lines.map { $0.suffix(1) } == ["c", "a", "b"])
        // One that none of the lines has changes nothing.
        #expect(try merged(lines, standing: 9).lines.map { $0.suffix(1) } == ["a", "b", "c"])
    }

    @Test func oneIDAtTwoTimesIsTwoEvents() throws {
        #expect(try merged([event("a", time: 1, content: 7), event("b", time: 2, content: 7)]).lines.count == 2)
    }

    @Test func theOrderIsTimeThenIDThenEventsBeforeRejectedLines() throws {
        let found = try merged([
            event("3", time: 86_400_000, content: 1), event("2", time: 5, id: 2, content: 1),
            rejected("r", .rejected, time: 5, hash: 1), event("1", time: 5, id: 1, content: 1),
            rejected("u", .undated, hash: 2), rejected("m", .malformed, hash: 1),
        ])
        #expect(
            found.lines == [
                "1970-01-01 r", "1970-01-01 1", "1970-01-01 2", "1970-01-02 3", "undated u", "undated m",
            ])
    }

    /// Files whose events have all lost, by the content that the warehouse has.
    @Test(
        arguments: [
            ([(1, 7)], 7, []), ([(1, 7)], 8, [1]), ([(1, 7)], nil, []), ([(1, 7), (2, 8)], 8, []),
            ([(1, 7), (2, 9), (1, 9)], 8, [1, 2]),
        ] as [([(UInt32, UInt64)], UInt64?, Set<UInt32>)])
    func filesWithLosersAreFound(_ lines: [(UInt32, UInt64)], _ winner: UInt64?, _ expected: Set<UInt32>) throws {
        var losers = CompactLosers { _ in winner }
        for (file, content) in lines {
            var key = CompactKey()
            (key.file, key.hash) = (file, content)
            try losers.add(key)
        }
        // A rejected line between, and an event that has won.
        var rejected = CompactKey()
        (rejected.kind, rejected.file) = (.rejected, 5)
        try losers.add(rejected)
        try losers.flush()
        #expect(losers.files == expected)
    }

    @Test func keysAreBytesAndBack() throws {
        for kind in [CompactKey.Kind.event, .rejected, .undated, .malformed] {
            var key = CompactKey()
            (key.kind, key.time, key.idHigh, key.idLow) = (kind, -7, 1 << 63 | 5, 6)
            (key.hash, key.moreHash, key.run, key.file, key.line) = (8, 9, 10, 11, 12)
            let copy = try #require(Self.bytes(key).withUnsafeBytes { CompactKey($0) })
            #expect((copy.kind, copy.time, copy.idHigh, copy.idLow) == (kind, -7, 1 << 63 | 5, 6))
            #expect((copy.hash, copy.moreHash) == (8, 9))
            #expect((copy.run, copy.file, copy.line) == (10, 11, 12))
        }
        #expect([UInt8](repeating: 9, count: 58).withUnsafeBytes { CompactKey($0) } == nil)
        #expect([UInt8](repeating: 0, count: 57).withUnsafeBytes { CompactKey($0) } == nil)
    }

    @Test func equalRejectedLinesAreOne() throws {
        let found = try merged([
            rejected("x", .malformed, hash: 1), rejected("x", .malformed, hash: 1, line: 2),
            rejected("y", .malformed, hash: 2),
        ])
        #expect(found.lines == ["undated x", "undated y"])
        #expect(found.counts == .init(read: 3, written: 2, duplicates: 1, conflicts: 0, rejected: 2))
    }

    @Test func moreContentsThanMemoryHoldsAreAnError() {
        let lines = (0..<20).map { event("some text", content: UInt64($0), line: Int64($0)) }
        #expect(throws: CompactError.tooManyContents(time: 0, idHigh: 0, idLow: 0)) {
            try merged(lines, mostHeld: 50)
        }
    }

    @Test(
        arguments: [
            ("events-2026-11-20.ndjson.zst", CompactedDay.day(20_777)), ("events-undated.ndjson.zst", .undated),
            ("events-2026-13-20.ndjson.zst", nil), ("events-2026-11-20.ndjson", nil), ("2026-11-20.ndjson.zst", nil),
            ("events-.ndjson.zst", nil), ("events-2026-11-20-2.ndjson.zst", nil),
        ] as [(String, CompactedDay?)])
    func namesOfCompactedFiles(_ name: String, _ day: CompactedDay?) {
        #expect(CompactedDay(name: name) == day)
        if let day { #expect(day.fileName == name) }
    }
}

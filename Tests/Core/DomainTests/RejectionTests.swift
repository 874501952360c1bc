import Testing

@testable import Domain

/// Whether the quarantine has a rejected line whole: only such a line can be tried again.
@Suite struct RejectionTests {
    /// A line of a chunk, with a note.
    private func rejection(_ note: LineNote) throws -> Rejection {
        let chunk = chunk(of: [[UInt8](repeating: 0x78, count: keptOfLongLine)], port: .events)
        chunk.notes = [note]
        chunk.lines[0].note = 0
        return try #require(chunk.rejectionByNote(of: chunk.lines[0]))
    }

    /// What the quarantine gives back of a rejection.
    private func stored(_ rejection: Rejection) -> Rejection {
        Rejection(
            source: rejection.source, port: rejection.port, line: rejection.line, byteOffset: rejection.byteOffset,
            rule: rejection.rule, message: rejection.message, raw: rejection.raw, snapshotDay: rejection.snapshotDay)
    }

    @Test(
        arguments: [
            (.tooLong(length: 17 << 20, sha256: "ab"), .malformedJSON), (.damage("It is cut off."), .damagedFile),
            (.unsupported("It is a zip archive."), .unsupportedFile),
        ] as [(LineNote, CleaningRule)])
    func aPieceIsNotWhole(note: LineNote, rule: CleaningRule) throws {
        let rejection = try rejection(note)
        #expect(rejection.rule == rule)
        #expect(!rejection.isWhole)
        #expect(!stored(rejection).isWhole)
    }

    @Test(arguments: CleaningRule.allCases.filter { $0 != .damagedFile && $0 != .unsupportedFile })
    func aLineIsWhole(rule: CleaningRule) {
        for length in [0, 1, keptOfLongLine - 1, keptOfLongLine + 1, maximumLineLength] {
            let chunk = chunk(of: [[UInt8](repeating: 0x78, count: length)], port: .events)
            let rejection = chunk.rejection(of: chunk.lines[0], rule: rule, message: "The line is too long: it has")
            #expect(rejection.isWhole, "the message decides nothing")
            #expect(stored(rejection).isWhole)
        }
    }

    @Test func theBytesAreThoseOfTheChunk() {
        let chunk = chunk(of: [Array("one".utf8), Array("two".utf8)], port: .movies, day: 7)
        let rejection = chunk.rejection(of: chunk.lines[1], rule: .missingTitle, message: "m")
        #expect(rejection.raw == Array("two".utf8))
        #expect(rejection.rawLength == 3)
        #expect((rejection.line, rejection.byteOffset) == (2, 3))
        #expect(rejection.snapshotDay == 7)
        #expect(stored(rejection).withRaw { [UInt8]($0) } == rejection.raw)
    }
}

import Testing

@testable import Domain

/// What `reelhouse explain` shows breaks the rule that it explains, and nothing else.
@Suite struct RuleExampleTests {
    /// What is wrong in each example, and what makes it a line that breaks no rule.
    private static let mended: [CleaningRule: (wrong: String, right: String)] = [
        .malformedJSON: (#""user_id":47"#, #""event_time":"2025-11-20T18:03:22Z","user_id":47,"movie_id":603}"#),
        .invalidMovieID: (#""id":0"#, #""id":1"#),
        .missingTitle: (#""title":" ""#, #""title":"T""#),
        .unknownEventType: ("teleport", "view"),
        .invalidEventID: ("12345", "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"),
        .invalidEventTime: ("02-30", "02-28"),
        .eventTimeOutOfRange: ("1763661802", "1763661802000"),
        .invalidUserID: (#""anonymous""#, "4711"),
        .missingMovieID: ("null", "603"),
        .invalidSeconds: ("-5", "5"),
        .invalidScore: (":11}", ":10}"),
        .invalidCommentID: (#"{"body""#, #"{"comment_id":"c1","body""#),
        .emptyComment: ("  ", "Fine."),
        .invalidVote: (":5}", ":1}"),
        .invalidStatus: ("maybe", "planned"),
    ]

    /// What became of a line: the rules that were stored, in each stream that has the rule.
    private func rules(of line: String, _ rule: CleaningRule) throws -> [[CleaningRule]] {
        let isMovies = rule.explanation.ports.contains("movies")
        let isEvents = rule.explanation.ports.contains("events")
        #expect(isMovies || isEvents)
        return (isMovies ? [try movieBatch([line]).rejections.map(\.rule)] : [])
            + (isEvents ? [try eventBatch([line]).rejections.map(\.rule)] : [])
    }

    @Test("an example breaks its rule", arguments: CleaningRule.allCases)
    func breaks(rule: CleaningRule) throws {
        let example = rule.explanation.example
        switch rule {
        case .damagedFile, .unsupportedFile:
            // No line does; what is a rule about files is told by a note.
            #expect(!example.contains("{"))
            let chunk = try movieChunk([Array(#"{"id":1,"title":"T"}"#.utf8)])
            chunk.notes = [rule == .damagedFile ? .damage(example) : .unsupported(example)]
            chunk.lines[0].note = 0
            #expect(try MovieDecoder().decode(chunk).rejections.map(\.rule) == [rule])
        case .refusedByWarehouse:
            // Only a warehouse can refuse an event.
            #expect(!example.contains("{"))
        case .eventIDConflict:
            let batch = try eventBatch(example.split(separator: "\n").map(String.init))
            #expect(batch.rejections.isEmpty)
            #expect(batch.rowCount == 2)
            let (first, second) = (batch.rows[0], batch.rows[1])
            #expect((first.time, first.idHigh, first.idLow) == (second.time, second.idHigh, second.idLow))
            #expect(first.contentHash != second.contentHash)
        default:
            #expect(!example.contains("\n"))
            for rules in try rules(of: example, rule) { #expect(rules == [rule]) }
        }
    }

    @Test("an example breaks no other rule: mended in one place it is taken", arguments: CleaningRule.allCases)
    func mended(rule: CleaningRule) throws {
        if [.damagedFile, .unsupportedFile, .eventIDConflict, .refusedByWarehouse].contains(rule) { return }
        let (wrong, right) = try #require(Self.mended[rule])
        let example = rule.explanation.example
        let range = try #require(example.firstRange(of: wrong))
        let line = example.replacingCharacters(in: range, with: right)
        let found = try rules(of: line, rule)
        // The line of malformed_json is an event's; the other rules have one stream each.
        #expect(found.last == [], "\(line)")
        #expect(rule == .malformedJSON || found.count == 1)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        var result = self
        result.replaceSubrange(range, with: text)
        return result
    }
}

import Testing

@testable import Domain

/// A payload in the wrong place is ignored and told, without being a warning.
@Suite struct MisplacedKeyTests {
    private func names(_ lines: [String]) throws -> [String: Int64] {
        let batch = try eventBatch(lines)
        #expect(batch.rejections.isEmpty && batch.warnings == 0)
        return Dictionary(batch.misplaced.byKey.map { ($0.key.name, $0.value) }, uniquingKeysWith: +)
    }

    @Test(
        arguments: [
            ("watch", nil, ["watched_seconds": "8"], ["watched_seconds"]),
            ("watch", #"{"watched_seconds":null}"#, ["watched_seconds": #""x""#], ["watched_seconds"]),
            ("watch", "{}", ["seconds": "8"], ["seconds"]), ("watch", #"{"seconds":8}"#, [:], ["metadata.seconds"]),
            ("trailer", "{}", ["seconds": "8"], ["seconds"]),
            ("dwell", "[]", ["watched_seconds": "1"], ["watched_seconds"]),
            ("dwelltime", #"{"watched_seconds":8}"#, [:], ["metadata.watched_seconds"]),
            ("rate", nil, ["rating": "null", "score": "8"], ["score"]),
            ("like", nil, ["undo": "true"], ["undo"]), ("dislike", "{}", ["undo": "true"], ["undo"]),
            ("comment", #"{"comment_id":1,"body":"b"}"#, ["deleted": "true"], ["deleted"]),
            ("comment", #"{"comment_id":1,"body":"b"}"#, ["parent_id": "5"], ["parent_id"]),
            ("comment", #"{"comment_id":1,"deleted":true}"#, ["body": #""b""#], ["body"]),
            // What is read, what is null, and what the type does not take.
            ("watch", #"{"watched_seconds":1}"#, ["watched_seconds": "8"], []),
            ("watch", #"{"watched_seconds":1,"seconds":2}"#, ["seconds": "8"], []),
            ("watch", nil, ["watched_seconds": "null"], []), ("watch", "{}", [:], []),
            ("trailer", nil, ["trailer_time": "5", "seconds": "8"], []), ("dwell", nil, ["dwell_time": "5"], []),
            ("search", nil, ["query": #""q""#], []), ("rate", nil, ["rating": "5", "score": "8"], []),
            ("like", #"{"undo":false}"#, ["undo": "true"], []), ("view", #"{"seconds":1}"#, ["score": "8"], []),
        ] as [(String, String?, KeyValuePairs<String, String?>, Set<String>)])
    func aPayloadInTheWrongPlaceIsTold(
        type: String, metadata: String?, beside: KeyValuePairs<String, String?>, expected: Set<String>
    ) throws {
        let found = try names([event(type, metadata, beside)])
        #expect(Set(found.keys) == expected)
        #expect(found.values.allSatisfy { $0 == 1 })
    }

    @Test func itChangesNothingOfTheEvent() throws {
        let bare = try CleanEvent(event("watch", nil))
        let misplaced = try CleanEvent(event("watch", nil, ["watched_seconds": "8"]))
        #expect(bare.row.contentHash == misplaced.row.contentHash)
        #expect(misplaced["seconds"] == "-")
    }

    @Test func theFirstThreeLinesAreKept() throws {
        let line = event("watch", nil, ["watched_seconds": "8"])
        let batch = try eventBatch([event("watch", "{}"), line, line, line, line])
        let key = try #require(batch.misplaced.byKey.keys.first)
        #expect(batch.misplaced.byKey == [key: 4])
        #expect(batch.misplaced.examples[key]?.map(\.line) == [2, 3, 4])
        var sum = MisplacedTally()
        sum.add(batch.misplaced)
        sum.add(batch.misplaced)
        #expect(sum.byKey == [key: 8])
        #expect(sum.examples == batch.misplaced.examples)
        #expect(
            key.explanation == "watched_seconds beside metadata, where it is not read; it belongs inside metadata")
    }
}

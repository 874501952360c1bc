import Testing

@testable import Domain

@Suite("Movie rules")
struct MovieRulesTests {
    @Test(
        "the first rule that a document breaks",
        arguments: [
            (#"{"id":603,"title":"The Matrix"}"#, nil),
            (#"{"id":603,"original_title":"The Matrix"}"#, nil),
            (#"{"id":"603","title":"The Matrix"}"#, nil),
            (#"{"id":603.0,"title":"The Matrix"}"#, nil),
            (#"{"id":1,"id":603,"title":"","title":"The Matrix"}"#, nil),
            ("603", .malformedJSON), ("[]", .malformedJSON), ("null", .malformedJSON), (#""x""#, .malformedJSON),
            (#"{"id":603,"title":"The Mat"#, .malformedJSON),
            (#"{"id":603,"title":"The Matrix"} {}"#, .malformedJSON),
            (#"{"id":603,"title":"The Matrix","unread":[1,]}"#, .malformedJSON),
            (#"{"id":603,"title":"\ud800"}"#, .malformedJSON),
            (#"{"id":603,"title":"The Matrix","vote_count":01}"#, .malformedJSON),
            (#"{"id":603,"title":"The Matrix","popularity":NaN}"#, .malformedJSON),
            (#"{'id':603,'title':'The Matrix'}"#, .malformedJSON),
            ("{}", .invalidMovieID), (#"{"title":"The Matrix"}"#, .invalidMovieID),
            (#"{"id":null,"title":"The Matrix"}"#, .invalidMovieID),
            (#"{"id":0,"title":"The Matrix"}"#, .invalidMovieID),
            (#"{"id":-1,"title":"The Matrix"}"#, .invalidMovieID), (#"{"id":1.5,"title":"T"}"#, .invalidMovieID),
            (#"{"id":"","title":"T"}"#, .invalidMovieID), (#"{"id":"tt0133093","title":"T"}"#, .invalidMovieID),
            (#"{"id":true,"title":"T"}"#, .invalidMovieID), (#"{"id":[603],"title":"T"}"#, .invalidMovieID),
            (#"{"id":9223372036854775808,"title":"T"}"#, .invalidMovieID),
            (#"{"id":603,"id":null,"title":"T"}"#, .invalidMovieID),
            (#"{"id":0}"#, .invalidMovieID),
            (#"{"id":603}"#, .missingTitle), (#"{"id":603,"title":null}"#, .missingTitle),
            (#"{"id":603,"title":" \u00a0 "}"#, .missingTitle), (#"{"id":603,"title":1984}"#, .missingTitle),
            (#"{"id":603,"title":["The Matrix"]}"#, .missingTitle),
            (#"{"id":603,"title":"","original_title":"\t"}"#, .missingTitle),
            (#"{"id":603,"title":false,"original_title":603}"#, .missingTitle),
            (#"{"id":603,"title":"The Matrix","title":""}"#, .missingTitle),
            (#"{"id":603,"name":"The Matrix"}"#, .missingTitle),
        ] as [(String, CleaningRule?)]
    )
    func rule(line: String, expected: CleaningRule?) throws {
        let batch = try movieBatch([line])
        #expect(batch.read == 1)
        #expect(batch.rejections.map(\.rule) == (expected.map { [$0] } ?? []))
        #expect(batch.documents.count == (expected == nil ? 1 : 0))
        #expect(batch.popularity.count == batch.documents.count)
        if expected != nil {
            #expect(batch.warnings == 0)
            #expect(batch.owned.allSatisfy { $0.count == 0 })
            #expect(batch.shared.allSatisfy { $0.count == 0 })
        }
    }

    @Test(
        "a message says what was found and what is expected",
        arguments: [
            (#"{"id":"tt1","title":"T"}"#, #"id is "tt1"; expected TMDB's id of the movie, an integer from 1"#),
            (#"{"title":"T"}"#, "id is absent; expected TMDB's id of the movie, an integer from 1"),
            (
                #"{"id":603,"title":5}"#,
                "title is 5 and original_title is absent; expected text that is not blank in one of them"
            ),
            (
                #"{"id":603,"title":"","original_title":null}"#,
                "title is blank and original_title is null; expected text that is not blank in one of them"
            ),
            (
                #"[]"#,
                """
                The line is not one JSON object: it is a JSON value, but not an object. It begins like a JSON array: \
                convert such a file with jq -c '.[]' FILE
                """
            ),
        ]
    )
    func message(line: String, expected: String) throws {
        #expect(try movieBatch([line]).rejections.map(\.message) == [expected])
    }

    @Test("a rejection says where the line is and keeps it byte for byte")
    func rejection() throws {
        let broken: [UInt8] = Array(#"{"id":1,"title":"#.utf8) + [0xff, 0x00, 0x0d]
        let batch = try movieBatch([Array(#"{"id":1,"title":"T"}"#.utf8), broken], snapshot: "2024-02-29")
        let rejection = try #require(batch.rejections.first)
        #expect(batch.rejections.count == 1)
        #expect(rejection.source == "movies.ndjson")
        #expect(rejection.port == .movies)
        #expect(rejection.line == 2)
        #expect(rejection.byteOffset == 20)
        #expect(rejection.rule == .malformedJSON)
        #expect(rejection.raw == broken)
        #expect(rejection.snapshotDay.map(CivilDate.text(ofDay:)) == "2024-02-29")
    }

    @Test("lines with a note are rejected before they are parsed")
    func notes() throws {
        let chunk = try movieChunk(Array(repeating: Array(#"{"id":1,"title":"T"}"#.utf8), count: 3))
        chunk.notes = [.tooLong(length: 16_777_217, sha256: "ab"), .damage("cut off")]
        chunk.lines[0].note = 0
        chunk.lines[2].note = 1
        let batch = try MovieDecoder().decode(chunk)
        #expect(batch.read == 3)
        #expect(batch.rejections.map(\.rule) == [.malformedJSON, .damagedFile])
        #expect(batch.rejections.map(\.line) == [1, 3])
        #expect(batch.documents.map(\.line) == [1])
    }

    @Test("64 levels are read, 65 are not", arguments: [(63, true), (64, false)])
    func depth(arrays: Int, accepted: Bool) throws {
        let nested = String(repeating: "[", count: arrays) + String(repeating: "]", count: arrays)
        let batch = try movieBatch(members: #""unread":\#(nested)"#)
        #expect(batch.documents.count == (accepted ? 1 : 0))
        #expect(batch.rejections.map(\.rule) == (accepted ? [] : [.malformedJSON]))
    }
}

import Testing

@testable import Domain

@Suite struct PortGuessTests {
    private func chunk(_ lines: [String]) throws -> LineChunk { try movieChunk(lines.map { Array($0.utf8) }) }

    @Test(
        arguments: [
            ([#"{"id":1,"title":"T"}"#], .port(.movies)), ([#"{"event_type":"view"}"#], .port(.events)),
            (["{", "x", #"{"user_id":1,"movie_id":2}"#], .port(.events)), ([], .noLines),
            (["x", "{"], .noObject(line: 1)),
            (["x", #"{"a":1}"#], .unclear(line: 2)), ([#"{"id":1,"user_id":2}"#, #"{"id":2}"#], .port(.movies)),
            ([#"{"adult":false,"id":3,"original_title":"T","popularity":1.5,"video":false}"#], .port(.movies)),
        ] as [([String], PortGuess.Answer)])
    func theFirstTellingLineTells(lines: [String], answer: PortGuess.Answer) throws {
        #expect(try PortGuess().answer(of: chunk(lines)) == answer)
    }

    @Test func aNoteIsNoLine() throws {
        let chunk = try chunk(["PK"])
        chunk.notes = [.unsupported("a zip archive")]
        chunk.lines[0].note = 0
        #expect(try PortGuess().answer(of: chunk) == .unreadable("a zip archive"))
    }

    /// The chunk's source is of movies.
    @Test func theOtherPortIsToldWhereAllWasRejected() throws {
        let guess = try PortGuess()
        let events = try chunk([#"{"event_type":"view"}"#, #"{"event_type":"view"}"#])
        #expect(guess.otherPort(of: events, rejected: 2, of: 2) == .events)
        #expect(guess.otherPort(of: events, rejected: 1, of: 2) == nil)
        #expect(guess.otherPort(of: events, rejected: 0, of: 0) == nil)
        #expect(guess.otherPort(of: try chunk([#"{"title":"T"}"#]), rejected: 1, of: 1) == nil)
        #expect(guess.otherPort(of: try chunk(["x"]), rejected: 1, of: 1) == nil)
    }
}

import JSON
import Testing

@testable import Domain

/// A lack of memory ends the work with an error. It is no fault of a line, so that no line is rejected for it.
@Suite struct OutOfMemoryTests {
    private static let short = event([:])
    private static let long = event("search", #"{"query":"\#(String(repeating: "q", count: 5000))"}"#)

    @Test func aLongEventIsNotRejected() throws {
        let lines = [Self.short, Self.long, "not JSON"].map { Array($0.utf8) }
        let decoder = try EventDecoder(clock: eventClock, longestLine: 1000)
        #expect(throws: OutOfMemory()) { try decoder.decode(chunk(of: lines, port: .events)) }
        // The same decoder goes on once there is enough memory for a line.
        let batch = try decoder.decode(chunk(of: [lines[0], lines[2]], port: .events))
        #expect(batch.rowCount == 1)
        #expect(batch.rejections.map(\.rule) == [.malformedJSON])
        let all = try EventDecoder(clock: eventClock, longestLine: 10_000).decode(chunk(of: lines, port: .events))
        #expect(all.rowCount == 2)
    }

    @Test func aLongMovieIsNotRejected() throws {
        let long = #"{"id":1,"title":"\#(String(repeating: "t", count: 5000))"}"#
        let lines = [long, #"{"id":0}"#].map { Array($0.utf8) }
        let decoder = try MovieDecoder(longestLine: 1000)
        #expect(throws: OutOfMemory()) { try decoder.decode(chunk(of: lines, port: .movies)) }
        let batch = try MovieDecoder(longestLine: 10_000).decode(chunk(of: lines, port: .movies))
        #expect(batch.documents.count == 1)
        #expect(batch.rejections.map(\.rule) == [.invalidMovieID])
    }

    @Test func theErrorSaysWhatToDo() {
        #expect(OutOfMemory().message == "there is not enough memory to parse a line of JSON")
        #expect(OutOfMemory().hint.hasSuffix("."))
    }
}

import CMongo
import Domain
import Testing

@testable import MongoDB

/// Documents as the lines of a source.
@Suite struct DocumentLinesTests {
    /// A document that another program has written, in extended JSON, and its line.
    struct Case: CustomTestStringConvertible, Sendable {
        var document: String
        var line: String
        /// The day of its snapshot date; nil for the clock's.
        var day: Int32?
        var testDescription: String { document }

        init(_ document: String, _ line: String, day: Int32? = nil) {
            self.document = document
            self.line = line
            self.day = day
        }
    }

    static let cases = [
        Case(
            #"{"_id":{"$oid":"65f1c0ffee010203040506ab"},"id":{"$numberDouble":"603.0"},"title":"The Matrix"}"#,
            #"{"id":603,"title":"The Matrix"}"#),
        Case(#"{"_id":603,"title":"x"}"#, #"{"id":603,"title":"x"}"#),
        Case(#"{"title":"x","_id":{"$numberDouble":"603.0"}}"#, #"{"id":603,"title":"x"}"#),
        Case(#"{"_id":{"$numberDecimal":"603"},"title":"x"}"#, #"{"id":603,"title":"x"}"#),
        Case(#"{"_id":1,"id":603}"#, #"{"id":603}"#), Case(#"{"_id":1,"id":null}"#, #"{"id":null}"#),
        Case(#"{"_id":"603","title":"x"}"#, #"{"title":"x"}"#), Case(#"{"_id":true}"#, "{}"),
        Case(#"{"_id":"a","id":1,"snapshot_date":"2020-01-02"}"#, #"{"id":1}"#, day: 18_263),
        Case(#"{"_id":"a","id":1,"snapshot_date":"2020-01-02T23:59:59Z"}"#, #"{"id":1}"#, day: 18_263),
        Case(
            #"{"_id":"a","id":1,"snapshot_date":{"$date":"2020-01-02T23:59:59.999Z"}}"#, #"{"id":1}"#, day: 18_263),
        Case(#"{"_id":"a","snapshot_date":"2020-01-021"}"#, #"{"snapshot_date":"2020-01-021"}"#),
        Case(#"{"_id":"a","snapshot_date":"2020-02-30"}"#, #"{"snapshot_date":"2020-02-30"}"#),
        Case(#"{"_id":"a","snapshot_date":7}"#, #"{"snapshot_date":7}"#),
        Case(
            #"{"_id":"a","id":1,"a":[{"_id":2,"snapshot_date":"2020-01-02"}]}"#,
            #"{"id":1,"a":[{"_id":2,"snapshot_date":"2020-01-02"}]}"#),
    ]

    private static let request = SourceRequest(clockDay: 200)

    private static func chunk() -> LineChunk {
        LineChunk(source: Source(name: "a.b", port: .movies, number: 0), capacity: 64, start: SourcePosition())
    }

    private static func text(_ line: Line, of chunk: LineChunk) -> String {
        String(
            decoding: chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length)), as: UTF8.self)
    }

    @Test(arguments: cases)
    func aDocumentOfAnotherProgramIsPlain(_ value: Case) throws {
        let document = try BSONDocument(extendedJSON: value.document)
        let chunk = Self.chunk()
        let lines = DocumentLines(Self.request) { _ in nil }
        _ = try lines.add(document.bytes, number: 7, to: chunk)
        #expect(chunk.lines.map { Self.text($0, of: chunk) } == [value.line])
        #expect(chunk.lines.first?.snapshotDay == value.day ?? 200)
        #expect(chunk.lines.first?.number == 7)
        #expect(chunk.notes.isEmpty)
        #expect(chunk.names[7]?.hasPrefix("_id ") == true)
    }

    /// A rejected document is found by its `_id`, which is no part of its line.
    @Test func aRejectionNamesTheDocument() throws {
        let chunk = Self.chunk()
        let lines = DocumentLines(Self.request) { _ in nil }
        for (number, text) in [#"{"_id":{"$oid":"65f1c0ffee010203040506ab"}}"#, #"{"_id":"a b","id":"x"}"#].enumerated()
        {
            let document = try BSONDocument(extendedJSON: text)
            _ = try lines.add(document.bytes, number: Int64(number + 1), to: chunk)
        }
        let rejections = try MovieDecoder().decode(chunk).rejections
        #expect(rejections.map(\.rule) == [.invalidMovieID, .invalidMovieID])
        #expect(rejections[0].message.hasSuffix(" [_id oid:65f1c0ffee010203040506ab]"), "\(rejections[0].message)")
        #expect(rejections[1].message.hasSuffix(" [_id text:a b]"), "\(rejections[1].message)")
        // A document of this program that cannot be read is named too; a good one needs no name.
        let stored = Self.chunk()
        let good = try Self.stored(#"{"id":603}"#).document
        _ = try lines.add(good.bytes, number: 1, to: stored)
        let text = #"{"_id":603,"rank":{"$binary":{"base64":"\#(Self.rank)","subType":"00"}}}"#
        let damaged = try BSONDocument(extendedJSON: text)
        _ = try lines.add(damaged.bytes, number: 2, to: stored)
        #expect(stored.names == [2: "_id 603"])
    }

    /// A snapshot date that is none is told; the day of the run is taken.
    @Test func datesThatAreNoneAreCounted() throws {
        func lines(_ request: SourceRequest) throws -> DocumentLines {
            let lines = DocumentLines(request) { _ in nil }
            for text in [
                #"{"_id":1}"#, #"{"_id":2,"snapshot_date":null}"#, #"{"_id":3,"snapshot_date":"2020-01-02"}"#,
                #"{"_id":4,"snapshot_date":"hello"}"#, #"{"_id":5,"snapshot_date":7}"#,
            ] {
                let document = try BSONDocument(extendedJSON: text)
                _ = try lines.add(document.bytes, number: 1, to: Self.chunk())
            }
            return lines
        }
        let found = try lines(Self.request)
        #expect(found.undatedCount == 2 && found.firstUndated?.text == "4")
        // Where a date was given for all, theirs do not count.
        #expect(try lines(SourceRequest(snapshotDay: 7, clockDay: 200)).undatedCount == 0)
    }

    private static func stored(_ document: String, limit: Int = 16 << 20) throws -> StoredMovie.Encoded {
        let rank = MovieRank(
            hasTitle: true, snapshotDay: 100, voteCount: nil, contentHash: [UInt8](repeating: 0, count: 32))
        return try StoredMovie.encode(
            RawMovie(movieID: 603, rank: rank, document: Array(document.utf8)), NativeEncoder(), limit: limit)
    }

    @Test(arguments: [#"{"id":603,"title":"x"}"#, #"{ "id": 603.0 }"#, "nonsense"])
    func aDocumentOfThisProgramIsGivenByteForByte(_ text: String) throws {
        let document = try Self.stored(text).document
        let chunk = Self.chunk()
        let id = try DocumentLines(Self.request) { _ in nil }.add(document.bytes, number: 1, to: chunk)
        #expect(chunk.lines.map { Self.text($0, of: chunk) } == [text])
        #expect(chunk.lines.first?.snapshotDay == 100)
        #expect(id?.text == "603")
    }

    @Test func whatSurroundsALineIsNoContent() throws {
        for (stored, line) in [("{}\r\n", ["{}"]), ("\u{feff}{}", ["{}"]), (" \r\n", []), ("", [])] {
            let document = try Self.stored(stored).document
            let chunk = Self.chunk()
            _ = try DocumentLines(Self.request) { _ in nil }.add(document.bytes, number: 1, to: chunk)
            #expect(chunk.lines.map { Self.text($0, of: chunk) } == line)
        }
    }

    @Test func aLargeDocumentComesFromItsFile() throws {
        let text = "{\"a\":\"" + String(repeating: "x", count: 2000) + "\"}"
        guard case .withFile(let document, let fileID) = try Self.stored(text, limit: 1000 + StoredMovie.margin) else {
            Issue.record("no file")
            return
        }
        let chunk = Self.chunk()
        let lines = DocumentLines(Self.request) { $0 == fileID ? Array(text.utf8) : nil }
        _ = try lines.add(document.bytes, number: 1, to: chunk)
        #expect(chunk.lines.map { Self.text($0, of: chunk) } == [text])
        // Without it, and with a damaged one, the line is rejected, and the reading goes on.
        let damaged = Self.chunk()
        _ = try DocumentLines(Self.request) { _ in nil }.add(document.bytes, number: 1, to: damaged)
        let other = DocumentLines(Self.request) { _ throws(MongoError) in
            throw MongoError(.damaged, "a piece is missing")
        }
        #expect(try other.add(document.bytes, number: 2, to: damaged)?.text == "603")
        #expect(damaged.lines.map(\.note) == [0, 1])
        #expect(damaged.isDamaged)
        // Where the file cannot be read now, the reading does not go on.
        let unreachable = DocumentLines(Self.request) { _ throws(MongoError) in throw MongoError(.unreachable, "gone") }
        #expect(throws: MongoError.self) { try unreachable.add(document.bytes, number: 1, to: Self.chunk()) }
    }

    @Test func aChangedDocumentIsRejected() throws {
        let document = try BSONDocument(
            extendedJSON:
                #"{"_id":603,"rank":{"$binary":{"base64":"\#(Self.rank)","subType":"00"}},"document":{"id":1}}"#)
        let chunk = Self.chunk()
        #expect(try DocumentLines(Self.request) { _ in nil }.add(document.bytes, number: 1, to: chunk)?.text == "603")
        #expect(chunk.isDamaged)
        #expect(Self.text(chunk.lines[0], of: chunk).hasSuffix(#""document":{"id":1}}"#))
    }

    private static let rank = String(repeating: "A", count: 62) + "=="

    @Test func aVeryLongLineIsCutOff() throws {
        // Each U+0001 takes a byte in BSON, and six in JSON.
        let document = BSONDocument()
        let text = [UInt8](repeating: 1, count: 3 << 20)
        text.withUnsafeBytes {
            _ = bson_append_utf8(document.pointer, "a", 1, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count))
        }
        let chunk = Self.chunk()
        _ = try DocumentLines(Self.request) { _ in nil }.add(document.bytes, number: 1, to: chunk)
        #expect(chunk.lines.first.map { Int($0.span.length) } == keptOfLongLine)
        guard case .tooLong(let length, _)? = chunk.notes.first else {
            Issue.record("no note")
            return
        }
        #expect(length == 6 * (3 << 20) + 8)
    }

    @Test func numbersThatAreNotFiniteAreRemembered() throws {
        let lines = DocumentLines(Self.request) { _ in nil }
        let chunk = Self.chunk()
        for text in [
            #"{"_id":1,"a":1}"#, #"{"_id":2,"a":{"$numberDouble":"NaN"}}"#,
            #"{"_id":3,"a":[{"$numberDouble":"Infinity"},{"$numberDecimal":"NaN"}]}"#,
        ] {
            let document = try BSONDocument(extendedJSON: text)
            _ = try lines.add(document.bytes, number: 1, to: chunk)
        }
        #expect(lines.nonFiniteCount == 3)
        #expect(lines.firstNonFinite?.text == "2")
        #expect(Self.text(chunk.lines[2], of: chunk) == #"{"id":3,"a":[null,null]}"#)
    }
}

extension BSONDocument {
    /// A document that libbson reads from extended JSON.
    convenience init(extendedJSON text: String) throws {
        var error = bson_error_t()
        guard let bson = bson_new_from_json(text, -1, &error) else { throw NoDocument(text: text) }
        defer { bson_destroy(bson) }
        guard let copy = BSONDocument(copying: BSONDocument.bytes(bson)) else { throw NoDocument(text: text) }
        self.init()
        bson_concat(pointer, copy.pointer)
    }

    private struct NoDocument: Error { var text: String }
}

import JSON
import Testing

@testable import Domain

/// The buffer that lines, and texts derived from them, are kept in.
@Suite struct ByteBufferTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func bytesAreAddedAndCutBack() {
        let buffer = ByteBuffer(capacity: 0)
        #expect(bytes("abc").withUnsafeBytes { buffer.append($0) } == 0)
        buffer.append(UInt8(ascii: "d"))
        #expect(bytes("ef").withUnsafeBytes { buffer.append($0) } == 4)
        #expect(Array(buffer.bytes) == bytes("abcdef"))
        buffer.truncate(to: 2)
        buffer.truncate(to: 9)
        #expect(Array(buffer.bytes) == bytes("ab"))
        buffer.fill(upTo: 4) { target in
            target[0] = UInt8(ascii: "z")
            return 1
        }
        #expect(Array(buffer.bytes) == bytes("abz"))
        #expect(Array(buffer.bytes(at: 1, count: 2)) == bytes("bz"))
    }

    /// Blocks of this size are given back to the system when they are freed, so that reading them afterwards crashes.
    private static let large = 1 << 20

    @Test func whatIsReadStaysWhereItIsWhileTheBufferGrows() {
        let buffer = ByteBuffer(capacity: Self.large)
        let line = (0..<Self.large).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        line.withUnsafeBytes { _ = buffer.append($0) }
        #expect(buffer.count == buffer.capacity, "the next byte makes the buffer grow")
        let before = buffer.base
        buffer.reading(at: 0, count: line.count) { read in
            for round in 1...5 {
                // Each round adds the line once more, by way of the bytes that are being read.
                buffer.append(read)
                #expect(read.elementsEqual(line))
                #expect(buffer.bytes(at: round * line.count, count: line.count).elementsEqual(line))
            }
            #expect(buffer.base != before)
        }
        #expect(buffer.count == 6 * line.count)
        #expect(buffer.bytes(at: 0, count: line.count).elementsEqual(line))
    }

    @Test func readingMayBeNestedAndFail() {
        struct Stop: Error {}
        let buffer = ByteBuffer(capacity: 64)
        let text = bytes("0123456789")
        text.withUnsafeBytes { _ = buffer.append($0) }
        #expect(throws: Stop.self) {
            try buffer.reading(at: 0, count: 5) { outer throws(Stop) in
                buffer.reading(at: 5, count: 5) { inner in
                    for _ in 0..<100 { buffer.append(inner) }
                    #expect(inner.elementsEqual(text[5...]))
                }
                #expect(outer.elementsEqual(text[..<5]))
                throw Stop()
            }
        }
        #expect(buffer.count == 510)
    }

    /// An event whose texts have escapes, in a buffer without room: each text that is written anew makes it grow.
    @Test func cleaningMayAppendMoreThanTheBufferHasRoomFor() throws {
        let words = String(repeating: #"w\u00e9 "#, count: Self.large / 8)
        let line = bytes(
            event(
                "comment", #"{"comment_id":"c\u0031","parent_id":7,"body":"\#(words)"}"#,
                ["session_id": #""s\u0032""#, "user_agent": #""Mozilla/5.0 (Linux) Firefox/13\u0033.0""#]))
        let buffer = ByteBuffer(capacity: line.count)
        line.withUnsafeBytes { _ = buffer.append($0) }
        #expect(buffer.count == buffer.capacity, "the first text makes the buffer grow")
        let before = buffer.base
        let parser = try JSONParser(keys: EventKey.allCases.map(\.name), keepsUnknown: false)
        var cleaner = EventCleaner(clock: eventClock)
        let row = try buffer.reading(at: 0, count: line.count) { try cleaner.clean(parser.parse($0), in: buffer) }
        #expect(buffer.base != before)
        func text(_ span: ByteRange) -> String {
            String(decoding: buffer.bytes(at: Int(span.offset), count: Int(span.length)), as: UTF8.self)
        }
        #expect(text(row.commentID) == "c1")
        #expect(text(row.parentID) == "7")
        #expect(text(row.sessionID) == "s2")
        #expect(text(row.browser) == "Firefox 133")
        #expect(text(row.os) == "Linux")
        #expect(text(row.body) == String(repeating: "wé ", count: Self.large / 8).dropLast())
    }

    /// The id and time of a rejected event are read after the buffer has grown.
    @Test func aRejectedEventIsReadFromWhatWasOutgrown() throws {
        let session = String(repeating: #"\u0073"#, count: Self.large / 6)
        let id = "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"
        // The comment's body is missing, which is found after the comment's key has been written anew.
        let line = bytes(event("comment", #"{"comment_id":"\#(session)"}"#, ["event_id": "\"\(id)\""]))
        let chunk = chunk(of: [line], port: .events)
        let rejection = try #require(try EventDecoder(clock: eventClock).decode(chunk).rejections.first)
        #expect(rejection.rule == .invalidCommentID)
        #expect(
            rejection.identity
                == .event(time: 1_795_197_802_517, idHigh: 0x0b54_f0c6_0d1c_4d3b, idLow: 0x9a57_1f6b_1a3c_9e11))
    }
}

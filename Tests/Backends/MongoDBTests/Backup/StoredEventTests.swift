import Domain
import Hashing
import Testing

@testable import MongoDB

@Suite struct StoredEventTests {
    private static func encode(
        _ line: String, limit: Int = 16 << 20, takesDollarKeys: Bool = true, keepsNative: Bool = true
    ) throws -> BSONDocument? {
        try Array(line.utf8).withUnsafeBytes {
            try StoredEvent.encode(
                $0, NativeEncoder(), limit: limit, takesDollarKeys: takesDollarKeys, keepsNative: keepsNative)
        }
    }

    /// A line, and whether its native form and its bytes are kept.
    @Test(
        arguments: [
            (#"{"event_type":"view","user_id":7}"#, true, false), (#"{"a": 1}"#, true, true),
            (#"{"a":1,"a":2}"#, true, true), (#"{"a":{"$oid":"x"},"b.c":"$9.99"}"#, true, false),
            (#"{"a":1e400}"#, true, true),
        ])
    func theBytesAreKeptWhereTheNativeFormDoesNotGiveThem(_ line: String, _ native: Bool, _ original: Bool) throws {
        let document = try #require(try Self.encode(line))
        let digest = Array(line.utf8).withUnsafeBytes { Digest.sha256($0) }
        #expect(document.element("_id")?.binary.map { [UInt8]($0.bytes) } == digest)
        #expect((document.element("event") != nil) == native)
        #expect(document.element("original")?.binary.map { [UInt8]($0.bytes) } == (original ? Array(line.utf8) : nil))
        let plain = try #require(try Self.encode(line, keepsNative: false))
        #expect(plain.element("event") == nil)
        #expect(plain.element("original")?.binary.map { [UInt8]($0.bytes) } == Array(line.utf8))
        #expect(plain.element("_id")?.binary.map { [UInt8]($0.bytes) } == digest)
    }

    @Test func whatAServerCannotTakeIsKeptAsBytesOrNotAtAll() throws {
        let dollar = try #require(try Self.encode(#"{"$set":1}"#, takesDollarKeys: false))
        #expect(dollar.element("event") == nil && dollar.element("original") != nil)
        // As BSON each element takes a key of its own.
        let numbers = "{\"a\":[" + String(repeating: "1,", count: 10_000) + "1]}"
        let long = try #require(try Self.encode(numbers, limit: 60_000))
        #expect(long.element("event") == nil && long.count < 60_000 - (16 << 10))
        #expect(try Self.encode(numbers, limit: 30_000) == nil)
    }
}

import Domain
import Testing

@testable import MongoDB

/// Random JSON objects are stored and given back byte for byte.
@Suite struct RandomDocumentTests {
    @Test(arguments: 0..<8)
    func areGivenBack(seed: UInt64) throws {
        var maker = RandomJSON(seed: seed)
        let encoder = try NativeEncoder()
        let rank = MovieRank(
            hasTitle: false, snapshotDay: 0, voteCount: nil, contentHash: [UInt8](repeating: 0, count: 32))
        var exact = 0
        for id in 1...500 {
            let movie = RawMovie(movieID: Int64(id), rank: rank, document: Array(maker.object(0).utf8))
            let stored = try StoredMovie.encode(movie, encoder, limit: 16 << 20)
            #expect(try StoredMovie.decode(stored.document.bytes) { _ in nil } == .movie(movie))
            if try BSONReader.element("original", of: stored.document.bytes) == nil { exact += 1 }
        }
        // Both forms come often.
        #expect(exact > 25)
        #expect(exact < 475)
    }

    /// Damaged BSON is read without a crash, and never past its end.
    @Test(arguments: 0..<4)
    func damagedDocumentsAreNoDanger(seed: UInt64) throws {
        var maker = RandomJSON(seed: seed)
        let encoder = try NativeEncoder()
        var plain = PlainJSONWriter(.plain)
        for _ in 0..<300 {
            guard let bytes = try encoder.encode(text: maker.object(0)).bytes else { continue }
            var damaged = [UInt8](bytes)
            for _ in 0..<maker.number(below: 4) + 1 {
                damaged[maker.number(below: damaged.count)] = UInt8(truncatingIfNeeded: maker.number(below: 256))
            }
            damaged.removeLast(maker.number(below: 3) == 0 ? maker.number(below: damaged.count) : 0)
            // In memory of exactly this size, so that the address sanitizer sees a read past its end.
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: damaged.count, alignment: 1)
            defer { memory.deallocate() }
            memory.copyBytes(from: damaged)
            _ = try? plain.write(UnsafeRawBufferPointer(memory))
            _ = try? StoredMovie.decode(UnsafeRawBufferPointer(memory)) { _ in nil }
        }
    }
}

/// Makes JSON objects of all kinds from a seed.
private struct RandomJSON {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func number(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }

    private mutating func one(of texts: [String]) -> String { texts[number(below: texts.count)] }

    /// White space between tokens, which is rare.
    private mutating func space() -> String { number(below: 200) == 0 ? one(of: [" ", "\t", "\r\n"]) : "" }

    mutating func object(_ level: Int) -> String {
        let members = (0..<number(below: 6)).map { _ in "\(space())\(key())\(space()):\(space())\(value(level + 1))" }
        return "{\(members.joined(separator: ","))\(space())}"
    }

    private mutating func key() -> String {
        number(below: 4) == 0
            ? one(of: [#""""#, #""$set""#, #""a.b""#, #""_id""#, #""\u0000""#, #""é""#, #""a\n""#])
            : "\"k\(number(below: 200))\""
    }

    private mutating func value(_ level: Int) -> String {
        switch number(below: level > 5 ? 6 : 9) {
        case 0: return one(of: ["null", "true", "false"])
        case 1: return String(number(below: 1 << 40) - 1 << 39)
        case 2: return number(below: 3) == 0 ? oddNumber() : String(Double(number(below: 1_000_000)) / 1000)
        case 3...5: return text()
        case 6: return object(level)
        default: return "[\((0..<number(below: 5)).map { _ in value(level + 1) }.joined(separator: ","))]"
        }
    }

    private mutating func oddNumber() -> String {
        let digits = (0..<number(below: 25) + 1).map { _ in String(number(below: 10)) }.joined()
        let whole = digits.drop { $0 == "0" }
        return one(of: ["", "-"]) + (whole.isEmpty ? "0" : String(whole))
            + one(of: ["", ".0", ".5", ".50", ".123456789012345678"])
            + one(of: ["", "", "e0", "E5", "e+16", "e-7", "e400", "e-400"])
    }

    private mutating func text() -> String {
        let parts = ["a", "The ", "é", "🎬", "/", #"\""#, #"\\"#, #"\n"#, #"\u001f"#, "\u{7f}", "\u{2028}", "$", "."]
        let odd = [#"\u0000"#, #"\/"#, #"\u00e9"#, #"\ud83c\udfac"#]
        let count = number(below: 12)
        return "\"" + (0..<count).map { _ in number(below: 150) == 0 ? one(of: odd) : one(of: parts) }.joined() + "\""
    }
}

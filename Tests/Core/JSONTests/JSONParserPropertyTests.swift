import JSON
import Testing

/// What must hold of any line, over lines that are made and damaged by a seeded generator.
@Suite struct JSONParserPropertyTests {
    @Test func everyTruncationIsCutOff() {
        let line = Array(JSONParserTests.rich.utf8)
        let end = line.lastIndex(of: UInt8(ascii: "}")) ?? 0
        for count in 2...end {
            let error = fault(line[..<count], padding: line[count])
            // A cut inside a character or an escape may be told as that.
            #expect(error == .cutOff || error == .invalidUTF8, "cut at \(count)")
        }
        #expect(fault(line[...end]) == nil)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<40 {
            let document = random.object(depth: 4)
            let line = random.spell(document)
            #expect(try parse(line) { ReferenceJSON($0) } == document)
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func damageIsFoundWhereTheReferenceFindsIt(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        var accepted = 0
        var rejected = 0
        for _ in 0..<100 {
            let line = random.damage(random.spell(random.object(depth: 3)))
            let expected = ReferenceJSON.parse(line)
            if let expected, expected.isObject {
                accepted += 1
                #expect(try parse(line) { ReferenceJSON($0) } == expected, "\(String(decoding: line, as: UTF8.self))")
            } else {
                rejected += 1
                let error = fault(line)
                #expect(error != nil, "\(String(decoding: line, as: UTF8.self))")
                #expect((error == .notAnObject) == (expected != nil))
            }
            #expect((fault(line, keepsUnknown: false) == nil) == (expected?.isObject == true))
        }
        #expect(accepted > 5 && rejected > 5)
    }

    /// Nothing of one line may be left in the next: also after errors, escapes, and buffers that grew.
    @Test func aParserIsUsedAgain() throws {
        let parser = try JSONParser(keys: ["os"], keepsUnknown: true)
        var random = RandomJSON(seed: 5)
        for _ in 0..<500 {
            var line = random.spell(random.object(depth: 3))
            if random.generator.oneIn(3) { line = random.damage(line) }
            if random.generator.oneIn(20) { line += [UInt8](repeating: 0x20, count: 50_000) }
            let padded = PaddedLine(line)
            let expected = ReferenceJSON.parse(line).flatMap { $0.isObject ? $0 : nil }
            let found = try? withExtendedLifetime((parser, padded)) { ReferenceJSON(try parser.parse(padded.bytes)) }
            #expect(found == expected)
        }
    }
}

import JSON
import Testing

@testable import Domain

/// Which last lines of a growing file are complete.
@Suite struct WholeObjectTests {
    private func isOne(_ line: [UInt8]) throws -> Bool {
        let buffer = ByteBuffer()
        line.withUnsafeBytes { _ = buffer.append($0) }
        return try WholeObject().isOne(buffer.bytes)
    }

    @Test(arguments: [
        (#"{}"#, true), (#" {"a":[1,{"b":null}]} "#, true), ("", false), ("[]", false), ("1", false),
        (#"{"a":1"#, false), (#"{"a":1}{"#, false), (#"{"a":1},"#, false), (#"{"a":"\ud800"}"#, false),
    ])
    func lines(line: String, isWhole: Bool) throws { #expect(try isOne(Array(line.utf8)) == isWhole) }

    @Test func aLineThatIsTooLongIsNone() throws {
        let longest = Array("{}".utf8) + [UInt8](repeating: 0x20, count: maximumLineLength - 2)
        #expect(try isOne(longest))
        #expect(try !isOne(longest + [0x20]))
    }
}

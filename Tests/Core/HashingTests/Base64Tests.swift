import Hashing
import Testing

@Suite struct Base64Tests {
    private func decode(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBytes { Base64.decode($0) } }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func testVectors(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(decode(encoded) == Array(text.utf8))
    }

    @Test func allBytesComeBack() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(decode(Base64.encode(bytes)) == bytes)
        #expect(decode("/+A=") == [0xFF, 0xE0])
    }

    /// Encoding works in pieces of 3 MiB.
    @Test(arguments: [-1, 0, 1, 2])
    func longTextsAreEncodedInPieces(more: Int) {
        let bytes = (0..<((3 << 20) + more)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let text = Base64.encode(bytes)
        #expect(text.utf8.count == (bytes.count + 2) / 3 * 4)
        #expect(decode(text) == bytes)
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "=Zg=", "Z===", "Zm9v\n", "Zm 9", "Zm9-", "Zm9_", "Zg==Zg=="])
    func otherTextsAreRefused(text: String) { #expect(decode(text) == nil) }
}

import Hashing
import Testing

/// HMAC-SHA256 against the test cases of RFC 4231.
@Suite struct KeyedHashTests {
    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ] as [([UInt8], String, String)])
    func theCasesOfTheStandard(_ key: [UInt8], _ text: String, _ expected: String) {
        let hash = KeyedHash(key: key)
        // More than once with one object.
        for _ in 0..<2 { #expect(withBytes(text) { hash.of($0) }.hexadecimal == expected) }
    }
}

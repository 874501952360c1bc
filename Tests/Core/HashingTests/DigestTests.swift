import Hashing
import Testing

/// Vectors of FIPS 180-4's and RFC 6234's examples.
@Suite struct DigestTests {
    static let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    static let million = String(repeating: "a", count: 1_000_000)

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (twoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func sha256(text: String, expected: String) {
        #expect(withBytes(text) { Digest.sha256($0) }.hexadecimal == expected)
        let streaming = StreamingSHA256()
        withBytes(text) { streaming.update($0) }
        #expect(streaming.finish().hexadecimal == expected)
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (twoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (million, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
    ])
    func sha1(text: String, expected: String) {
        #expect(withBytes(text) { Digest.sha1($0) }.hexadecimal == expected)
    }

    @Test func noAddressIsNoBytes() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(Digest.sha256(nothing) == withBytes("") { Digest.sha256($0) })
        let streaming = StreamingSHA256()
        streaming.update(nothing)
        #expect(streaming.finish() == Digest.sha256(nothing))
    }

    @Test(arguments: [1, 7, 55, 56, 63, 64, 65, 1000])
    func piecesMakeTheWhole(size: Int) {
        let bytes = testBytes(3000)
        let streaming = StreamingSHA256()
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { streaming.update($0) }
        }
        #expect(streaming.finish() == bytes.withUnsafeBytes { Digest.sha256($0) })
    }

    @Test(
        arguments: [
            ([], ""), ([0], "00"), ([0x0F, 0xF0], "0ff0"), ([0xDE, 0xAD, 0xBE, 0xEF], "deadbeef"),
            ([255, 10, 9], "ff0a09"),
        ] as [([UInt8], String)]
    )
    func hexadecimal(bytes: [UInt8], expected: String) {
        #expect(bytes.hexadecimal == expected)
        #expect(bytes[...].hexadecimal == expected)
    }
}

func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Array(text.utf8).withUnsafeBytes { body($0) }
}

/// The bytes that xxHash's own sanity check hashes.
func testBytes(_ count: Int) -> [UInt8] {
    var generator: UInt64 = 2_654_435_761
    return (0..<count).map { _ in
        defer { generator &*= 11_400_714_785_074_694_797 }
        return UInt8(generator >> 56)
    }
}

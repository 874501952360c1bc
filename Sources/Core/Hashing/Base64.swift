import CCrypto

/// Base64 (RFC 4648 §4, with padding and on one line) by OpenSSL's libcrypto.
public enum Base64 {
    /// Encodes bytes as text.
    public static func encode(_ bytes: [UInt8]) -> String {
        // In pieces, since libcrypto counts in Int32. The length of each but the last is a multiple of three.
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var output = [UInt8](repeating: 0, count: pieceSize / 3 * 4 + 1)
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            let piece = bytes[start..<min(start + pieceSize, bytes.count)]
            let written = piece.withUnsafeBufferPointer { EVP_EncodeBlock(&output, $0.baseAddress, Int32($0.count)) }
            text += output[..<Int(written)]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes a text; nil if it is not valid Base64.
    public static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        if text.isEmpty { return [] }
        guard text.count % 4 == 0, text.count <= Int(Int32.max) else { return nil }
        let padding = text.suffix(2).reduce(0) { $0 + ($1 == UInt8(ascii: "=") ? 1 : 0) }
        // libcrypto skips white space and accepts padding anywhere.
        guard text.dropLast(padding).allSatisfy(isDigit) else { return nil }
        var output = [UInt8](repeating: 0, count: text.count / 4 * 3)
        let start = text.bindMemory(to: UInt8.self).baseAddress
        guard EVP_DecodeBlock(&output, start, Int32(text.count)) == Int32(output.count) else { return nil }
        return Array(output.dropLast(padding))
    }

    private static let pieceSize = 3 << 20

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

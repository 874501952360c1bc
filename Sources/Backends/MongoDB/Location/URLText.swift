import Domain

/// Text in a URL (https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
enum URLText {
    /// A text escaped for a part of a URL.
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }

    /// The text of an escaped one; nil when a `%` is not followed by two hexadecimal digits, or the text is not UTF-8 or
    /// has a NUL.
    static func unescaped(_ text: Substring) -> String? {
        guard let bytes = PercentEncoding.bytes(of: text), !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

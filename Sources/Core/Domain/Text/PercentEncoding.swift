/// Text that is escaped for a URL (https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
public enum PercentEncoding {
    /// The bytes of an escaped text; nil when a `%` is not followed by two hexadecimal digits.
    ///
    ///     PercentEncoding.bytes(of: "a%2Fb")   // The bytes of "a/b".
    public static func bytes(of text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy({ $0.isHexDigit }), let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest.removeFirst(2)
        }
        return bytes
    }

    /// The text of an escaped one; nil when a `%` is not followed by two hexadecimal digits, or the text is not UTF-8 or
    /// has a NUL.
    public static func text(of escaped: Substring) -> String? {
        guard let bytes = bytes(of: escaped), !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A text escaped for a part of a URL: all but letters and digits of ASCII, `-`, `_` and `~`.
    ///
    /// - Parameter kept: other characters of ASCII that stay as they are.
    public static func escaped(_ text: String, keeping kept: String = "") -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where kept.utf8.contains(byte): result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}

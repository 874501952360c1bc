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
}

/// What a server said when it let nobody in, out of libpq's verbose words:
///
/// ```
/// connection to server at "db" (10.0.0.5), port 5432 failed: FATAL:  28P01: password authentication failed
/// LOCATION:  auth_failed, auth.c:335
/// ```
///
/// libpq has no other place for the SQLSTATE of a refused connection.
struct ConnectionRefusal {
    /// The code that decides: where several hosts refused, that of the one for which waiting is no use.
    let sqlState: String?
    /// The words on one line, without codes and places in the server's source.
    let words: String

    init(_ text: String) {
        var codes: [String] = []
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            if let (code, rest) = ConnectionRefusal.code(in: line) {
                codes.append(code)
                lines.append(rest)
            } else if !ConnectionRefusal.isSourcePlace(line) {
                lines.append(String(line))
            }
        }
        sqlState = codes.first { PostgresProblem(sqlState: $0).remedy == .none } ?? codes.first
        words = PostgresError.oneLine(lines.joined(separator: "; "))
    }

    /// The code, and the line without it and the severity before it. In any language a colon and two spaces follow the
    /// severity, and a colon and a space the five signs of the code.
    private static func code(in line: Substring) -> (code: String, rest: String)? {
        let bytes = Array(line.utf8)
        guard bytes.count > 10 else { return nil }
        let isCodeByte = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) }
        for start in 3..<(bytes.count - 6)
        where bytes[start - 3..<start].elementsEqual(":  ".utf8) && bytes[start..<start + 5].allSatisfy(isCodeByte)
            && bytes[start + 5..<start + 7].elementsEqual(": ".utf8)
        {
            let severity = bytes[..<(start - 3)].lastIndex(of: UInt8(ascii: " ")).map { $0 + 1 } ?? 0
            let rest = bytes[..<severity] + bytes[(start + 7)...]
            return (String(decoding: bytes[start..<start + 5], as: UTF8.self), String(decoding: rest, as: UTF8.self))
        }
        return nil
    }

    /// `LOCATION:  auth_failed, auth.c:335`, in any language.
    private static func isSourcePlace(_ line: Substring) -> Bool {
        guard let colon = line.lastIndex(of: ":") else { return false }
        let number = line[line.index(after: colon)...]
        return line[..<colon].hasSuffix(".c") && !number.isEmpty && number.allSatisfy(\.isNumber)
    }
}

/// A server's refusal of a connection, parsed from libpq's verbose message:
///
/// ```
/// connection to server at "db" (10.0.0.5), port 5432 failed: FATAL:  28P01: password authentication failed
/// LOCATION:  auth_failed, auth.c:335
/// ```
///
/// libpq offers the SQLSTATE of a refused connection only in that message.
struct ConnectionRefusal {
    /// The SQLSTATE. When several hosts refused, the one that a retry does not change is preferred.
    let sqlState: String?
    /// The message on one line, without SQLSTATEs and places in the server's source.
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
        words = PostgresError.oneLine(ofLibpq: lines.joined(separator: "\n"))
    }

    /// The SQLSTATE, and the line without it and without the severity. In every language a colon and two spaces follow
    /// the severity, and a colon and one space follow the SQLSTATE.
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

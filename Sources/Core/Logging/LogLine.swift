import Glibc
import JSON

/// One line of a log before it is written.
struct LogLine {
    var milliseconds: Int64
    var level: LogLevel
    var runID: Int64?
    var label: String
    /// Written in JSON only.
    var context: [LogField] = []
    var message: String
    var fields: [LogField]

    /// The line in a format, with its line feed.
    func bytes(as format: LogFormat) -> [UInt8] { Array((format == .text ? text : json).utf8) }

    private var text: String {
        var line = "\(LogTime.text(milliseconds: milliseconds)) \(level.rawValue.uppercased())"
        if let runID { line += " run=\(runID)" }
        if !label.isEmpty { line += " \(PlainText.escape(label)):" }
        line += " " + PlainText.escape(Redaction.text(message))
        for field in fields { line += " \(PlainText.escape(field.name))=" + PlainText.value(field.redacted) }
        return line + "\n"
    }

    private var json: String {
        var members: [(key: String, value: JSONText)] = [
            ("time", .string(LogTime.text(milliseconds: milliseconds))), ("level", .string(level.rawValue)),
        ]
        if let runID { members.append(("run", .integer(runID))) }
        if !label.isEmpty { members.append(("label", .string(label))) }
        members.append(("message", .string(Redaction.text(message))))
        // Most readers keep only one of two members with the same name.
        var used: Set<String> = ["time", "level", "run", "label", "message"]
        for field in context + fields {
            var name = field.name
            while !used.insert(name).inserted { name += "_" }
            members.append((name, field.redacted.json))
        }
        return JSONText.object(members).compact + "\n"
    }
}

extension LogField {
    /// The value without passwords: neither one inside a text, nor a text whose field name says that it is one.
    fileprivate var redacted: LogValue {
        guard case .string(let text) = value else { return value }
        return .string(Redaction.isSecret(name) ? Redaction.mask : Redaction.text(text))
    }
}

extension LogValue {
    fileprivate var json: JSONText {
        switch self {
        case .string(let value): .string(value)
        case .integer(let value): .integer(value)
        case .number(let value): .real(value)
        case .boolean(let value): .boolean(value)
        }
    }
}

/// The time of a log line as text.
enum LogTime {
    /// RFC 3339 in UTC with milliseconds: `2026-11-24T09:00:00.123Z`.
    ///
    /// - Parameter milliseconds: since 1970; times outside the years 0001 to 9999 become the nearest one inside.
    static func text(milliseconds: Int64) -> String {
        let milliseconds = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        var seconds = time_t(remainder < 0 ? quotient - 1 : quotient)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let time = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(date)T\(time).\(digits(CInt(remainder < 0 ? remainder + 1000 : remainder), 3))Z"
    }

    private static func digits(_ value: CInt, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

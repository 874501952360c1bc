/// Derives browser and operating system from the text of a user agent (RFC 9110 §10.1.5), which the older web frontend
/// sent: `Firefox 132`, `Android 15`. The names are those that the newer form of events has.
public enum UserAgent {
    /// Browsers by the mark that their user agent contains, the most specific mark first.
    private static let browsers: [(mark: String, name: String)] = [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi"), ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ]

    /// The browser and its major version; nil if the browser is not known.
    public static func browser(_ agent: String) -> String? {
        for (mark, name) in browsers {
            if let version = number(after: mark, in: agent) { return "\(name) \(version)" }
        }
        guard agent.contains("Safari/"), let version = number(after: "Version/", in: agent) else { return nil }
        return "Safari \(version)"
    }

    /// The operating system and its version; nil if the system is not known.
    public static func os(_ agent: String) -> String? {
        if agent.contains("Windows NT 10.0") { return "Windows 10" }
        if agent.contains("Windows NT") { return "Windows" }
        if agent.contains("Android") {
            return number(after: "Android ", in: agent).map { "Android \($0)" } ?? "Android"
        }
        for mark in ["iPhone OS ", "CPU OS "] {
            if let version = number(after: mark, in: agent) { return "iOS \(version)" }
        }
        if agent.contains("Mac OS X") {
            return number(after: "Mac OS X ", in: agent).map { "macOS \($0)" } ?? "macOS"
        }
        if agent.contains("CrOS") { return "ChromeOS" }
        return agent.contains("Linux") ? "Linux" : nil
    }

    /// Sets browser and operating system of a row.
    static func describe(_ row: inout EventRow, _ agent: ByteRange, in buffer: ByteBuffer) {
        // Browsers send all marks early in the text. A very long text is not searched to its end.
        let bytes = buffer.bytes(at: Int(agent.offset), count: min(Int(agent.length), 1024))
        let text = String(decoding: bytes, as: UTF8.self)
        row.browser = append(browser(text), to: buffer)
        row.os = append(os(text), to: buffer)
    }

    private static func append(_ text: String?, to buffer: ByteBuffer) -> ByteRange {
        guard var text else { return .null }
        return text.withUTF8 { ByteRange(offset: buffer.append(UnsafeRawBufferPointer($0)), length: $0.count) }
    }

    /// The digits (at most six) after a mark.
    private static func number(after mark: String, in agent: String) -> Substring? {
        guard let range = agent.firstRange(of: mark) else { return nil }
        let digits = agent[range.upperBound...].prefix(6).prefix { $0.isASCII && $0.isNumber }
        return digits.isEmpty ? nil : digits
    }
}

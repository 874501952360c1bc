#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Derives browser and operating system from the text of a user agent (RFC 9110 §10.1.5), which the older web frontend
/// sent: `Firefox 132`, `Android 15`. The names are those that the newer form of events has.
///
/// A part of the events has one, so its bytes are searched where they are, without a `String`.
enum UserAgent {
    /// A browser or system with its version.
    struct Product {
        let name: StaticString
        /// The digits of the major version, within the user agent; empty where it has none.
        let version: Slice<UnsafeRawBufferPointer>
    }

    /// Browsers by the mark that their user agent contains, the most specific mark first.
    private static let browsers: [(mark: StaticString, name: StaticString)] = [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi"), ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ]

    /// The browser and its major version; nil if the browser is not known.
    static func browser(_ agent: UnsafeRawBufferPointer) -> Product? {
        for (mark, name) in browsers {
            if let version = number(after: mark, in: agent) { return Product(name: name, version: version) }
        }
        guard contains("Safari/", agent), let version = number(after: "Version/", in: agent) else { return nil }
        return Product(name: "Safari", version: version)
    }

    /// The operating system and its version; nil if the system is not known.
    static func os(_ agent: UnsafeRawBufferPointer) -> Product? {
        let none = agent[0..<0]
        if contains("Windows NT 10.0", agent) { return Product(name: "Windows 10", version: none) }
        if contains("Windows NT", agent) { return Product(name: "Windows", version: none) }
        if contains("Android", agent) {
            return Product(name: "Android", version: number(after: "Android ", in: agent) ?? none)
        }
        for mark: StaticString in ["iPhone OS ", "CPU OS "] {
            if let version = number(after: mark, in: agent) { return Product(name: "iOS", version: version) }
        }
        if contains("Mac OS X", agent) {
            return Product(name: "macOS", version: number(after: "Mac OS X ", in: agent) ?? none)
        }
        if contains("CrOS", agent) { return Product(name: "ChromeOS", version: none) }
        return contains("Linux", agent) ? Product(name: "Linux", version: none) : nil
    }

    /// Sets browser and operating system of a row. To be called while the buffer is read (`ByteBuffer.reading`).
    static func describe(_ row: inout EventRow, _ agent: ByteRange, in buffer: ByteBuffer) {
        // Browsers send all marks early in the text. A very long text is not searched to its end.
        let bytes = buffer.bytes(at: Int(agent.offset), count: min(Int(agent.length), 1024))
        row.browser = append(browser(bytes), to: buffer)
        row.os = append(os(bytes), to: buffer)
    }

    private static func append(_ product: Product?, to buffer: ByteBuffer) -> ByteRange {
        guard let product else { return .null }
        let start = buffer.append(
            UnsafeRawBufferPointer(start: product.name.utf8Start, count: product.name.utf8CodeUnitCount))
        if !product.version.isEmpty {
            buffer.append(UInt8(ascii: " "))
            buffer.append(UnsafeRawBufferPointer(rebasing: product.version))
        }
        return ByteRange(offset: start, length: buffer.count - start)
    }

    private static func contains(_ mark: StaticString, _ agent: UnsafeRawBufferPointer) -> Bool {
        end(of: mark, in: agent) != nil
    }

    /// The digits (at most six) after a mark; nil where there are none.
    private static func number(
        after mark: StaticString, in agent: UnsafeRawBufferPointer
    ) -> Slice<UnsafeRawBufferPointer>? {
        guard let start = end(of: mark, in: agent) else { return nil }
        let digits = agent[start...].prefix(6).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return digits.isEmpty ? nil : digits
    }

    /// Where the first occurrence of a mark ends.
    private static func end(of mark: StaticString, in agent: UnsafeRawBufferPointer) -> Int? {
        guard let base = agent.baseAddress else { return nil }
        let length = mark.utf8CodeUnitCount
        var start = 0
        while start + length <= agent.count {
            let first = Int32(mark.utf8Start.pointee)
            guard let found = memchr(base + start, first, agent.count - length - start + 1) else { return nil }
            start = UnsafeRawPointer(found) - base
            if memcmp(found, mark.utf8Start, length) == 0 { return start + length }
            start += 1
        }
        return nil
    }
}

import JSON

/// A rule that an event breaks, and why.
struct EventFault: Error {
    let rule: CleaningRule
    let message: String
    /// The key that the event needs and does not have, if that is the reason.
    var absentKey: EventKey?
    /// The time and id of the event, if it has both.
    var identity: Rejection.Identity?
}

/// The cleaning rules of events, each a pure function of the values it reads (contract §2.3 and §3).
public enum EventRules {
    /// The earliest time that an event may have: 1995-01-01T00:00:00Z.
    public static let earliestTime: Int64 = 788_918_400_000
    /// How far after the run's clock an event may be, in milliseconds.
    public static let latestLead: Int64 = 86_400_000

    /// The value of a key that has an older name: that of the newer name, unless it is absent or null.
    @inline(__always)
    static func newer(_ newer: JSONValue?, orOlder older: JSONValue?) -> JSONValue? {
        if let newer, !newer.isNull { return newer }
        return older ?? newer
    }

    /// The type that `event_type` names, also by an alias.
    @inline(__always)
    static func eventType(_ value: JSONValue?) -> EventType? {
        guard let text = ScalarRules.text(value) else { return nil }
        return EventType.named(text)
    }

    /// The value of `event_id`.
    enum EventID: Equatable {
        case none
        case id(high: UInt64, low: UInt64)
        case invalid
    }

    /// `event_id`: the 36-character form in either case; none when absent, null or blank.
    @inline(__always)
    static func eventID(_ value: JSONValue?) -> EventID {
        guard let value, !value.isNull else { return .none }
        guard value.kind == .string else { return .invalid }
        let text = ScalarRules.trim(value.bytes)
        if text.isEmpty { return .none }
        guard let id = UUIDText.parse(text) else { return .invalid }
        return .id(high: id.high, low: id.low)
    }

    /// `event_time`: RFC 3339 or integer epoch milliseconds.
    @inline(__always)
    static func eventTime(_ value: JSONValue?) -> Int64? {
        if let text = ScalarRules.text(value), let time = Timestamp.parse(text) { return time }
        return ScalarRules.integer(value)
    }

    /// Whether a time is within the range that events may have.
    @inline(__always)
    static func isInRange(_ time: Int64, clock: RunClock) -> Bool {
        time >= earliestTime && time <= clock.now &+ latestLead
    }

    /// Whether a time that is out of range would be in range as seconds instead of milliseconds.
    static func isSeconds(_ time: Int64, clock: RunClock) -> Bool {
        let (milliseconds, overflows) = time.multipliedReportingOverflow(by: 1000)
        return !overflows && isInRange(milliseconds, clock: clock)
    }

    /// A value that may be absent or null.
    enum Optionally<Value> {
        case absent
        case null
        case value(Value)
        case invalid
    }

    /// `seconds`: a number from 0.
    @inline(__always)
    static func seconds(_ value: JSONValue?) -> Optionally<Double> {
        guard let value else { return .absent }
        if value.isNull { return .null }
        guard let number = ScalarRules.number(value), number >= 0 else { return .invalid }
        return .value(number)
    }

    /// `score`: a number from 0.5 to 10; null withdraws.
    @inline(__always)
    static func score(_ value: JSONValue?) -> Optionally<Double> {
        guard let value else { return .absent }
        if value.isNull { return .null }
        guard let number = ScalarRules.number(value), number >= 0.5, number <= 10 else { return .invalid }
        return .value(number)
    }

    /// `vote`: −1, 0 or 1.
    @inline(__always)
    static func vote(_ value: JSONValue?) -> Int8? {
        guard let integer = ScalarRules.integer(value), integer >= -1, integer <= 1 else { return nil }
        return Int8(integer)
    }

    /// `status` of a watchlist entry.
    @inline(__always)
    static func status(_ value: JSONValue?) -> WatchlistStatus? {
        guard let text = ScalarRules.text(value) else { return nil }
        return WatchlistStatus.named(text)
    }
}

/// Reads and writes UUIDs in their 36-character form (RFC 9562 §4).
public enum UUIDText {
    /// The 16 bytes as two big-endian words; nil if the text does not have that form.
    @inline(__always)
    public static func parse(_ text: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
        guard text.count == 36, text[8] == 0x2d, text[13] == 0x2d, text[18] == 0x2d, text[23] == 0x2d else {
            return nil
        }
        let word = { (offset: Int) in text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        let half = { (offset: Int) in text.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        guard let first = eightDigits(word(0)),
            let second = eightDigits(UInt64(half(9)) | UInt64(half(14)) << 32),
            let third = eightDigits(UInt64(half(19)) | UInt64(half(24)) << 32),
            let fourth = eightDigits(word(28))
        else { return nil }
        return (first << 32 | second, third << 32 | fourth)
    }

    /// The value of eight hexadecimal digits; nil if one of them is no such digit.
    ///
    /// - Parameter text: the digits' bytes, the first one lowest.
    @inline(__always)
    private static func eightDigits(_ text: UInt64) -> UInt64? {
        let each: UInt64 = 0x0101_0101_0101_0101
        let high = each * 0x80
        let bytes = UInt64(littleEndian: text).byteSwapped
        guard bytes & high == 0 else { return nil }
        // Added to a byte below 0x80, 0x80 - n sets its highest bit when the byte is n or more.
        let isDigit = (bytes + each * 0x50) & ~(bytes + each * 0x46)
        let lowered = bytes | each * 0x20
        let isLetter = (lowered + each * 0x1f) & ~(lowered + each * 0x19)
        guard (isDigit | isLetter) & high == high else { return nil }
        var value = (bytes & (each * 0x0f)) + ((isLetter & high) >> 7) * 9
        value = (value | value >> 4) & 0x00ff_00ff_00ff_00ff
        value = (value | value >> 8) & 0x0000_ffff_0000_ffff
        return (value | value >> 16) & 0xffff_ffff
    }

    /// The 36-character form in lower case.
    public static func text(high: UInt64, low: UInt64) -> String {
        let hex = { (value: UInt64, digits: Int) in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: digits - text.utf8.count) + text
        }
        return "\(hex(high >> 32, 8))-\(hex(high >> 16 & 0xffff, 4))-\(hex(high & 0xffff, 4))-"
            + "\(hex(low >> 48, 4))-\(hex(low & 0xffff_ffff_ffff, 12))"
    }
}

extension RunClock {
    /// The times that events may have.
    public var timesOfEvents: ClosedRange<Int64> {
        let last = now &+ EventRules.latestLead
        return EventRules.earliestTime...max(last, EventRules.earliestTime)
    }
}

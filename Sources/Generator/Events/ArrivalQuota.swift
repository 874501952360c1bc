/// How many events are to have begun by the end of each minute: more in the evening, more at the weekend.
struct ArrivalQuota {
    /// Parts of a day.
    static let slots = 1440

    private let events: Int
    private let total: Int
    private let startDay: Int32
    private var slot = 0
    private var passed = 0

    /// By hour, in UTC.
    private static let hours = [
        18, 12, 8, 6, 5, 6, 9, 14, 18, 22, 25, 28, 32, 33, 33, 35, 39, 46, 56, 66, 72, 68, 52, 32,
    ]
    /// By days since a Thursday (1970-01-01 was one).
    private static let weekdays = [10, 13, 16, 15, 10, 9, 10]

    init(events: Int, startDay: Int32, days: Int) {
        self.events = events
        self.startDay = startDay
        let daily = Self.hours.reduce(0, +) * 60
        total = (0..<days).reduce(0) { $0 + daily * Self.weekday(startDay + Int32($1)) }
    }

    private static func weekday(_ day: Int32) -> Int { weekdays[Int((day % 7 + 7) % 7)] }

    /// The events to have begun by the end of the next minute.
    mutating func next() -> Int {
        let day = startDay + Int32(slot / Self.slots)
        passed += Self.hours[slot % Self.slots / 60] * Self.weekday(day)
        slot += 1
        let share = UInt128(events) * UInt128(passed) / UInt128(total)
        return Int(share)
    }
}

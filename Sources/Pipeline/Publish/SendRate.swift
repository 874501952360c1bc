/// Spreads messages over time, so that no more than so many are sent in a second. It knows no clock.
struct SendRate {
    private let perSecond: Double
    /// Up to when the messages that were sent use the time up.
    private var usedUntil: Double?

    /// Messages may come in a burst of this many seconds.
    private static let burst = 0.1

    /// - Parameter perSecond: the most messages a second; nil for no limit.
    init(_ perSecond: Double?) { self.perSecond = perSecond ?? .infinity }

    /// Whether there is no limit.
    var isUnlimited: Bool { perSecond == .infinity }

    /// How many seconds to wait before the next message is sent; 0 or less if it may be sent now.
    func delay(at now: Double) -> Double {
        guard let usedUntil else { return 0 }
        return usedUntil - now
    }

    /// A message was sent.
    mutating func sent(at now: Double) {
        // What was not used in a pause is not made up for.
        let start = max(usedUntil ?? now, now - Self.burst)
        usedUntil = start + 1 / perSecond
    }
}
